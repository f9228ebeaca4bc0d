"""Who may import whom: the layers of the design, held to the imports that the sources contain.

Every import counts: at the top, inside a function, under TYPE_CHECKING, and by import_module("...").
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.sources import called, tree

SRC = Path(__file__).parents[2] / "src"

BELOW_SERVICE = {"errors", "version", "core", "interfaces", "clocks", "stores", "loading"}
LAYERS: dict[str, set[str]] = {
    "errors": set(),
    "version": set(),
    "files": set(),
    "output": {"errors"},
    "core": {"errors"},
    "settings": {"errors", "core", "loading"},
    "interfaces": set(),
    "clocks": {"core"},
    "stores": {"errors", "core", "interfaces"},
    "loading": {"errors", "files", "core"},
    "coverage": {"errors", "files", "core"},
    "service": {*BELOW_SERVICE, "settings", "coverage"},
    "server": {
        *("errors", "version", "files", "output", "core", "clocks", "settings", "coverage", "service"),
        "forwarding",
    },
    "verify": {
        *("errors", "version", "output", "core", "loading", "settings", "pytest_plugin"),
        "forwarding",
    },
    "forwarding": {"errors", "files", "settings"},
    "proxy": {
        "clocks",
        "core",
        "coverage",
        "errors",
        "forwarding",
        "server",
        "service",
        "settings",
        "verify",
    },
    "recorder": {"errors", "files", "core", "forwarding", "loading", "verify", "proxy", "server"},
    "testing": {
        *(
            "errors",
            "files",
            "core",
            "clocks",
            "interfaces",
            "loading",
            "settings",
            "coverage",
            "service",
            "server",
        ),
    },
    "pytest_plugin": {"errors", "settings", "coverage", "testing"},
    "__init__": {"version", "testing"},
}
ANYTHING = {"cli", "__main__"}

LIBRARIES: dict[str, tuple[str, ...]] = {
    "aiohttp": ("server", "verify.answer_body", "verify.client", "forwarding", "proxy"),
    "multidict": ("server", "testing", "forwarding", "proxy.requests"),
    "yarl": ("verify.client", "forwarding"),
    "uvloop": ("server", "proxy.program"),
    "click": ("cli",),
    "rich": ("verify",),
    "rstr": ("core",),
    "yaml": ("loading",),
    "watchfiles": ("service",),
    "jsonschema": ("verify",),
    "jsonschema_rs": ("core",),
    "msgspec": ("core", "coverage", "loading", "stores", "service", "server"),
    "orjson": ("core",),
    "schemathesis": ("verify",),
    "hypothesis": ("verify",),
    "requests": ("verify.requests_adapter", "verify.fuzzing"),
    "urllib3": ("verify.requests_adapter",),
    "jinja2": ("verify.report.html",),
    "redis": ("stores.redis",),
    "cryptography": ("server.http.tls",),
    "trustme": ("server.http.tls",),
    "pytest": ("pytest_plugin", "verify.suite"),
}
ALONE = {"jsonschema", "schemathesis"}  # libraries that one module alone may import

PURE = {"core", "settings"}  # no I/O, no clock, no random, no async; settings hold paths as values
IMPURE = {
    *(
        "asyncio",
        "concurrent",
        "fcntl",
        "http.client",
        "http.server",
        "io",
        "logging",
        "multiprocessing",
        "os",
    ),
    *(
        "pathlib",
        "queue",
        "random",
        "secrets",
        "select",
        "selectors",
        "shutil",
        "signal",
        "socket",
        "socketserver",
    ),
    *("sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib.request"),
}
LOADING = {"import_module", "__import__", "to_thread"}
ASYNC = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)


@dataclass(frozen=True, slots=True)
class Module:
    """A parsed source file; its name is dotted and lacks the leading `execmock.`."""

    name: str
    is_package: bool
    tree: ast.Module

    @property
    def layer(self) -> str:
        return self.name.split(".")[0]

    def imports(self, known: set[str]) -> Iterator[str]:
        """Yield the absolute name of everything that is imported; `known` are the package's modules."""
        here = ["execmock", *([] if self.name == "__init__" else self.name.split("."))]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                above = here[: len(here) - node.level + self.is_package] if node.level else []
                base = ".".join([*above, *([node.module] if node.module else [])])
                for alias in node.names:
                    whole = f"{base}.{alias.name}"
                    yield whole if whole.removeprefix("execmock.") in known else base
            elif isinstance(node, ast.Call) and called(node.func) in LOADING:
                yield from loaded_by(node)


def loaded_by(call: ast.Call) -> Iterator[str]:
    """Yield the module named by import_module("..."), also as to_thread(import_module, "...")."""
    arguments = call.args
    if called(call.func) == "to_thread":
        deferred = arguments and called(arguments[0]) in LOADING
        arguments = arguments[1:] if deferred else []
    yield from (arg.value for arg in arguments[:1] if isinstance(arg, ast.Constant))


def modules(root: Path) -> list[Module]:
    """Parse every module of `root`/execmock."""
    return [module(root / "execmock", path) for path in sorted((root / "execmock").rglob("*.py"))]


def module(package: Path, path: Path) -> Module:
    parts = path.relative_to(package).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package and len(parts) > 1 else parts)
    return Module(name, is_package, tree(path))


def inside(name: str, places: tuple[str, ...] | set[str]) -> bool:
    return any(name == place or name.startswith(place + ".") for place in places)


def complaint(name: str, target: str) -> str | None:
    """Say why module `name` may not import `target`, or return None."""
    layer, (top, _, rest) = name.split(".")[0], target.partition(".")
    if top == "execmock":
        below = rest.split(".")[0] or "__init__"
        allowed = {layer, *LAYERS.get(layer, ())}
        return None if layer in ANYTHING or below in allowed else f"{layer} may import only {sorted(allowed)}"
    if top in sys.stdlib_module_names:
        impure = IMPURE - {"pathlib"} if layer == "settings" else IMPURE
        return "pure code does no I/O" if layer in PURE and inside(target, impure) else None
    if top not in LIBRARIES:
        return "no layer has a use for this library; add it to LIBRARIES with the places that need it"
    return None if inside(name, LIBRARIES[top]) else f"only {', '.join(LIBRARIES[top])} may import it"


def violations(root: Path) -> list[str]:
    """List everything under `root` that breaks a rule, as `module imports target: why`."""
    sources = modules(root)
    known = {name for source in sources for name in with_parents(source.name)}
    targets = {source.name: set(source.imports(known)) for source in sources}
    found = [
        f"{name} imports {target}: {why}"
        for name, names in targets.items()
        for target in sorted(names)
        if (why := complaint(name, target))
    ]
    found += [
        f"{s.name}: no such layer in the design" for s in sources if s.layer not in {*LAYERS, *ANYTHING}
    ]
    found += [f"{s.name}: pure code is not async" for s in sources if s.layer in PURE and has_async(s.tree)]
    for registry in ALONE:
        users = [
            name for name, names in targets.items() if any(inside(target, {registry}) for target in names)
        ]
        found += [f"{registry}: {users} import it; one may"] if len(users) > 1 else []
    return found


def unused_allowances(root: Path) -> list[str]:
    """List what the tables allow although no import needs it."""
    sources = modules(root)
    known = {name for source in sources for name in with_parents(source.name)}
    used: dict[str, set[str]] = {}
    libraries: dict[str, set[str]] = {}
    for source in sources:
        for target in source.imports(known):
            top, _, rest = target.partition(".")
            if top == "execmock":
                used.setdefault(source.layer, set()).add(rest.split(".")[0] or "__init__")
            else:
                libraries.setdefault(top, set()).add(source.name)
    layers = [
        f"{layer} may import {below}, and does not"
        for layer, allowed in LAYERS.items()
        for below in sorted(allowed - used.get(layer, set()))
    ]
    return layers + [
        f"{library} is allowed in {place}, and not imported there"
        for library, places in LIBRARIES.items()
        for place in places
        if not any(inside(name, {place}) for name in libraries.get(library, ()))
    ]


def circles(root: Path) -> list[set[str]]:
    """Return the sets of modules that import one another, directly or through others."""
    sources = modules(root)
    known = {source.name for source in sources}
    graph = {
        source.name: {
            target.removeprefix("execmock.")
            for target in source.imports(known)
            if target.removeprefix("execmock.") in known
        }
        - {source.name}
        for source in sources
    }
    return [group for group in strongly_connected(graph) if len(group) > 1]


def strongly_connected(graph: dict[str, set[str]]) -> list[set[str]]:
    """Return the strongly connected parts of a graph (Kosaraju)."""
    backward: dict[str, set[str]] = {name: set() for name in graph}
    for name, targets in graph.items():
        for target in targets:
            backward[target].add(name)
    order: list[str] = []
    visit(graph, sorted(graph), set(), order)
    seen: set[str] = set()
    groups = []
    for name in reversed(order):
        if name not in seen:
            group: list[str] = []
            visit(backward, [name], seen, group)
            groups.append(set(group))
    return groups


def visit(graph: dict[str, set[str]], names: list[str], seen: set[str], order: list[str]) -> None:
    """Append the names that can be reached to `order`, each after all that it leads to."""
    for name in names:
        if name not in seen:
            seen.add(name)
            visit(graph, sorted(graph[name]), seen, order)
            order.append(name)


def with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def has_async(tree: ast.Module) -> bool:
    return any(isinstance(node, ASYNC) for node in ast.walk(tree))


def test_the_sources_keep_the_layers() -> None:
    assert violations(SRC) == []


def test_no_modules_import_one_another_in_a_circle() -> None:
    assert circles(SRC) == []


def test_every_allowance_is_used() -> None:
    assert unused_allowances(SRC) == []


def test_a_planted_circle_is_reported(tmp_path: Path) -> None:
    plant(tmp_path, "core/a.py", "from execmock.core import b")
    plant(tmp_path, "core/b.py", "def f():\n    from execmock.core.c import x")
    plant(tmp_path, "core/c.py", "import asyncio\nasyncio.to_thread(import_module, 'execmock.core.a')")
    plant(tmp_path, "core/d.py", "from execmock.core import a")
    assert circles(tmp_path) == [{"core.a", "core.b", "core.c"}]


def test_an_allowance_without_an_import_is_reported(tmp_path: Path) -> None:
    plant(tmp_path, "core/a.py", "import orjson")
    found = unused_allowances(tmp_path)
    assert "core may import errors, and does not" in found
    assert "orjson is allowed in core, and not imported there" not in found
    assert "msgspec is allowed in core, and not imported there" in found


def test_the_sources_are_found() -> None:
    names = {source.name for source in modules(SRC)}
    assert {"__init__", "errors", "core", "cli", "server"} <= names


@pytest.mark.parametrize(
    ("module", "source", "expected"),
    [
        ("core/a.py", "import execmock.service", "core.a imports execmock.service: core may import only"),
        ("core/a.py", "from execmock import service", "core.a imports execmock.service"),
        ("core/a.py", "from .. import service", "core.a imports execmock.service"),
        ("core/a.py", "from ..service import b", "core.a imports execmock.service.b"),
        ("core/__init__.py", "from ..service import b", "core imports execmock.service.b"),
        ("core/a.py", "def f():\n    import asyncio", "core.a imports asyncio: pure code does no I/O"),
        ("core/a.py", "from http.client import HTTPException", "core.a imports http.client: pure"),
        ("core/a.py", "async def f(): ...", "core.a: pure code is not async"),
        ("core/a.py", "import aiohttp", "core.a imports aiohttp: only server, verify"),
        ("core/a.py", "from execmock import __version__", "core.a imports execmock: core may import only"),
        ("service/b.py", "from execmock.server import x", "service.b imports execmock.server"),
        ("server/api.py", "from execmock.stores import x", "server.api imports execmock.stores"),
        ("server/mock.py", "from execmock.cli import x", "server.mock imports execmock.cli"),
        ("stores/c.py", "import redis.asyncio", "stores.c imports redis.asyncio: only stores.redis"),
        (
            "verify/d.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from execmock.service import b",
            "verify.d imports execmock.service.b",
        ),
        ("verify/d.py", "import aiohttp", "verify.d imports aiohttp"),
        (
            "verify/d.py",
            "from importlib import import_module\nimport_module('execmock.server')",
            "verify.d imports execmock.server",
        ),
        ("server/e.py", "import numpy", "server.e imports numpy: no layer has a use"),
        ("extra.py", "", "extra: no such layer"),
        ("errors.py", "from execmock.core import a", "errors imports execmock.core"),
    ],
)
def test_a_planted_violation_is_reported(tmp_path: Path, module: str, source: str, expected: str) -> None:
    plant(tmp_path, "service/b.py", "")
    plant(tmp_path, module, source)
    found = violations(tmp_path)
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_two_modules_that_import_schemathesis_are_reported(tmp_path: Path) -> None:
    plant(tmp_path, "verify/a.py", "import schemathesis")
    assert violations(tmp_path) == []
    plant(tmp_path, "verify/b.py", "from schemathesis.engine import events")
    assert violations(tmp_path) == ["schemathesis: ['verify.a', 'verify.b'] import it; one may"]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("stores/redis.py", "import redis.asyncio"),
        ("verify/client.py", "import aiohttp"),
        ("cli/serve.py", "from execmock.server import run\nimport click"),
        ("server/a.py", "from execmock.version import __version__\nfrom ..core import x\nfrom . import y"),
        ("core/a.py", "from datetime import datetime\nfrom http import HTTPStatus"),
    ],
)
def test_an_allowed_import_is_not_reported(tmp_path: Path, module: str, source: str) -> None:
    plant(tmp_path, module, source)
    assert violations(tmp_path) == []


def plant(root: Path, module: str, source: str) -> None:
    path = root / "execmock" / module
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
