"""Probes of HTTP edge cases and of malformed input: methods, content types, bodies, ids, headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from execmock.verify.exchange import Exchange, Request
from execmock.verify.probe import probe
from execmock.verify.requests import CREATE, EXECUTE, GET, LIST, PUBLIC, encode
from execmock.verify.session import Session

__all__ = ["http", "oddities", "robust"]

_METHODS = ("DELETE", "PUT", "PATCH", "POST", "GET")
_LARGE = {"quick": 2, "default": 6, "thorough": 24}


@probe("http")
async def http(session: Session) -> None:
    """HEAD, methods that are not in the contract, other content types, unknown paths."""
    made = await session.created()
    paths = {
        LIST: session.requests.url(LIST, {}, {}),
        GET: session.requests.url(GET, {"id": made.id}, {}),
        PUBLIC: session.requests.url(PUBLIC, {"id": made.id}, {"token": made.token}),
    }
    for operation, url in paths.items():
        headers = _key(session, operation)
        await session.send(Request("HEAD", url, headers), f"head/{operation}")
        if operation != PUBLIC:
            await session.send(Request("HEAD", url, {}), f"unguarded-head/{operation}")
        for method in _undocumented(session, operation):
            sent = {**headers, "Content-Type": "application/json"}
            await session.send(Request(method, url, sent, b"{}"), f"method/{operation}/{method}")
    absent = session.requests.url(GET, {"id": f"{made.id[:-1]}{_other(made.id[-1:])}"}, {})
    await session.send(Request("HEAD", absent, {}), "unguarded-head/unknown")
    if session.embeds:
        url = session.requests.url(EXECUTE, {"id": session.requests.embed_workflow}, {})
        for method in _undocumented(session, EXECUTE):
            await session.send(Request(method, url, _key(session, EXECUTE)), f"method/{EXECUTE}/{method}")
    await _types(session)
    below = session.requests.url(LIST, {}, {}).rpartition("/")[0]
    unknown = f"{below}/there-is-no-such-path"
    await session.send(Request("GET", unknown, _key(session, LIST)), "unknown-path")


def _other(character: str) -> str:
    return "1" if character == "0" else "0"


def _undocumented(session: Session, operation: str) -> list[str]:
    """Return the methods that the contract does not have on an operation's path."""
    contract = session.requests.contract
    known = contract.router.match("", contract.operation(operation).path).allow
    return [method for method in _METHODS if method not in known]


def _key(session: Session, operation: str) -> dict[str, str]:
    if operation == PUBLIC:
        return {}
    return {"Authorization": f"Bearer {session.key('embed' if operation == EXECUTE else 'a')}"}


async def _types(session: Session) -> None:
    body = encode(session.requests.minimal())
    for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data"):
        await session.call(CREATE, f"content-type/{kind}", body=body, content_type=kind)


_PAYLOAD = b'"requestPayload": {"x": '


def _bodies(session: Session) -> Iterator[tuple[str, bytes]]:
    """Yield malformed and extreme bodies, for any operation that takes JSON."""
    start = encode(session.requests.minimal())[:-1] + b", " + _PAYLOAD
    yield "empty", b""
    yield "blank", b"   \n"
    yield "truncated", b'{"workflowId": "wf'
    yield "comma", b'{"workflowId": "wf_1",}'
    yield "nan", start + b"NaN}}"
    yield "infinity", start + b"-Infinity}}"
    yield "huge-exponent", start + b"1e999}}"
    yield "huge-integer", start + b"9" * 5000 + b"}}"
    for digits in (b"9223372036854775808", b"18446744073709551617", b"9" * 30, b"9" * 300):
        yield f"integer-of-{len(digits)}", start + digits + b"}}"
    yield "minus-zero", start + b"-0}}"
    yield "duplicate-keys", start + b'1, "x": {"x": 2}, "x": null}}'
    yield "lone-surrogate", start + b'"\\ud800"}}'
    yield "surrogate-key", start + b'0, "\\udfff": 1}}'
    yield "nul", start + b'"a\\u0000b"}}'
    yield "raw-nul", start + b'"a\x00b"}}'
    yield "not-utf-8", start + b'"\xff\xfe\xc0"}}'
    yield "byte-order-mark", b"\xef\xbb\xbf" + start + b"1}}"
    yield "utf-16", '{"workflowId": "wf_1"}'.encode("utf-16")
    yield "non-ascii", start + '"\U0001f6b2 \u202e 東京"}}'.encode()
    yield "many-keys", start + b"0," + b",".join(b'"k%d":0' % number for number in range(3000)) + b"}}"
    for depth in (200, 5000, 100_000):
        yield f"deep-{depth}", start + b"[" * depth + b"]" * depth + b"}}"
    for depth in (40, 900):
        yield f"deep-object-{depth}", start + b'{"x":' * depth + b"1" + b"}" * depth + b"}}"
    yield "deep-open", b"[" * 100_000
    yield "long-reference", start[: -len(_PAYLOAD)] + b'"externalRef": "' + b"x" * 300_000 + b'"}'
    yield "long-text", start + b'"' + b"x" * 300_000 + b'"}}'
    yield "proto", start + b'0, "__proto__": {"admin": true}, "constructor": {"prototype": {}}}}'


_TEXTS = (
    "\x00", "%", "%00", "%ff", "..", "../..", "a/b", "a b", "' OR '1'='1", "<script>", "${jndi:x}", "{{7*7}}",
    "\U0001f6b2", "e\u0301", "\r\nX-Injected: 1", "*", "null", "-1", "x" * 3000, "\ud800",
)  # fmt: skip
_PAGES: tuple[Mapping[str, str], ...] = (
    {"limit": "\x00"}, {"limit": "x" * 3000}, {"offset": "1e3"}, {"offset": "\U0001f6b2"}, {"limit": "[]"},
    {"unknown": "1"}, {"": "1"},
)  # fmt: skip
_HEADERS: tuple[Mapping[str, str], ...] = (
    {"X-Org-ID": "x" * 3000}, {"X-Org-ID": "%00"}, {"Accept": "text/html"}, {"Accept": "nonsense"},
    {"Accept-Language": "zz-ZZ"}, {"If-None-Match": "*"}, {"Range": "bytes=0-1"}, {"Prefer": "nonsense;;=,"},
    {"Content-Type": "application/json; charset=utf-16"}, {"Content-Type": "nonsense"},
    {"Expect": "nonsense"},
)  # fmt: skip


@probe("robust", needs="writes odd", turn="last")
async def robust(session: Session) -> None:
    """Send malformed bodies, ids, tokens, page parameters and headers."""
    made = await session.created()
    work = [session.call(CREATE, f"body/{name}", body=body) for name, body in _bodies(session)]
    if session.embeds:
        path = {"id": session.requests.embed_workflow}
        work += [
            session.call(EXECUTE, f"embed-body/{name}", identity="embed", path=path, body=body)
            for name, body in _bodies(session)
        ]
        work += [session.execute({}, "embed-id", id_=text, valid=False) for text in _TEXTS if _sendable(text)]
    for text in _TEXTS:
        work.append(session.get(text, "id", valid=False))
        work.append(session.public(text, made.token or "token", "public-id", valid=False))
        url = (
            f"{session.requests.url(PUBLIC, {'id': made.id}, {})}?token={quote(text, errors='surrogatepass')}"
        )
        work.append(session.send(Request("GET", url, {}), "public-token", operation=PUBLIC))
    work += [session.call(LIST, "page", query=query) for query in _PAGES]
    work += [session.call(LIST, "header", headers=headers) for headers in _HEADERS]
    work += [
        session.call(CREATE, "header", body=encode(session.requests.minimal()), headers=headers)
        for headers in _HEADERS
    ]
    await session.all(work)


@probe("oddities", needs="writes odd", turn="last")
async def oddities(session: Session) -> None:
    """Create with payloads that a service may refuse, and read back those that it took; a large one last."""
    odd = (_odd_body(session, name, changes) for name, changes in _changes(session))
    await session.all((_long(session), *odd))
    if not session.gentle:
        text = "x" * (_LARGE[session.effort] * 2**20)
        large = {**session.requests.minimal(), "requestPayload": {"text": text}}
        await session.create(large, "too-large", valid=False)


async def _odd_body(session: Session, name: str, changes: Mapping[str, Any]) -> None:
    await _odd(session, name, changes)


async def _odd(session: Session, name: str, changes: Mapping[str, Any]) -> Exchange:
    body = {**session.requests.full(session.unique(name)), **changes}
    made = await session.create(body, f"create/{name}", valid=False)
    if made.ok and isinstance(made.at("/data/execution/id"), str):
        await session.get(made.at("/data/execution/id"), f"get/{name}")
    return made


async def _long(session: Session) -> None:
    """Create with long texts, beyond what columns of databases hold; where that is refused, one by one."""
    full = session.requests.full(session.unique("long"))
    several = {
        name: f"{value} {'long ' * _LONG_WORDS}end"
        for name, value in full.items()
        if isinstance(value, str) and name != "workflowId"
    }
    payload = {"requestPayload": {"text": f"{'long ' * _LONGER_WORDS}end"}}
    made = await _odd(session, "long", {**several, **payload})
    if made.ok:
        return
    for name, value in (*several.items(), *payload.items()):
        await _odd(session, f"long-{name}", {name: value})


_LONG_WORDS = 220  # 1,100 characters; VARCHAR(255) and VARCHAR(1000) hold less
_LONGER_WORDS = 14_000  # 70,000 characters; a TEXT of MySQL holds less


def _changes(session: Session) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield names and the changes that make a body odd."""
    deep: Any = {"leaf": [1, 2.5, True, None, "x"]}
    for level in range(40):
        deep = {f"level-{level}": deep, "siblings": [level]}
    strange = "\u202eright-to-left\u202c \t\x7f"
    payloads: dict[str, Any] = {
        "deep": deep,
        "names": {
            "": "empty name",
            strange: 1,
            "$ref": "#/a",
            "a.b": {"c": 1},
            "constructor": {},
            "toString": 1,
        },
        "prototype": {"__proto__": {"admin": True}, "kept": 1},
        "characters": {"text": strange},
        "numbers": {"small": 1e-7, "large": 1.5e300, "least": 5e-324},
        "wide": {f"property-{number}": number for number in range(400)},
    }
    for name, payload in payloads.items():
        yield name, {"requestPayload": payload, "clientSafeMetadata": payload}
    for name, value in session.requests.full(session.unique("padded")).items():
        if isinstance(value, str) and name != "workflowId":
            yield f"padded-{name}", {name: f" {value} "}


def _sendable(text: str) -> bool:
    return text not in ("..", "../..")
