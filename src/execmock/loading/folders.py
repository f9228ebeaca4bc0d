"""The scenario files of a folder, also of one that Kubernetes mounts."""

from __future__ import annotations

import os
from pathlib import Path

from execmock.files import real_path

__all__ = ["is_of_a_mount", "yaml_files"]

_OF_A_MOUNT = ".."
"""How the names begin under which Kubernetes keeps the versions of a mounted folder."""


def yaml_files(folder: Path) -> list[Path]:
    """Return the YAML files in a folder and the folders in it, in order.

    A mounted ConfigMap or Secret holds links into a folder of its own for each version (`..2026_01_01`, and
    `..data`, which leads to the present one). The links are its files, and links to folders are followed as
    far as they stay inside; the versions are not read a second time.
    """
    inside = real_path(folder)
    seen: set[Path] = set()
    found = []
    for at, folders, files in os.walk(folder, followlinks=True):
        here = Path(at)
        folders[:] = [
            name
            for name in sorted(folders)
            if not is_of_a_mount(name) and _is_new(real_path(here / name), inside, seen)
        ]
        found += [here / name for name in files if Path(name).match("*.y*ml") and not is_of_a_mount(name)]
    return sorted(path for path in found if path.is_file())


def is_of_a_mount(name: str) -> bool:
    """Whether a name is one of those under which Kubernetes keeps versions."""
    return name.startswith(_OF_A_MOUNT)


def _is_new(real: Path, inside: Path, seen: set[Path]) -> bool:
    if real in seen or not real.is_relative_to(inside):
        return False
    seen.add(real)
    return True
