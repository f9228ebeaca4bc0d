"""Projects of front ends, made of the texts of the package's pages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["FAULTS_PAGE", "HERE", "PACKAGE", "PAGE", "PATH", "ROOT", "Packed", "Project", "blocks"]

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PACKAGE = ROOT / "js"
PAGE = ROOT / "docs" / "frontend-tests.md"
FAULTS_PAGE = ROOT / "docs" / "faults-recipes.md"
BLOCK = re.compile(r"<!-- tested: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


@dataclass(frozen=True, slots=True)
class Project:
    """A folder of a front end, in which the package is installed."""

    root: Path

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, with the tools of the project and `execmock` on the PATH."""
        tools = self.root / "node_modules" / ".bin"
        env = {name: value for name, value in os.environ.items() if name != "EXECMOCK"}
        found = shutil.which(command[0], path=f"{tools}{os.pathsep}{PATH}") or command[0]
        return subprocess.run(  # noqa: S603 - a test names it
            [found, *command[1:]],
            cwd=self.root,
            env={**env, "PATH": f"{tools}{os.pathsep}{PATH}", "NO_COLOR": "1", **variables},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )


@dataclass(frozen=True, slots=True)
class Packed:
    """What `npm pack` makes: the archive, and what npm says of it."""

    archive: Path
    about: Mapping[str, Any]


def blocks(page: Path) -> dict[str, str]:
    """Return the files that a page gives, by name."""
    return dict(BLOCK.findall(page.read_text(encoding="utf-8")))
