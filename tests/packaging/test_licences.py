"""What is shipped, and what is installed with it, has the licences that the docs name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "execmock"
DOCS = (ROOT / "docs" / "supply-chain.md").read_text(encoding="utf-8")
OTHER_PLATFORMS = {"colorama"}
PERMISSIVE = {"Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0"}
SHORT = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
COPIES = (
    ("Swagger UI", "server/pages/swagger", "LICENSE", "Apache License"),
    ("Preact", "server/console/vendor", "LICENSE.preact.txt", "MIT License"),
    ("htm", "server/console/vendor", "LICENSE.htm.txt", "Apache License"),
)


def rows(title: str) -> list[list[str]]:
    """Return the cells of the table under a title."""
    text = DOCS.partition(f"## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def needed(requirement: str, seen: set[tuple[str, frozenset[str]]]) -> Iterator[str]:
    """Yield the names of a package and of all that it needs here."""
    parsed = Requirement(requirement)
    name = canonicalize_name(parsed.name)
    key = (name, frozenset(parsed.extras))
    if key in seen:
        return
    seen.add(key)
    yield name
    extras = [{"extra": extra} for extra in ("", *parsed.extras)]
    for more in distribution(name).requires or ():
        marker = Requirement(more).marker
        if marker is None or any(marker.evaluate(extra) for extra in extras):
            yield from needed(more, seen)


def licence(metadata: PackageMetadata) -> set[str]:
    """Return the licences that a package names, whether one may choose or not."""
    classifiers = metadata.get_all("Classifier") or ()
    named = [
        line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License :: OSI Approved :: ")
    ]
    text = next((metadata[name] for name in ("License-Expression", "License") if name in metadata), "")
    found = [SHORT.get(name, name) for name in named] if named else re.split(r" AND | OR |[()]", text)
    return {SHORT.get(name, name) for name in found if name}


def test_each_package_that_is_installed_with_it_has_the_licence_that_the_docs_name() -> None:
    told = {
        name: set(filter(None, re.split(r" AND | OR |[()]", licences)))
        for licences, names in rows("Packages that are installed with it")
        for name in names.split(", ")
    }
    installed = set(needed("execmock[verify,redis,tls]", set())) - {"execmock"}
    assert {name: licence(distribution(name).metadata) for name in installed} == {
        name: told.get(name, set()) for name in installed
    }
    assert set().union(*told.values()) <= PERMISSIVE
    for name in told.keys() - installed - OTHER_PLATFORMS:
        with pytest.raises(PackageNotFoundError):
            distribution(name)


def test_each_copy_in_the_package_has_its_licence_next_to_it() -> None:
    assert [row[:2] for row in rows("Copies in the package")] == [
        [name, f"`{folder}`"] for name, folder, _, _ in COPIES
    ]
    for _, folder, file, words in COPIES:
        assert words in (PACKAGE / folder / file).read_text(encoding="utf-8")
    notices = {file.parent for file in PACKAGE.rglob("*LICENSE*")}
    assert notices == {PACKAGE / folder for _, folder, _, _ in COPIES}
