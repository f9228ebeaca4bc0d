"""Bodies that every service has to accept: known members only, none empty, with short plain texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from execmock.verify.requests import CREATE, Requests

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["valid_bodies"]

_LETTERS = "0123456789abcxyzABCXYZéüß東京 -_.:#+"
_LONGEST = 40
_LEFT_OUT = frozenset({"idempotencyKey"})  # two bodies with one key would be a conflict


def valid_bodies(requests: Requests, operation: str, count: int, seed: int) -> tuple[dict[str, Any], ...]:
    """Return `count` bodies for createExecution or executeWorkflow; the same seed gives the same."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    found: list[dict[str, Any]] = []

    @seeded(seed)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(_creates(requests) if operation == CREATE else _executes())
    def collect(body: dict[str, Any]) -> None:
        found.append(body)

    collect()
    return tuple(found[:count])


def _creates(requests: Requests) -> SearchStrategy[dict[str, Any]]:
    from hypothesis import strategies as st

    names = requests.body_schema(CREATE)["properties"].keys() - _LEFT_OUT
    required = {name: _member(requests, name) for name in requests.required(CREATE)}
    optional = {name: _member(requests, name) for name in sorted(names - required.keys())}
    workflows = requests.workflows or (requests.minimal()["workflowId"],)
    return st.fixed_dictionaries({**required, "workflowId": st.sampled_from(workflows)}, optional=optional)


def _executes() -> SearchStrategy[dict[str, Any]]:
    from hypothesis import strategies as st

    return st.fixed_dictionaries({}, optional={"execution_data": _object()})


def _member(requests: Requests, name: str) -> SearchStrategy[Any]:
    return _text() if "string" in requests.kinds(CREATE, name) else _object()


def _text() -> SearchStrategy[str]:
    from hypothesis import strategies as st

    return st.text(_LETTERS, min_size=1, max_size=_LONGEST).map(str.strip).filter(bool)


def _object() -> SearchStrategy[dict[str, Any]]:
    from hypothesis import strategies as st

    value = st.booleans() | st.integers(-(2**31), 2**31) | _text() | st.lists(_text(), max_size=3)
    return st.dictionaries(
        _text(), value | st.dictionaries(_text(), value, max_size=2), min_size=1, max_size=4
    )
