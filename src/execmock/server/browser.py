"""Opens the console in a browser of this machine."""

from __future__ import annotations

import asyncio
import webbrowser

from execmock.output import warn

__all__ = ["open_console"]


async def open_console(url: str) -> None:
    """Open a browser at an address; where there is none, say so and go on."""
    # In a thread: some browsers are waited for.
    if not await asyncio.to_thread(webbrowser.open, url):
        warn(f"no browser could be opened; the console is at {url}")
