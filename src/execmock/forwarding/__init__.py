"""Passes HTTP requests on to another server, byte for byte: what the proxy and `serve --upstream` share."""

from __future__ import annotations

__all__: list[str] = []
