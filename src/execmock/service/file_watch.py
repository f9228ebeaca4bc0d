"""Tells which files change, as the operating system tells it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from importlib import import_module
from pathlib import Path

from execmock.loading.folders import is_of_a_mount, yaml_files

__all__ = ["changed_files"]

_WATCHING: set[str] = set()
"""Stands for the news that changes are seen from now on; a change names at least one path."""


async def changed_files(paths: Sequence[Path]) -> AsyncIterator[set[str]]:
    """Yield the paths that changed in folders (deep) and among files, until cancelled; at first, all of them.

    A file is watched by its folder, for most editors replace a file instead of writing to it, and what
    replaced it would go unseen. Raises OSError where the system watches no more files.
    """
    found: asyncio.Queue[set[str] | Exception] = asyncio.Queue()
    folders = {path for path in paths if path.is_dir()}
    files = {path for path in paths if path not in folders}
    groups = [(folders, True), ({file.parent for file in files} - folders, False)]
    tasks = [asyncio.create_task(_pour(found, group, deep)) for group, deep in groups if group]
    wanted = {str(file) for file in files}
    try:
        while True:
            changed = await found.get()
            if isinstance(changed, Exception):
                raise changed
            if changed is _WATCHING:
                # What changed between the files' first reading and the start of the watch is found by looking
                # at all of them once.
                yield wanted | _all_in(folders)
            elif any(is_of_a_mount(part) for name in changed for part in Path(name).parts):
                # The links that are the files stay as they are when what they lead to is another version.
                yield wanted | _all_in(folders) | changed
            else:
                yield {name for name in changed if name in wanted or _lies_in(Path(name), folders)}
    finally:
        for task in tasks:
            task.cancel()


async def _pour(found: asyncio.Queue[set[str] | Exception], paths: set[Path], deep: bool) -> None:
    # In a thread: it takes long enough for the first requests to notice.
    watchfiles = await asyncio.to_thread(import_module, "watchfiles")
    changes = watchfiles.awatch(*paths, debounce=200, step=50, recursive=deep)
    try:
        first = asyncio.ensure_future(anext(changes))
        # By its first wait it watches, and only from then on nothing is missed.
        await asyncio.sleep(0)
        found.put_nowait(_WATCHING)
        found.put_nowait({path for _, path in await first})
        async for more in changes:
            found.put_nowait({path for _, path in more})
    except (OSError, RuntimeError) as error:
        found.put_nowait(OSError(str(error)))


def _all_in(folders: set[Path]) -> set[str]:
    return {str(path) for folder in folders for path in yaml_files(folder)}


def _lies_in(path: Path, folders: set[Path]) -> bool:
    return any(folder in folders for folder in path.parents)
