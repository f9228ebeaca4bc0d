"""The faults, by area."""
