"""A store of another package: found by the scheme of its URL, and told about in a sentence when it fails."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from execmock.cli import main
from execmock.errors import ConfigError, StoreError
from execmock.service.engine import Engine
from execmock.settings import ServeSettings
from execmock.stores import open_store
from execmock.testing import check_store

MODULE = """
from execmock.stores.memory import MemoryStore

class Kept(MemoryStore):
    def __init__(self, url):
        super().__init__()
        self.url = url

def without_a_method(url):
    return object()

def raises(url):
    raise OSError("the disk is on fire")
"""
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install packages that declare stores: name of the package to the lines of its entry points."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def add(**packages: str) -> None:
        for package, lines in packages.items():
            (tmp_path / f"{package}_stores.py").write_text(MODULE)
            info = tmp_path / f"{package}-1.0.dist-info"
            info.mkdir()
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
            (info / "entry_points.txt").write_text(f"[execmock.stores]\n{lines}\n")
        importlib.invalidate_caches()

    return add


async def test_one_line_makes_a_store_known(install: Install) -> None:
    install(own="shelf = own_stores:Kept")
    engine = Engine(ServeSettings(store="shelf://left/3"))
    assert getattr(engine.store, "url", None) == "shelf://left/3"
    await check_store(engine.store)
    await engine.close()


def test_one_that_lives_in_a_process_is_not_shared_by_workers(install: Install) -> None:
    install(own="shelf = own_stores:Kept")
    with pytest.raises(
        ConfigError, match="--workers is 2, and --store is shelf:, which lives in one process"
    ):
        Engine(ServeSettings(store="shelf://left/3", workers=2))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "shelf = gone_stores:Kept",
            "'shelf:' from gone_stores:Kept of own cannot be opened: ModuleNot",
        ),
        ("shelf = own_stores:Kpt", "'shelf:' from own_stores:Kpt of own cannot be opened: AttributeError"),
        ("shelf = own_stores:raises", "cannot be opened: OSError: the disk is on fire"),
        ("shelf = own_stores:without_a_method", "of own lacks append, .* expected what .*Store declares"),
        ("shelves = own_stores:Kept", r"'shelf:' is not a store; .*or shelves:\. Did you mean 'shelves'\?"),
    ],
)
def test_a_line_that_cannot_be_used_is_told_in_a_sentence(install: Install, line: str, said: str) -> None:
    install(own=line)
    with pytest.raises(StoreError, match=said) as caught:
        open_store("shelf:x")
    assert "\n" not in str(caught.value)


def test_two_packages_with_one_scheme_are_both_named(install: Install) -> None:
    install(own="shelf = own_stores:Kept", other="shelf = other_stores:Kept")
    with pytest.raises(StoreError, match=r"own_stores:Kept of own.*expected one of them installed"):
        open_store("shelf:x")


@pytest.mark.parametrize("url", ["redsi://:s3cret@host/0", "redis:s3cret@host"])
def test_a_password_in_an_address_is_not_repeated(capsys: pytest.CaptureFixture[str], url: str) -> None:
    assert main(["serve", "--store", url, "--port", "0"]) == 2
    said = capsys.readouterr().err
    assert "redis://HOST:PORT/DATABASE" in said
    assert "s3cret" not in said


def test_the_shipped_stores_do_not_wait_for_what_is_installed() -> None:
    program = (
        "import sys; from execmock.stores import open_store; open_store('memory:');"
        "print('importlib.metadata' in sys.modules)"
    )
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 - our own
    assert run.stdout == "False\n"
