"""schemathesis, with every check on, finds nothing in the control API that its contract does not allow."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.schemathesis_runs import RUNS, find_nothing

from execmock.server.control.app import control_contract

SETTINGS = Path(__file__).with_name("schemathesis.toml")
KEY = "control-key"

Serving = Callable[..., AbstractContextManager[str]]


def test_its_contract_is_a_valid_openapi_document() -> None:
    assert list(OpenAPIV31SpecValidator(dict(control_contract().document)).iter_errors()) == []


def test_the_settings_switch_off_no_check_and_one_operation() -> None:
    operations = tomllib.loads(SETTINGS.read_text())["operations"]
    assert [entry for entry in operations if "enabled" in entry] == [
        {"include-operation-id": "streamChanges", "enabled": False}
    ]
    for entry in operations:
        assert set(entry.get("checks", {})) <= {"positive_data_acceptance"}


def test_generated_runs_find_no_failure(serving: Serving) -> None:
    serve = ["serve", "--port", "0", "--quiet", "--frozen", "--world", "demo", "--control-key", KEY]
    command = [sys.executable, "-m", "execmock", *serve]
    said = find_nothing(lambda: serving(command), control_contract().file, SETTINGS, key=KEY, examples=15)
    assert said.count("Operations:       46 selected / 47 total") == len(RUNS)
