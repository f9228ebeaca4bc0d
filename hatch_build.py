"""Keeps what the shipped YAML files hold as JSON beside the code, so that the server need not read YAML.

See `execmock.loading.prepared`. A file that JSON cannot hold exactly is left out and read as YAML.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from math import isfinite
from pathlib import Path
from typing import Any

import yaml
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CONTRACTS = ("openapi.yaml", "src/execmock/server/control/openapi.yaml")
SCENARIOS = "fixtures/scenarios/*.yaml"


PREPARED = "_data/prepared.json"


class PreparedData(BuildHookInterface):  # type: ignore[type-arg]
    """Adds `execmock/_data/prepared.json` to a wheel; an editable install finds it in the source tree."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the file where the builder picks it up, or where an editable install is read from."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        text = json.dumps(prepared(root), separators=(",", ":"))
        if version == "editable":
            write(root / "src" / "execmock" / PREPARED, text)
            return
        path = Path(tempfile.mkdtemp(prefix="execmock-")) / "prepared.json"
        write(path, text)
        build_data["force_include"][str(path)] = f"execmock/{PREPARED}"


def write(path: Path, text: str) -> None:
    """Write the file as one step: a server may be reading it."""
    path.parent.mkdir(exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def prepared(root: Path) -> dict[str, Any]:
    """Return kind and digest of text to data, for every shipped YAML file that holds what JSON can hold."""
    # The sources themselves say how each kind is read; this needs nothing but PyYAML.
    sys.path.insert(0, str(root / "src"))
    try:
        from execmock.loading.prepared import name_of
        from execmock.loading.yaml_marks import load_marked
    finally:
        sys.path.pop(0)
    found = {}
    for path in [root / name for name in CONTRACTS]:
        text = path.read_bytes()
        found[name_of("contract", text)] = yaml.safe_load(text)
    for path in sorted(root.glob(SCENARIOS)):
        text = path.read_bytes()
        found[name_of("scenario", text)] = load_marked(text.decode("utf-8-sig"), str(path)).data
    return {name: data for name, data in found.items() if exact(data)}


def exact(data: Any) -> bool:
    """Whether data comes back from JSON as it went in."""
    if isinstance(data, dict):
        return all(isinstance(key, str) and exact(value) for key, value in data.items())
    if isinstance(data, list):
        return all(map(exact, data))
    return data is None or isinstance(data, str | int | bool) or (isinstance(data, float) and isfinite(data))
