"""The probes: what is sent. They judge nothing."""
