"""JSON Schema: validation, and violations in words."""
