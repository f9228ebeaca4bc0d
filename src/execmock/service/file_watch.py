"""Tells which files change, as the operating system tells it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

__all__ = ["changed_files"]


async def changed_files(paths: Sequence[Path]) -> AsyncIterator[set[str]]:
    """Yield the paths that changed in folders (deep) and among files, until cancelled.

    A file is watched by its folder, for most editors replace a file instead of writing to it, and what
    replaced it would go unseen. Raises OSError where the system watches no more files.
    """
    found: asyncio.Queue[set[str] | Exception] = asyncio.Queue()
    folders = {path for path in paths if path.is_dir()}
    files = {path for path in paths if path not in folders}
    tasks = [
        asyncio.create_task(_pour(found, group, deep))
        for group, deep in ((folders, True), ({file.parent for file in files} - folders, False))
        if group
    ]
    wanted = {str(file) for file in files}
    try:
        while True:
            changed = await found.get()
            if isinstance(changed, Exception):
                raise changed
            yield {name for name in changed if name in wanted or _lies_in(Path(name), folders)}
    finally:
        for task in tasks:
            task.cancel()


async def _pour(found: asyncio.Queue[set[str] | Exception], paths: set[Path], deep: bool) -> None:
    from watchfiles import awatch

    try:
        async for changes in awatch(*paths, debounce=200, step=50, recursive=deep):
            found.put_nowait({path for _, path in changes})
    except (OSError, RuntimeError) as error:
        found.put_nowait(OSError(str(error)))


def _lies_in(path: Path, folders: set[Path]) -> bool:
    return any(folder in folders for folder in path.parents)
