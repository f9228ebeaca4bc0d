"""What the wheel holds of the shipped YAML files is what reading them gives."""

from __future__ import annotations

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import yaml

from execmock.loading.contract import shipped_contract
from execmock.loading.prepared import name_of, prepared
from execmock.loading.scenarios import read_data, read_text, vocabularies
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


def test_what_is_prepared_fits_the_schema_that_it_is_not_held_to_again() -> None:
    words = vocabularies(shipped_contract())
    for path in sorted((ROOT / "fixtures/scenarios").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        scenario, findings = read_data(load_marked(text, str(path)).data, text, words)
        assert findings == []
        assert scenario == read_text(text, str(path), words).scenario


def test_what_is_prepared_is_written_as_one_step(tmp_path: Path) -> None:
    build = hook()
    build.write(tmp_path / "_data" / "prepared.json", "{}")
    assert [path.name for path in (tmp_path / "_data").iterdir()] == ["prepared.json"]
