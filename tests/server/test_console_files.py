"""The console's files: from the package alone, without a key, under a strict policy, behind any prefix."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.server.test_docs_page import Page

import execmock.server

FOLDER = Path(execmock.server.__path__[0]) / "console"
MODULES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.js"))


IMPORT = re.compile(r'^(?:im|ex)port\b.*?from ?"(.+?)"', re.MULTILINE)


def needed(name: str) -> set[str]:
    """Return a module and those that it imports, and so on."""
    found, waiting = {name}, [name]
    while waiting:
        module = FOLDER / waiting.pop()
        paths = (
            (module.parent / one).resolve() for one in IMPORT.findall(module.read_text(encoding="utf-8"))
        )
        new = {path.relative_to(FOLDER.resolve()).as_posix() for path in paths} - found
        found |= new
        waiting += new
    return found


def test_the_page_has_nothing_inline_and_names_what_it_begins_with_before_it_is_asked_for() -> None:
    page = Page((FOLDER / "index.html").read_text(encoding="utf-8"))
    page.references -= {"openapi.yaml"}  # the control API's own
    assert page.inline == []
    named = {name.removeprefix("console/") for name in page.references if name.endswith(".js")}
    # What is asked for first is no module, and no module needs it to be read.
    assert named == needed("app.js") | {"first.js"}
    assert len(named) < len(MODULES)
    assert all(name.startswith("console/") for name in page.references)
    assert all((FOLDER / name.removeprefix("console/")).is_file() for name in page.references)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_files_that_are_there_and_writes_no_markup(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    imported = [*IMPORT.findall(text), *re.findall(r'\bimport\("(.+?)"\)', text)]
    assert [one for one in imported if not ((FOLDER / name).parent / one).is_file()] == []
    if not name.startswith("vendor/"):
        assert not re.search(r"innerHTML|insertAdjacentHTML|outerHTML|document\.write|eval\(", text)
        assert len(text.splitlines()) <= 400


def test_the_copies_carry_their_versions_and_licences() -> None:
    versions = (FOLDER / "vendor" / "VERSIONS").read_text().splitlines()
    assert [line.split()[0] for line in versions] == ["preact", "htm"]
    assert "MIT License" in (FOLDER / "vendor" / "LICENSE.preact.txt").read_text()
    assert "Apache License" in (FOLDER / "vendor" / "LICENSE.htm.txt").read_text()


async def test_the_files_need_no_key_and_come_with_a_policy(mock_server: Any) -> None:
    server = await mock_server(control_key="secret")
    page = Page((await server.get("/_execmock/", key=None)).body.decode())
    kept = {f"/_execmock/{name}" for name in page.references if name.startswith("console/")}
    folder = next(path for path in kept if path.endswith("/app.js")).removesuffix("app.js")
    kept |= {folder + name for name in MODULES}
    for path in ("/_execmock/", *sorted(kept)):
        reply = await server.get(path, key=None)
        assert reply.status == 200, path
        assert "default-src 'none'; script-src 'self'" in reply.headers["Content-Security-Policy"]
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        # What is kept for good has the digest of all files in its address.
        assert ("immutable" in reply.headers["Cache-Control"]) == (path in kept)
    assert (await server.get("/_execmock/clock", key=None)).status == 401


async def test_without_its_last_slash_the_address_leads_to_the_page_also_behind_a_prefix(server: Any) -> None:
    reply = await server.get("/_execmock", key=None)
    assert (reply.status, reply.headers["Location"]) == (302, "_execmock/")


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
async def test_the_page_has_the_control_apis_own_rules(server: Any, headers: dict[str, str]) -> None:
    assert (await server.get("/_execmock/", key=None, headers=headers)).status == 403


@pytest.mark.parametrize("name", ["gone.js", "../console_pages.py", "%2e%2e/console_pages.py", "", "vendor"])
async def test_nothing_else_is_served(server: Any, name: str) -> None:
    page = (await server.get("/_execmock/", key=None)).body.decode()
    found = re.search(r'"(console/\w+)/app.js"', page)
    assert found
    for folder in (found[1], "console/0123456789abcdef"):
        assert (await server.get(f"/_execmock/{folder}/{name}", key=None)).status == 404
    assert (await server.get("/_execmock/console/0123456789abcdef/app.js", key=None)).status == 404


async def test_a_file_is_only_read(server: Any) -> None:
    reply = await server.send("POST", "/_execmock/", {}, key=None)
    assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD")
    assert (await server.send("HEAD", "/_execmock/", key=None)).status == 200


async def test_it_can_be_left_out(mock_server: Any) -> None:
    server = await mock_server(console=False)
    assert (await server.get("/_execmock/", key=None)).status == 404
    assert (await server.get("/_execmock/console/app.js", key=None)).status == 404
    assert (await server.get("/_execmock/clock", key=None)).status == 200
