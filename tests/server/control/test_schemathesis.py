"""schemathesis, with every check on, finds nothing in the control API that its contract does not allow."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from execmock.server.control import control_contract

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


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_generated_run_finds_no_failure(serving: Serving, seed: int) -> None:
    serve = ["serve", "--port", "0", "--quiet", "--frozen", "--world", "demo", "--control-key", KEY]
    with serving([sys.executable, "-m", "execmock", *serve]) as url:
        done = subprocess.run(  # noqa: S603 - the tool under test
            [
                *(Path(sys.executable).with_name("schemathesis"), "--config-file", SETTINGS),
                *("run", control_contract().file, "--url", url, "--header", f"Authorization: Bearer {KEY}"),
                *("--checks", "all", "--max-examples", "15", "--seed", str(seed), "--no-color"),
            ],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert "Operations:       24 selected / 25 total" in done.stdout
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert re.search(rf"✅ +{phase}", done.stdout), f"{phase} did not run:\n{done.stdout[-3_000:]}"
