"""The console's modules fit together: what one takes from another is there, and used as what it is."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.js.projects import Project
from tests.js.test_package import compiled

import execmock.server

CONSOLE = Path(execmock.server.__path__[0]) / "console"
BROWSER = {"allowJs": True, "checkJs": True, "strict": False, "types": [], "module": "es2022"}
LIB = ["esnext", "dom", "dom.iterable"]


def said(project: Project) -> list[str]:
    return compiled(project, **BROWSER, moduleResolution="bundler", target="esnext", lib=LIB)


def test_the_modules_of_the_console_fit_together(project: Project) -> None:
    shutil.copytree(CONSOLE, project.root / "console")
    for path in (project.root / "console" / "vendor").glob("*.js"):
        path.write_text("// @ts-nocheck\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert said(project) == []
    text = project.root / "console" / "text.js"
    text.write_text(text.read_text("utf-8").replace("function counted(", "function amount("), "utf-8")
    assert {"bar.js", "faults.js"} <= {Path(line.partition("(")[0]).name for line in said(project)}
