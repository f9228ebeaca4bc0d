"""What the package says of itself: one version, and addresses that lead to something."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import metadata, version
from pathlib import Path
from shutil import copy

import execmock

ROOT = Path(__file__).parents[2]


def test_the_version_stands_in_the_package_alone(tmp_path: Path) -> None:
    """What is built takes it from there: a copy of the tree with another one there is another version."""
    stated = Path("src") / "execmock" / "version.py"
    text = (ROOT / stated).read_text(encoding="utf-8")
    (tmp_path / stated).parent.mkdir(parents=True)
    (tmp_path / stated).write_text(text.replace(f'"{execmock.__version__}"', '"98.7.6"'), encoding="utf-8")
    copy(ROOT / "pyproject.toml", tmp_path)
    run = subprocess.run(
        [sys.executable, "-m", "hatchling", "version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stdout.strip() == "98.7.6"


def test_the_installed_package_has_the_version_of_the_sources() -> None:
    assert version("execmock") == execmock.__version__


def test_the_addresses_are_told_and_those_of_files_lead_to_one() -> None:
    told = dict(entry.split(", ", 1) for entry in metadata("execmock").get_all("Project-URL", []))
    assert {"Source", "Documentation", "Changelog", "Issues"} <= set(told)
    files = [url.partition("/blob/main/")[2] for url in told.values() if "/blob/main/" in url]
    assert files
    assert [name for name in files if not (ROOT / name).is_file()] == []
    assert [url for url in told.values() if not url.startswith(told["Source"])] == []
