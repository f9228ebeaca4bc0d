"""Probes of createExecution: invalid bodies, bodies that the contract leaves open, bodies to be echoed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from execmock.verify.exchange import Exchange
from execmock.verify.pagination import newest_first
from execmock.verify.probe import probe
from execmock.verify.requests import CREATE
from execmock.verify.session import Session

__all__ = ["bodies", "echo"]

_WRONG: dict[str, Any] = {
    "string": "text",
    "integer": 12,
    "number": 1.5,
    "boolean": True,
    "array": ["text"],
    "object": {"text": "text"},
}
_KIN = {"integer": "number"}
_BIG = 2**53 + 1
_PAGE = 100  # other probes create executions at the same time, and the new one should still be on the page
_UNICODE = 'Zürich 東京 🚲 e\u0301 "quoted" \\ / <b>&amp;'


@probe("bodies")
async def bodies(session: Session) -> None:
    """Omit each required property, send each property with each wrong type, and bodies that are no object."""
    minimal = session.requests.minimal()
    for name in session.requests.required(CREATE):
        without = {key: value for key, value in _marked(session, name).items() if key != name}
        await session.create(without, f"missing/{name}", valid=False)
    wrong = [
        session.create({**_marked(session, name), name: value}, f"wrong-type/{name}/{kind}", valid=False)
        for name, kind, value in _wrong_types(session)
    ]
    await session.all(wrong)
    await session.list("left-behind", limit=_PAGE)
    await session.call(CREATE, "not-object/absent", body=None, headers={"Content-Type": "application/json"})
    for kind, value in (("null", None), ("array", [minimal]), ("string", "text"), ("number", 7)):
        await session.create(value, f"not-object/{kind}", valid=False)
    for text in (b"{", b'{"workflowId": }', b"workflowId=wf_1", b'{"a":1}}'):
        await session.call(CREATE, "malformed", body=text)
    await _left_open(session)


def _marked(session: Session, name: str) -> dict[str, Any]:
    """Return a body that can be known again in a list, but for a property that will be wrong in it."""
    place = next(each for each in _MARKABLE if each != name)
    return {**session.requests.minimal(), place: session.unique("refused")}


_MARKABLE = ("externalRef", "sourceEntityId")


def _wrong_types(session: Session) -> Iterator[tuple[str, str, Any]]:
    for name in session.requests.body_schema(CREATE)["properties"]:
        kinds = session.requests.kinds(CREATE, name)
        for kind, value in _WRONG.items():
            if kind not in kinds and _KIN.get(kind) not in kinds:
                yield name, kind, value
        if "null" not in kinds:
            yield name, "null", None


async def _left_open(session: Session) -> None:
    """What the pages leave open: unknown properties, null, empty strings."""
    unknown = f"mark-{session.unique('unknown')}"
    body = {**session.requests.minimal(), "notInTheContract": unknown}
    made = await session.create(body, "unknown-property", valid=False)
    if isinstance(made.at("/data/execution/id"), str):
        await session.get(made.at("/data/execution/id"), "unknown-property-read", valid=False)
    for name in session.requests.body_schema(CREATE)["properties"]:
        if name not in session.requests.required(CREATE):
            await session.create({**session.requests.minimal(), name: None}, f"null/{name}", valid=False)
        if "string" in session.requests.kinds(CREATE, name):
            await session.create({**session.requests.minimal(), name: ""}, f"empty/{name}", valid=False)


@probe("echo")
async def echo(session: Session) -> None:
    """Create with rich bodies, read each back by id and in the list, and follow it."""
    await session.each(
        *(_payload(session, name, payload) for name, payload in _payloads()), _texts(session), _big(session)
    )


async def _payload(session: Session, name: str, payload: Any) -> None:
    full = session.requests.full(session.unique(name))
    body = {**full, "requestPayload": payload, "clientSafeMetadata": payload}
    made = await session.created(body, f"create/{name}")
    await session.get(made.id, f"get/{name}")
    await _listed(session, made.id, f"list/{name}")


async def _texts(session: Session) -> None:
    full = session.requests.full(session.unique("strings"))
    texts = {key: f"{value} {_UNICODE}" for key, value in full.items() if isinstance(value, str)}
    made = await session.created({**full, **texts, "workflowId": full["workflowId"]}, "create/texts")
    await session.get(made.id, "get/texts")


async def _big(session: Session) -> None:
    payload = {"integer": _BIG, "negative": -_BIG}
    full = session.requests.full(session.unique("big"))
    made = await session.created({**full, "requestPayload": payload}, "big/create")
    await session.get(made.id, "big/get")


async def _listed(session: Session, name: str, label: str) -> None:
    """List; where the new execution should be on the page and is not, again until it is or should be."""

    def current(seen: Exchange) -> bool:
        items = seen.at("/data/items")
        shown = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        if not seen.ok or any(item.get("id") == name for item in shown):
            return True
        # A full page in another order need not show what is new.
        return len(shown) >= _PAGE and not newest_first(shown)

    await session.settled(lambda: session.list(label, limit=_PAGE), current, "list")


_NAMES = {"snake_case": 1, "camelCase": 2, "Kebab-Case": 3, "UPPER": 4, "10": 5, "9": 6, "id": 7, "type": "x"}


def _payloads() -> Iterator[tuple[str, Any]]:
    deep: Any = {"leaf": [1, 2.5, True, None, "x"]}
    for level in range(8):
        deep = {f"level-{level}": deep, "siblings": [level]}
    yield (
        "values",
        {
            "text": " x ",
            "zero": 0,
            "false": False,
            "null": None,
            "list": [3, 1, [2, {"a": []}], 1],
            "empty": {},
            "digits": ["007", "1e3", "123"],
            **_NAMES,
        },
    )
    yield "unicode", {"Zürich 東京": _UNICODE, "name with blanks": "", "text": _UNICODE}
    yield "long", {"text": "東京" * 6_000}  # over boundaries of 16 and 32 KiB, within Express's 100 KB
    yield "deep", deep
    yield "numbers", {"float": 0.1, "minus": -12.75, "integer": 2**53 - 1}
