"""The pipeline of an API request: operation, authentication, validation, handler, answer."""
