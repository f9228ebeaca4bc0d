"""Generated input: schemathesis's engine over the contract. The only module that imports schemathesis.

It generates, the client of the run sends: one policy holds for all requests, and each exchange is recorded as
it came over the wire. The failures that the engine reports are passed on as `EngineFailure`.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from execmock.core.contract.names import CREATE, CREATE_BODY, EXECUTE, EXECUTE_BODY, GET, LIST, PUBLIC
from execmock.core.contract.pointers import follow, look_up, resolve
from execmock.verify.engine_failure import UNANSWERED, EngineFailure
from execmock.verify.exchange import Exchange, Request
from execmock.verify.requests import Requests

if TYPE_CHECKING:
    from requests import Session
    from schemathesis.config import ProjectConfig
    from schemathesis.engine.events import ScenarioFinished

    from execmock.verify.requests_adapter import ClientAdapter

__all__ = ["Generated", "Plan", "Send", "generate", "load_engine"]

Send = Callable[[Request, str, str], Exchange]
"""Sends a request for an operation (or an empty text) with an identity's key, and blocks until its end."""

_ADAPTER = "execmock.verify.requests_adapter"
_FURTHEST = 10_000
_CANDIDATES = 64
_EXECUTIONS = (CREATE, LIST, GET, PUBLIC)


@dataclass(frozen=True, slots=True)
class Plan:
    """How hard to try: examples for each operation.

    The number of examples bounds a run, so that a seed always sends the same; `seconds` only ends one that
    hangs, after every operation with a body has been tried. `thorough` varies operations without a body at
    random, beyond the values at the edges of their schemas. With `links` the contract's links are followed,
    and nothing else is done. When `given_up` returns true, nothing more is started.
    """

    examples: int
    seconds: float
    seed: int
    thorough: bool = True
    links: bool = False
    given_up: Callable[[], bool] = bool


@dataclass(frozen=True, slots=True)
class Generated:
    """The exchanges, the failures that the engine reported, and why it stopped early, if it did."""

    exchanges: tuple[Exchange, ...]
    failures: tuple[EngineFailure, ...]
    stopped: str = ""


def load_engine() -> None:
    """Import all that `generate` needs, which takes a while."""
    for name in ("schemathesis.engine", "schemathesis.specs.openapi.schemas", _ADAPTER):
        import_module(name)
    _draw_few_candidates()
    _draw_no_constants_of_ours()


class _Enough(Exception):  # noqa: N818 - ends a generator, no error
    """As many values as are needed have been drawn."""


def _draw_few_candidates() -> None:
    """Have the engine draw the first values alone that an enum may lack, where it draws over a thousand.

    It takes the first that the enum does lack, and draws others by itself where all are in it.
    """
    from schemathesis.generation.hypothesis.examples import generate_one
    from schemathesis.specs.openapi.coverage import _schema as coverage

    def few() -> tuple[Any, ...]:
        found: list[Any] = []

        def reject(value: Any) -> bool:
            found.append(value)
            if len(found) >= _CANDIDATES:
                raise _Enough
            return False

        with suppress(_Enough):
            generate_one(coverage.INVALID_ENUM_STRATEGY.filter(reject))
        return tuple(found[:_CANDIDATES])

    coverage._invalid_enum_candidates = cache(few)  # noqa: SLF001 - of the one version that is taken


def _draw_no_constants_of_ours() -> None:
    """Have a seed generate the same wherever this package is installed, and whatever else is imported.

    The engine reads the source of each module outside site-packages, and draws the constants that it finds.
    """
    from hypothesis.internal.conjecture import providers

    providers._get_local_constants = lambda: providers._local_constants  # noqa: SLF001 - none, if none are read


def generate(requests: Requests, keys: Mapping[str, str], plan: Plan, send: Send) -> Generated:
    """Run the engine on the APIs that there are keys for; blocks."""
    parts: list[tuple[tuple[str, ...], str, str]] = []
    if "a" in keys:
        parts.append((_EXECUTIONS, requests.base(LIST), keys["a"]))
    if "embed" in keys:
        parts.append(((EXECUTE,), requests.base(EXECUTE), keys["embed"]))
    exchanges: list[Exchange] = []
    failures: list[EngineFailure] = []
    stopped = ""

    def recorded(request: Request, operation: str, identity: str) -> Exchange:
        exchanges.append(send(request, operation, identity))
        return exchanges[-1]

    try:
        _run_all(parts, requests, plan, recorded, failures)
    except Exception as error:  # an error of the engine must not lose what was recorded
        stopped = f"the generator stopped: {type(error).__name__}: {error}"
    if not any(seen.status for seen in exchanges):
        stopped = stopped or UNANSWERED
    return Generated(tuple(exchanges), tuple(failures), stopped)


def _run_all(
    parts: list[tuple[tuple[str, ...], str, str]],
    requests: Requests,
    plan: Plan,
    send: Send,
    failures: list[EngineFailure],
) -> None:
    """Run each part for its share of the time; failures before an error are kept."""
    from execmock.verify.requests_adapter import ClientAdapter

    for operations, base, key in parts:
        if plan.given_up():
            break
        document = _document(requests, operations)
        share = replace(plan, seconds=plan.seconds * (2 if len(operations) > 1 else 1) / 3)
        adapter = ClientAdapter(send, partial(_about, operations, requests))
        _run(document, _config(base, key, share), share, operations, requests, adapter, failures)


def _document(requests: Requests, operations: tuple[str, ...]) -> dict[str, Any]:
    """Return the contract reduced to these operations, without values that a service may refuse."""
    document: dict[str, Any] = copy.deepcopy(dict(requests.contract.document))
    for path, item in list(document["paths"].items()):
        kept = {
            name: node
            for name, node in item.items()
            if not isinstance(node, dict) or node.get("operationId", operations[0]) in operations
        }
        if not any(isinstance(node, dict) and "operationId" in node for node in kept.values()):
            del document["paths"][path]
        else:
            document["paths"][path] = kept
    document.pop("servers", None)
    _drop_headers(document)
    _pin(document, operations, requests)
    if EXECUTE in operations:
        for item in document["paths"].values():
            item.pop("servers", None)
            for parameter in item["post"]["parameters"]:
                if parameter.get("name") == "id":
                    parameter["schema"] = {"type": "string", "enum": [requests.embed_workflow]}
    return document


def _drop_headers(document: dict[str, Any]) -> None:
    """Leave out header parameters: a key repeats its first answer, and an organization may be refused."""
    for item in document["paths"].values():
        for node in (item, *item.values()):
            if isinstance(node, dict) and "parameters" in node:
                node["parameters"] = [
                    each for each in node["parameters"] if resolve(document, each).get("in") != "header"
                ]


def _pin(document: dict[str, Any], operations: tuple[str, ...], requests: Requests) -> None:
    """Restrict values to what every service accepts: known workflows and users, no empty members."""
    if CREATE in operations:
        _pin_create(look_up(document, requests.contract.pointer(CREATE_BODY)), requests)
    if EXECUTE in operations:
        execute = look_up(document, requests.contract.pointer(EXECUTE_BODY))
        execute["additionalProperties"] = False
        for name in ("id_type", "user_key"):
            property_ = requests.contract.resolve(execute["properties"][name])
            execute["properties"][name] = {**property_, "enum": [property_["default"]]}
    if LIST in operations:
        for name in ("limit", "offset"):
            parameter = requests.operation(LIST).parameter(name)
            schema = look_up(document, follow(document, parameter.pointer, ["schema"]))
            schema["maximum"] = parameter.schema.get("x-clamp", {}).get("maximum", _FURTHEST)


def _pin_create(create: dict[str, Any], requests: Requests) -> None:
    create["additionalProperties"] = False
    workflows = list(requests.workflows) or [requests.minimal()["workflowId"]]
    create["properties"]["workflowId"]["enum"] = workflows
    create["properties"].pop("idempotencyKey", None)
    for node in create["properties"].values():
        if "string" in node.get("type", ()):
            node.update({"type": "string", "minLength": 1})
        else:
            node["type"] = "object"


def _config(base: str, key: str, plan: Plan) -> str:
    # no max-time: with it the engine repeats the operations until the time is up
    lines = [
        f"seed = {plan.seed}",
        f"base-url = {json.dumps(base)}",
        f"headers = {{ Authorization = {json.dumps(f'Bearer {key}')} }}",
        "workers = 1",
        "continue-on-failure = true",
        'suppress-health-check = ["all"]',
        "warnings = false",
        "[cache]",
        "enabled = false",
        "[output.sanitization]",
        "enabled = false",
        "[generation]",
        f"max-examples = {plan.examples}",
        'database = "none"',
        "allow-x00 = false",
        "no-shrink = true",
        "with-security-parameters = false",
        "[checks]",
        "enabled = false",
        *(f"{name}.enabled = true" for name in _CHECKS),
        "[phases.examples]",
        "enabled = false",
        "[phases.stateful]",
        f"enabled = {str(plan.links).lower()}",
        "[phases.fuzzing]",
        f"enabled = {str(not plan.links).lower()}",
        "[phases.coverage]",
        f"enabled = {str(not plan.links).lower()}",
        "unexpected-methods = []",
        "[phases.fuzzing.extra-data-sources]",
        "responses = false",
        "[phases.stateful.inference]",
        "algorithms = []",
        *(
            []
            if plan.thorough
            else ["[[operations]]", 'include-method = "GET"', "phases.fuzzing.enabled = false"]
        ),
    ]
    return "\n".join(lines)


_CHECKS = ("not_a_server_error", "status_code_conformance", "response_schema_conformance")


def _run(
    document: dict[str, Any],
    config: str,
    plan: Plan,
    operations: tuple[str, ...],
    requests: Requests,
    adapter: ClientAdapter,
    failures: list[EngineFailure],
) -> None:
    import schemathesis
    from schemathesis.engine import events, from_schema

    schema = schemathesis.openapi.from_dict(document, config=schemathesis.Config.from_str(config))
    until = time.monotonic() + plan.seconds
    waited_for = {name for name in operations if requests.operation(name).body}
    stream = from_schema(schema).execute()
    with _sends_with(adapter, schema.config), closing(stream.generator):
        for event in stream:
            if isinstance(event, events.ScenarioFinished):
                waited_for -= adapter.operations
                failures.extend(_failures(event, adapter))
            if plan.given_up() or (time.monotonic() > until and not waited_for):
                stream.stop()
                break


_adapters: dict[int, ClientAdapter] = {}
"""What sends for a run of the engine, by the identity of the run's configuration."""


@contextmanager
def _sends_with(adapter: ClientAdapter, config: ProjectConfig) -> Iterator[None]:
    """Have everything sent by the adapter that the engine generates with a configuration.

    The engine takes no session from its caller. It makes each in one function, replaced here for good.
    """
    from schemathesis.engine import context

    make = context.make_session

    def make_session(config: ProjectConfig, *, operation: Any = None) -> Session:
        session = make(config, operation=operation)
        if id(config) in _adapters:
            session.trust_env = False
            for scheme in ("http://", "https://"):
                session.mount(scheme, _adapters[id(config)])
        return session

    if make.__module__ != __name__:
        context.make_session = make_session
    _adapters[id(config)] = adapter
    try:
        yield
    finally:
        del _adapters[id(config)]


def _about(known: tuple[str, ...], requests: Requests, request: Request) -> tuple[str, str]:
    """Return the operation that a request is for, or an empty text, and whose key it bears."""
    base = urlsplit(requests.base(known[0])).path.rstrip("/")
    path = urlsplit(request.url).path.removeprefix(base)
    match = requests.contract.router.match(request.method, path)
    operation = match.operation.id if match.operation and match.operation.id in known else ""
    return operation, "none" if operation == PUBLIC else ("embed" if operation == EXECUTE else "a")


def _failures(event: ScenarioFinished, adapter: ClientAdapter) -> Iterator[EngineFailure]:
    for case, checks in event.recorder.checks.items():
        for check in checks:
            if check.failure_info is not None and case in adapter.cases:
                failure = check.failure_info.failure
                yield EngineFailure(check.name, failure.title, failure.message, adapter.cases[case])
