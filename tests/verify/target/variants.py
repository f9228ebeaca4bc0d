"""Legitimate variants: every alternative that the contract allows."""
