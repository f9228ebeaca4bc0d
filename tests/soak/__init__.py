"""Long runs: what servers keep when they are used for long, and how many clients they hold at once."""
