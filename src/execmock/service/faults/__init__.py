"""Faults of sandboxes: kept in the store with them, tried on requests, counted; and the waits they cause."""
