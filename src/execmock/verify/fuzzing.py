"""Generated input: schemathesis's engine over the contract. The only module that imports schemathesis.

It generates and sends. Answers are recorded like any other exchange and judged by our own rules;
the failures that it reports are passed on as `EngineFailure`.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from execmock.core.contract.names import CREATE, CREATE_BODY, EXECUTE, EXECUTE_BODY, GET, LIST, PUBLIC
from execmock.core.contract.pointers import follow, look_up
from execmock.verify.clock import present
from execmock.verify.evidence import EngineFailure
from execmock.verify.exchange import Exchange, Request, parse_json
from execmock.verify.requests import Requests

if TYPE_CHECKING:
    from schemathesis.engine.events import ScenarioFinished
    from schemathesis.engine.recorder import Interaction

__all__ = ["Generated", "Plan", "generate"]

PROBE = "generated"
_MARGIN = 0.02  # the engine records wall time; a wider interval cannot cause false findings
_FURTHEST = 10_000
_EXECUTIONS = (CREATE, LIST, GET, PUBLIC)


@dataclass(frozen=True, slots=True)
class Plan:
    """How hard to try: examples for each operation, requests a second (0: no limit).

    The number of examples bounds a run, so that a seed always sends the same; `seconds` only ends one that
    hangs, after every operation with a body has been tried. `thorough` follows the contract's links too, and
    varies operations without a body at random, beyond the values at the edges of their schemas.
    When `given_up` returns true, nothing more is started.
    """

    examples: int
    seconds: float
    rate: float
    timeout: int
    seed: int
    thorough: bool = True
    given_up: Callable[[], bool] = bool


@dataclass(frozen=True, slots=True)
class Generated:
    """The exchanges, the failures that the engine reported, and why it stopped early, if it did."""

    exchanges: tuple[Exchange, ...]
    failures: tuple[EngineFailure, ...]
    stopped: str = ""


def generate(
    requests: Requests, keys: Mapping[str, str], plan: Plan, *, embed: bool, first: int
) -> Generated:
    """Run the engine on both APIs; blocks. `first` is the number that the first exchange gets."""
    parts: list[tuple[tuple[str, ...], str, str]] = [(_EXECUTIONS, requests.base(LIST), keys["a"])]
    if embed:
        parts.append(((EXECUTE,), requests.base(EXECUTE), keys["embed"]))
    exchanges: list[Exchange] = []
    failures: list[EngineFailure] = []
    stopped = ""
    try:
        _run_all(parts, requests, plan, first, exchanges, failures)
    except Exception as error:  # an error of the engine must not lose what was recorded
        stopped = f"the generator stopped: {type(error).__name__}: {error}"
    if not any(seen.status for seen in exchanges):
        stopped = stopped or "no generated request got an answer"
    return Generated(tuple(exchanges), tuple(failures), stopped)


def _run_all(
    parts: list[tuple[tuple[str, ...], str, str]],
    requests: Requests,
    plan: Plan,
    first: int,
    exchanges: list[Exchange],
    failures: list[EngineFailure],
) -> None:
    """Run each part for its share of the time; exchanges before an error are kept."""
    for operations, base, key in parts:
        if plan.given_up():
            break
        document = _document(requests, operations)
        share = replace(plan, seconds=plan.seconds * (2 if len(operations) > 1 else 1) / 3)
        for seen, found in _run(document, base, key, share, operations, requests, first + len(exchanges)):
            exchanges.append(seen)
            failures.extend(found)


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
    _pin(document, operations, requests)
    if EXECUTE in operations:
        for item in document["paths"].values():
            item.pop("servers", None)
            for parameter in item["post"]["parameters"]:
                if parameter.get("name") == "id":
                    parameter["schema"] = {"type": "string", "enum": [requests.embed_workflow]}
    return document


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
        f"request-timeout = {plan.timeout / 1000}",
        "workers = 1",
        "continue-on-failure = true",
        'suppress-health-check = ["all"]',
        "warnings = false",
        *([f'rate-limit = "{max(round(plan.rate * 60), 1)}/m"'] if plan.rate else []),
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
        f"enabled = {str(plan.thorough).lower()}",
        "[phases.coverage]",
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
    base: str,
    key: str,
    plan: Plan,
    operations: tuple[str, ...],
    requests: Requests,
    first: int,
) -> Iterator[tuple[Exchange, list[EngineFailure]]]:
    import schemathesis
    from schemathesis.engine import events, from_schema

    config = schemathesis.Config.from_str(_config(base, key, plan))
    schema = schemathesis.openapi.from_dict(document, config=config)
    number = first
    shift = time.monotonic() - present() / 1000
    until = time.monotonic() + plan.seconds
    waited_for = {name for name in operations if requests.operation(name).body}
    for event in from_schema(schema).execute():
        if plan.given_up() or (time.monotonic() > until and not waited_for):
            break
        if isinstance(event, events.ScenarioFinished):
            for case, interaction in event.recorder.interactions.items():
                seen = _exchange(interaction, number, base, operations, requests, shift)
                number += 1
                waited_for.discard(seen.operation)
                yield seen, list(_failures(event, case, seen))


def _exchange(
    interaction: Interaction,
    number: int,
    base: str,
    operations: tuple[str, ...],
    requests: Requests,
    shift: float,
) -> Exchange:
    sent, answer = interaction.request, interaction.response
    body = sent.body or b""
    request = Request(
        sent.method,
        sent.uri,
        {
            name: values[0]
            for name, values in sent.headers.items()
            if values and name.lower() not in _OWN_HEADERS
        },
        body if isinstance(body, bytes) else str(body).encode(),
    )
    received = interaction.timestamp + shift
    path = urlsplit(sent.uri).path.removeprefix(urlsplit(base).path.rstrip("/"))
    match = requests.contract.router.match(sent.method, path)
    operation = match.operation.id if match.operation and match.operation.id in operations else ""
    content = answer.content if answer else b""
    return Exchange(
        number=number,
        probe=PROBE,
        label=operation or "other",
        operation=operation,
        identity="none" if operation == PUBLIC else ("embed" if operation == EXECUTE else "a"),
        request=request,
        sent=received - (answer.elapsed if answer else 0.0) - _MARGIN,
        received=received + _MARGIN,
        status=answer.status_code if answer else 0,
        headers={name.lower(): ", ".join(values) for name, values in answer.headers.items()}
        if answer
        else {},
        body=content,
        json=parse_json(content),
        lost="" if answer else "no answer to a generated request",
    )


_OWN_HEADERS = frozenset({"user-agent", "accept-encoding", "connection", "x-schemathesis-testcaseid"})


def _failures(event: ScenarioFinished, case: str, seen: Exchange) -> Iterator[EngineFailure]:
    for check in event.recorder.checks.get(case, ()):
        if check.failure_info is not None:
            failure = check.failure_info.failure
            yield EngineFailure(check.name, failure.title, failure.message, seen)
