"""The generated parts of the documentation are up to date, and its configuration file is a valid one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from execmock.loading.yaml_marks import load_marked
from execmock.settings import SECTIONS, ServeSettings, check_file, resolve

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / "docs" / "configuration.md"


def write_docs(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "write_docs.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own tool


def test_the_generated_parts_are_up_to_date() -> None:
    run = write_docs("--check")
    assert (run.returncode, run.stderr) == (0, "")


def test_a_part_that_is_out_of_date_is_noticed_and_mended(tmp_path: Path) -> None:
    text = CONFIGURATION.read_text(encoding="utf-8")
    page = tmp_path / "configuration.md"
    page.write_text(text.replace("`EXECMOCK_PORT`", "`EXECMOCK_PROT`"), encoding="utf-8")
    check = write_docs("--check", str(page))
    assert check.returncode == 1
    assert check.stderr == f"{page} is out of date: run `make docs`\n"
    assert write_docs(str(page)).returncode == 0
    assert page.read_text(encoding="utf-8") == text


def test_the_configuration_file_of_the_documentation_is_valid() -> None:
    block = re.search(
        r"<!-- tested: execmock.yaml -->\n```yaml\n(.*?)```", CONFIGURATION.read_text(), re.DOTALL
    )
    assert block is not None
    file = load_marked(block[1], "execmock.yaml")
    check_file(file, SECTIONS)
    settings = resolve("serve", ServeSettings, {}, {}, file)
    assert sum(setting.origin.kind == "file" for setting in settings) == len(file.data["serve"])
