"""The `execmock` command; one module a command."""
