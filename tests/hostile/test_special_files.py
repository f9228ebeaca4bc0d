"""What is named in place of a file: told in one sentence, and never waited for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from execmock.files import MOST_BYTES, read_file, real_path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


def special(folder: Path, kind: str) -> Path:
    """Make what is no regular file, or too large a one."""
    path = folder / kind
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    elif kind == "circle":
        path.symlink_to(path)
    elif kind == "large":
        with path.open("wb") as file:
            file.truncate(MOST_BYTES + 1)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    return path


SAID = {
    "pipe": "it is a named pipe, not a file",
    "directory": "Is a directory",
    "device": "it is a device, not a file",
    "circle": "Too many levels of symbolic links",
    "large": "it has more than 32 MB",
    "nothing": "No such file or directory",
}


@pytest.mark.parametrize("kind", SAID)
def test_what_is_no_file_is_told(kind: str, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=SAID[kind]):
        read_file(special(tmp_path, kind))


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\x00" * 100_000)
    (tmp_path / "link").symlink_to(path)
    assert read_file(tmp_path / "link") == b"\x00" * 100_000
    assert real_path(tmp_path / "link") == real_path(path)


SERVE = ["serve", "--port", "0"]
VERIFY = ["verify", "https://127.0.0.1:1", "--token", "x"]
COMMANDS = [
    *([*SERVE, f"--{name}"] for name in ("config", "world", "scenarios", "contract", "faults", "tls-cert")),
    *([*VERIFY, f"--{name}"] for name in ("config", "contract", "waive", "ca", "cert")),
    ["check"],
    ["scenarios", "check"],
    ["scenarios", "preview"],
]
SCRIPT = """
import json, sys
from execmock.cli import main
for command in json.loads(sys.argv[1]):
    print(json.dumps(command), flush=True)
    print(main(command), flush=True)
"""


@pytest.mark.parametrize("kind", ["pipe", "device", "circle", "large"])
def test_every_option_that_takes_a_file_refuses_what_is_none(kind: str, tmp_path: Path) -> None:
    """In a process of its own: what reads a pipe does not return."""
    path = special(tmp_path, kind)
    commands = [[*command, str(path)] for command in COMMANDS]
    words = [sys.executable, "-c", SCRIPT, json.dumps(commands)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False, cwd=tmp_path)  # noqa: S603 - this Python
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout + done.stderr
    assert "internal error" not in said
    exits = [line for line in done.stdout.splitlines() if line in {"0", "1", "2", "3", "70"}]
    assert len(exits) == len(commands)
    assert set(exits) <= {"1", "2"}, said
    assert len(done.stderr.splitlines()) == exits.count("2"), said
