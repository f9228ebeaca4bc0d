"""YAML and OpenAPI files to core values; errors carry file:line:column."""
