"""What happened: the journal, changes, and what they hide."""
