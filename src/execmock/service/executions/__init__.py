"""Executions of both APIs: created, read, listed, advanced, commanded."""
