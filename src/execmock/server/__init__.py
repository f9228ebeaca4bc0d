"""aiohttp: the five operations, the control API and the pages."""
