"""Pure decisions: contract, validation, scenarios, progress, views, ids. No I/O, no clock, no async."""
