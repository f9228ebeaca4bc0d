"""A disk that is really full, and one that may only be read; both are in memory, where one may mount."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from .outages import is_unavailable
from .serving import Client, Server

__all__ = ["Disk", "small_disk"]

_TRIES = 2000


@dataclass
class Disk:
    """What a drill comes to. `lost` has to be 0; `mounted` is False where nobody may mount."""

    mounted: bool = True
    acknowledged: int = 0
    refused: int = 0
    back_by_itself: bool = False
    said: str = ""
    lost: int = 0

    @property
    def fine(self) -> bool:
        done = self.refused == 3 and self.back_by_itself and "may only be read" in self.said and not self.lost
        return done or not self.mounted

    def __str__(self) -> str:
        if not self.mounted:
            return "not run: a file system cannot be mounted here"
        return (
            f"{self.acknowledged} creates acknowledged until it was full, then {self.refused} refused with "
            f"503; with room again back by itself: {self.back_by_itself}; lost {self.lost}\n"
            f"    started where it may only be read: {self.said}"
        )


def small_disk(folder: Path) -> Disk:
    """Fill a disk of 700 kB, give it room, let it be read only, let it be written again."""
    if not _mount("-t", "tmpfs", "-o", "size=700k", "tmpfs", folder):
        return Disk(mounted=False)
    result, made = Disk(), list[str]()
    server = Server(f"sqlite:{folder / 'a.db'}", folder=folder.parent)
    try:
        server.start()
        client = Client(server.port)
        while result.refused < 3 and result.acknowledged < _TRIES:
            reply = client.create(f"key-{result.acknowledged}")
            result.refused += is_unavailable(reply)
            result.acknowledged += reply.status == 200
            made += [reply.body["data"]["execution"]["id"]] if reply.status == 200 else []
        _mount("-o", "remount,size=20m", folder)
        result.back_by_itself = client.create("with room again").status == 200
        result.lost += _missing(client, made)
        server.stop()
        _mount("-o", "remount,ro", folder)
        server.start(wait=False)
        server.wait()
        result.said = server.log.strip().splitlines()[-1]
        _mount("-o", "remount,rw", folder)
        server.start()
        client = Client(server.port)
        result.lost += _missing(client, made)
        client.close()
    finally:
        server.stop()
        subprocess.run(["umount", folder], check=False)  # noqa: S603, S607 - what was mounted above
    return result


def _missing(client: Client, made: list[str]) -> int:
    return sum(client.read(name).status != 200 for name in made)


def _mount(*options: str | Path) -> bool:
    command = ["mount", *options]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 - in a folder of ours
