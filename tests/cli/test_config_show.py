"""`execmock config show` prints each option's value and where it came from, and no secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from execmock.cli import main

FILE = """\
serve:
  host: 0.0.0.0
  port: 4020
  control-key: s3cret-control
  key: {s3cret-file: read}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["config", "show", "--format", "json", *arguments]) == 0
    settings: dict[str, Any] = json.loads(capsys.readouterr().out)["serve"]
    return settings


def test_each_value_says_where_it_came_from(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "execmock.yaml").write_text(FILE)
    monkeypatch.setenv("EXECMOCK_FROZEN", "true")
    settings = shown(capsys, "--speed", "60", "--port", "0")
    assert settings["speed"] == {"value": 60.0, "origin": "flag", "where": "--speed"}
    assert settings["port"] == {"value": 0, "origin": "flag", "where": "--port"}
    assert settings["frozen"] == {"value": True, "origin": "variable", "where": "EXECMOCK_FROZEN"}
    assert settings["host"] == {"value": "0.0.0.0", "origin": "file", "where": "execmock.yaml:2:9"}  # noqa: S104
    assert settings["seed"] == {"value": None, "origin": "default", "where": None}
    assert settings["max-body"] == {"value": 1048576, "origin": "default", "where": None}


def test_a_flag_can_be_switched_off_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EXECMOCK_FROZEN", "true")
    frozen = shown(capsys, "--no-frozen")["frozen"]
    assert frozen == {"value": False, "origin": "flag", "where": "--no-frozen"}


def test_the_table_has_a_line_per_option(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "execmock.yaml").write_text(FILE)
    assert main(["config", "show", "--cors-origin", "http://a", "--cors-origin", "http://b"]) == 0
    rows = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert cells[0] == ["OPTION", "VALUE", "FROM"]
    assert ["serve.port", "4020", "execmock.yaml:3:9"] in cells
    assert ["serve.cors-origin", "http://a, http://b", "--cors-origin"] in cells
    assert ["serve.seed", "-", "default"] in cells


@pytest.mark.parametrize("form", ["json", "table"])
def test_no_secret_is_shown(
    form: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "execmock.yaml").write_text(FILE)
    monkeypatch.setenv("EXECMOCK_STORE", "redis://user:s3cret-store@localhost/0")
    assert main(["config", "show", "--format", form]) == 0
    assert main(["config", "show", "--format", form, "--key", "s3cret-flag"]) == 0
    out = capsys.readouterr().out
    assert "s3cret" not in out
    assert "***=read" in out
    assert "redis://user:***@localhost/0" in out


@pytest.mark.parametrize("way", ["flag", "variable"])
def test_the_file_can_be_named(
    way: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "execmock.yaml").write_text(FILE)
    (folder / "other.yaml").write_text("serve: {port: 5}")
    monkeypatch.setenv("EXECMOCK_CONFIG", "other.yaml" if way == "variable" else "none.yaml")
    arguments = ["--config", "other.yaml"] if way == "flag" else []
    port = shown(capsys, *arguments)["port"]
    assert port == {"value": 5, "origin": "file", "where": "other.yaml:1:15"}
