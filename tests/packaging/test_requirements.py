"""The pinned requirements hold everything that pyproject.toml asks for, with hashes, and say nothing else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FILES = ["dev.txt", "lock.txt", "fuzz.txt"]
PIN = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)(?: ; [^\\\n]+?)?"
    r"(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n"
)
HINT = "run `make lock`"


def text(name: str) -> str:
    return (ROOT / "requirements" / name).read_text(encoding="utf-8")


def pins(name: str) -> dict[str, list[str]]:
    """Return the pinned versions by name; a package may have several, each for other systems."""
    found: dict[str, list[str]] = {}
    for pin in PIN.finditer(text(name)):
        found.setdefault(canonicalize_name(pin["name"]), []).append(pin["version"])
    return found


def wanted(extra: str = "") -> list[Requirement]:
    """Return what the package, or one of its extras, asks for; extras of itself are followed."""
    listed = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    found = []
    for requirement in map(Requirement, listed):
        if requirement.name == "execmock":
            found += [inner for name in sorted(requirement.extras) for inner in wanted(name)]
        else:
            found.append(requirement)
    return found


def missing(requirements: list[Requirement], pinned: dict[str, list[str]]) -> list[str]:
    """Name the requirements that no pin satisfies."""
    return [
        str(requirement)
        for requirement in requirements
        if not any(
            requirement.specifier.contains(Version(version), prereleases=True)
            for version in pinned.get(canonicalize_name(requirement.name), [])
        )
    ]


def test_everything_that_is_asked_for_is_pinned() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    asked = [*wanted(), *wanted("dev"), *map(Requirement, build)]
    assert len(asked) > 20
    assert missing(asked, pins("dev.txt")) == [], HINT


def test_the_tool_that_pins_is_pinned() -> None:
    assert missing([Requirement(text("lock.in").strip())], pins("lock.txt")) == [], HINT


@pytest.mark.parametrize(
    ("asked", "found"),
    [("aiohttp>=3.12,<4", []), ("aiohttp>=99", ["aiohttp>=99"]), ("nothing-of-ours", ["nothing-of-ours"])],
)
def test_what_is_not_pinned_is_named(asked: str, found: list[str]) -> None:
    assert missing([Requirement(asked)], pins("dev.txt")) == found


@pytest.mark.parametrize("name", FILES)
def test_there_are_pins_with_hashes_and_comments_and_nothing_else(name: str) -> None:
    """So there are no addresses: where packages come from is set by the machine."""
    rest = [line for line in PIN.sub("", text(name)).splitlines() if not line.startswith("#")]
    assert rest == []
    assert "//" not in text(name)


def test_pins_are_made_for_the_oldest_python_that_is_supported() -> None:
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert f"--python-version {oldest} " in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_pip_installs_the_pins_and_looks_for_nothing_newer() -> None:
    """A pin of ``coverage`` alone does not hold ``coverage[toml]``: pip would resolve that to its newest."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in makefile.splitlines() if "--require-hashes" in line]
    assert len(installs) == len(FILES)
    assert [line for line in installs if "--no-deps" not in line] == []
