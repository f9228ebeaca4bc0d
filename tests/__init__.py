"""The tests; helpers are imported from here by full name."""
