"""The contract with the statuses that the vendor has added since the pages were written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from execmock.core.contract.pointers import look_up

__all__ = ["with_drift"]


def with_drift(document: Mapping[str, Any], *, status: str, execution: str, read: str) -> dict[str, Any]:
    """Return a copy of an OpenAPI document in which the statuses in `x-drift` are like every other.

    The others are JSON pointers: to the schemas of the status and of the execution, and to the media type of
    an execution that is read, which gets their examples.
    """
    # By way of JSON, so that what a YAML anchor shares is not changed in all its places.
    grown: dict[str, Any] = json.loads(json.dumps(document))
    node = look_up(grown, status)
    graph = node["x-transitions"]["next"]
    lifecycle = look_up(grown, execution)["x-lifecycle"]["properties"]
    for name, drift in node.pop("x-drift", {}).items():
        node["enum"].append(name)
        node.setdefault("x-inferred", []).append(f"enum.{name}")
        graph[name] = []
        for before in drift["from"]:
            graph[before].append(name)
        for due in drift.get("due", ()):
            lifecycle[due]["due"].append(name)
        if "example" in drift:
            look_up(grown, read).setdefault("examples", {})[name] = drift["example"]
    return grown
