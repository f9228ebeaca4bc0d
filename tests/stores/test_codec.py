"""Kept values survive the way to JSON-like data and back, whatever they hold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from execmock.core.execution import EmbedExecution, Execution, Idempotency
from execmock.core.progress import Progress
from execmock.core.visit import Visit
from execmock.errors import StoreError
from execmock.stores.codec import from_data, to_data

STATE = Progress((Visit(0, 1), Visit(1, 2, "go", {"n": [2**70, None, "é"]})), 3)
KEPT: list[tuple[str, Any]] = [
    ("execution", Execution("exec_x", "a", 1, "s@1", b'{"a":1}', "key_x", STATE)),
    ("embed", EmbedExecution("id", "a", 1, "s@1", "abc12", ("key", "Name"), b"{}", STATE)),
    ("idempotency", Idempotency("key", "digest", "exec_x")),
    ("embed-idempotency", Idempotency("key", "digest", "id", b'{"first":"answer"}', 5)),
]


@pytest.mark.parametrize(("kind", "value"), KEPT)
def test_a_kept_value_comes_back_from_json(kind: str, value: Any) -> None:
    assert from_data(kind, json.loads(json.dumps(to_data(value)))) == value


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(
        StoreError, match=r"unknown kind 'executions'; expected one of .*Did you mean 'execution'"
    ):
        from_data("executions", {})


def test_data_that_is_no_kept_value_is_refused() -> None:
    with pytest.raises(StoreError, match="not a kept execution: "):
        from_data("execution", {"id": 3})
