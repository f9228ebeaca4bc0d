"""A new option is one field: flag, variable, file key, ini option, flag of the suite, docs follow from it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECLARATIONS = {
    "serve": '    region: str = option("eu", TEXT, "Region of the mock.")\n',
    "verify": '    regions: tuple[str, ...] = option((), TEXT, "A region.", name="region-of", many=True)\n',
}
PROGRAM = """
import json, os, sys
from contextlib import redirect_stdout
from io import StringIO

import pytest
from execmock.cli import main
from execmock.settings import SECTIONS, ServeSettings, from_arguments, options
from execmock.settings.table import as_markdown

def printed(function, *arguments):
    with redirect_stdout(StringIO()) as out:
        function(list(arguments))
    return out.getvalue()

def shown(*flags):
    found = json.loads(printed(main, "config", "show", "--format", "json", *flags))
    return [(found["serve"]["region"][key], found["verify"]["region-of"][key]) for key in ("value", "where")]

told = {"help": printed(main, "serve", "--help"), "default": shown()}
told["flag"] = shown("--region", "us", "--region-of=a", "--region-of=b")
os.environ |= {"EXECMOCK_REGION": "us", "EXECMOCK_REGION_OF": "a,b"}
told["variable"] = shown()
os.environ.pop("EXECMOCK_REGION"), os.environ.pop("EXECMOCK_REGION_OF")
open("execmock.yaml", "w").write("serve:\\n  region: us\\nverify:\\n  region-of: [a, b]\\n")
told["file"] = shown()
told["argument"] = from_arguments(ServeSettings, "ExecMock", {"region": "us"}).region
told["docs"] = "\\n".join(as_markdown(options(settings)) for settings in SECTIONS.values())
told["pytest"] = printed(pytest.main, "-p", "no:schemathesis", "--help")
print(json.dumps(told))
"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """The sources, with an option more in both settings."""
    package = tmp_path / "src" / "execmock"
    (package / "settings").mkdir(parents=True)
    for path in (ROOT / "src" / "execmock").iterdir():
        if path.name != "settings":
            (package / path.name).symlink_to(path)
    for path in (ROOT / "src" / "execmock" / "settings").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.stem in DECLARATIONS:
            begin = text.index(" = option(")
            start = text.rindex("\n", 0, begin) + 1
            text = text[:start] + DECLARATIONS[path.stem] + text[start:]
        (package / "settings" / path.name).write_text(text, encoding="utf-8")
    return tmp_path / "src"


def test_a_field_is_all_that_a_new_option_needs(sources: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM]
    environment = {"PYTHONPATH": str(sources), "PATH": "", "COLUMNS": "200"}
    run = subprocess.run(  # noqa: S603 - our own interpreter
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert "--region NAME" in told["help"]
    given = ["us", ["a", "b"]]
    assert told["default"] == [["eu", []], [None, None]]
    assert told["flag"] == [given, ["--region", "--region-of"]]
    assert told["variable"] == [given, ["EXECMOCK_REGION", "EXECMOCK_REGION_OF"]]
    assert told["file"] == [given, ["execmock.yaml:2:11", "execmock.yaml:4:14"]]
    assert told["argument"] == "us"
    assert "| `--region NAME` | `EXECMOCK_REGION` | `eu` | Region of the mock. |" in told["docs"]
    assert "execmock_region (string):" in told["pytest"]
    assert "--execmock-region-of=NAME" in told["pytest"]
