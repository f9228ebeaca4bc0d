"""What the wheel holds of the shipped YAML files is what reading them gives."""

from __future__ import annotations

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import yaml

from execmock.loading.prepared import name_of, prepared
from execmock.loading.yaml_marks import load_marked

ROOT = Path(__file__).parents[2]


def hook() -> Any:
    spec = spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_contracts_are_prepared_as_they_are_read() -> None:
    found = json.loads(json.dumps(hook().prepared(ROOT)))
    for path in (ROOT / "openapi.yaml", ROOT / "src/execmock/server/control/openapi.yaml"):
        text = path.read_bytes()
        assert found[name_of("contract", text)] == yaml.safe_load(text)


def test_scenarios_are_prepared_as_they_are_read() -> None:
    found = json.loads(json.dumps(hook().prepared(ROOT)))
    paths = sorted((ROOT / "fixtures/scenarios").glob("*.yaml"))
    names = [name_of("scenario", path.read_bytes()) for path in paths]
    read = [load_marked(path.read_text(encoding="utf-8"), str(path)).data for path in paths]
    assert [found[name] for name in names] == read


@pytest.mark.parametrize("data", [{1: "a"}, {"at": [object()]}, float("nan")])
def test_what_json_would_change_is_left_out(data: Any) -> None:
    assert not hook().exact(data)


def test_a_text_that_is_not_shipped_is_not_found() -> None:
    assert prepared("scenario", b"scenario: mine\n") is None
