"""The framework-free shell round the core: sandboxes, executions, journal."""
