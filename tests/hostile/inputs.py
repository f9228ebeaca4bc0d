# ruff: noqa: E501 - rows of data
"""Hostile inputs by class, as data: each is what one client sends over one connection.

`docs/reliability.md` says how many there are of each class; a test holds it to that.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

API = "/v1/executions"
CONTROL = "/_execmock"
OWN = "sandbox=hostile"
"""What is meant to go wrong goes wrong in a sandbox of its own, so that what others have can be compared."""
MEGABYTE = 1 << 20


class Input(NamedTuple):
    """What is sent: to the server, or to the proxy in front of it."""

    name: str
    raw: bytes
    to: str = "server"


def request(
    method: str,
    path: str | bytes,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    key: str = "b3sk_x",
) -> bytes:
    """Return a well-formed request as bytes."""
    target = path if isinstance(path, bytes) else path.encode()
    named = {"Host": "127.0.0.1", "Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    if body:
        named["Content-Length"] = str(len(body))
    lines = [f"{name}: {value}" for name, value in {**named, **(headers or {})}.items()]
    return (
        b"%b %b HTTP/1.1\r\n" % (method.encode(), target)
        + "\r\n".join(lines).encode("latin-1")
        + b"\r\n\r\n"
        + body
    )


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def both(name: str, raw: bytes) -> Iterator[Input]:
    """Send it to the server, and by way of the proxy."""
    yield Input(name, raw)
    yield Input(name, raw, "proxy")


# --- heads -------------------------------------------------------------------------------------------------

LINES = [
    b"GET", b"GET /", b"GET  / HTTP/1.1", b"GET / HTTP/1.1 x", b"GET / HTTP/9.9", b"GET / HTTP/2.0", b"GET / http/1.1",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"PRI * HTTP/2.0", b"\x00" * 64, b"\xff\xfe\xfd", b"G\x00T / HTTP/1.1",
    b"GET /\x00 HTTP/1.1", b"GET /\xff\xfe HTTP/1.1", b"GET * HTTP/1.1", b"GET http:// HTTP/1.1", b"GET //x HTTP/1.1",
    b"GET http://[::1 HTTP/1.1", b"CONNECT x:443 HTTP/1.1", b"TRACE / HTTP/1.1", b"A" * 70 + b" / HTTP/1.1",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1", b"SSH-2.0-OpenSSH_9.9", b"EHLO x", b"*1\r\n$4\r\nPING", b"{}",
]  # fmt: skip
FIELDS = [
    b"Host", b"Host:", b"Host: a\r\nHost: b", b"Host: a/b", b"Host: \x00", b"Host : x", b": x", b" folded", b"X\x00: y",
    b"X: \x00", b"X: a\x0bb", b"X: \xff", b"X: a\nY: b", b"X: a\rY: b", b"X: " + b"a" * 9_000, b"Content-Length: -1",
    b"Content-Length: 1e3", b"Content-Length: 0x10", b"Content-Length: 99999999999999999999", b"Content-Length: 1, 2",
    b"Content-Length: 1\r\nContent-Length: 2", b"Content-Length: +1", b"Content-Length: \xd9\xa1",
    b"Transfer-Encoding: gzip", b"Transfer-Encoding: chunked\r\nContent-Length: 1", b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding: chunked, identity", b"Transfer-Encoding:\x0bchunked", b"Expect: 200-ok", b"Upgrade: h2c",
    b"Connection: " + b"close," * 1_000, b"Authorization: Bearer", b"Authorization: Bearer \xff",
    b"Authorization: Basic Og==", b"Cookie: " + b"a=b;" * 1_500, b"Range: bytes=0-0," + b"1-2," * 500,
    b"Accept-Encoding: " + b"gzip;q=2," * 500, b"Prefer: " + b"code=200;" * 500, b"Prefer: code=99999999999999999999",
    b"Prefer: example=" + b"%00" * 100, b"If-None-Match: " + b'"' * 1_000, b"X-Execmock-Scenario: ../../etc/passwd",
    b"X-Execmock-Scenario: \xf0\x9f\x92\xa9", b"Origin: null\r\nOrigin: x", b"Origin: " + b"http://" * 500,
    b"Last-Event-ID: 99999999999999999999999", b"Content-Type: " + b"a" * 4_000, b"Content-Type: text/html; charset=\x00",
    *[b"X-%d: 1" % number for number in (1, 2)], b"\r\n".join(b"X-%d: 1" % number for number in range(400)),
]  # fmt: skip
CHUNKS = [
    b"\r\n", b"g\r\n\r\n", b"-1\r\n\r\n", b"fffffffffffffffff\r\nx", b"1;" + b"a" * 20_000 + b"\r\nx\r\n0\r\n\r\n",
    b"1\nx\n0\n\n", b"0x1\r\nx\r\n0\r\n\r\n", b"1\r\nxx\r\n0\r\n\r\n", b"1 \r\nx\r\n0\r\n\r\n", b"0\r\nX: \x00\r\n\r\n",
    b"0\r\n" + b"X: y\r\n" * 2_000 + b"\r\n", b"2\r\n{}\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
]  # fmt: skip


def heads() -> Iterator[Input]:
    """Request lines, fields and chunks that are wrong."""
    for line in LINES:
        yield from both(f"line {line[:40]!r}", line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    for field, path in product(FIELDS, [API, f"{CONTROL}/health"]):
        host = b"" if field.lower().startswith(b"host") else b"Host: x\r\n"
        raw = b"GET %b HTTP/1.1\r\n%b%b\r\nConnection: close\r\n\r\n" % (path.encode(), host, field)
        yield Input(f"field {field[:40]!r} to {path}", raw)
    for chunk in CHUNKS:
        for path in (API, f"{CONTROL}/faults"):
            start = request("POST", path, headers={"Transfer-Encoding": "chunked", "Connection": "close"})
            yield Input(f"chunk {chunk[:40]!r} to {path}", start + chunk)


# --- addresses ---------------------------------------------------------------------------------------------

SEGMENTS = [
    "..", "../..", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/pyproject.toml", "..\\..\\x", "..%5c..%5cx", "%00", "a%00.js",
    "%", "%zz", "%c0%af", "%ff", "%ed%a0%80", "%F0%9F%92%A9", "\u2028".encode().decode("latin-1"), ";a=b", ".", "//",
    "a" * 5_000, "%25" * 2_000, "{id}", "<script>", "'\"", "%0d%0aX:%20y", "con", "index.html/", "index.html%20", "~root",
]  # fmt: skip
PREFIXES = [f"{API}/", f"{CONTROL}/", f"{CONTROL}/scenarios/", f"{CONTROL}/executions/", "/docs/", "/"]
QUERIES = [
    "limit=0", "limit=-1", "limit=1e3", "limit=99999999999999999999", "limit=%D9%A1", "limit=1&limit=2", "limit", "=&&&=",
    "limit=NaN", "cursor=%00", "cursor=" + "A" * 4_000, "a[b][c]=1", "%00=1", "%ff=%fe", "&" * 5_000, "a=1&" * 1_500,
    "token=" + "x" * 4_000, "sandbox=%00", "sandbox=..%2f..", "after=99999999999999999999", "before=-1", "status=1e2",
    "offset=9999999999999999999999", "path=" + "%25" * 1_000,
]  # fmt: skip
QUERIED = [
    API,
    f"{CONTROL}/journal",
    f"{CONTROL}/executions",
    f"{CONTROL}/stream",
    f"{CONTROL}/scenarios",
    "/docs/",
]


def addresses() -> Iterator[Input]:
    """Paths and queries of every door."""
    for prefix, segment in product(PREFIXES, SEGMENTS):
        yield Input(f"{prefix} with {segment[:30]!r}", _get(prefix + segment))
    for path, query in product(QUERIED, QUERIES):
        if path.endswith("/stream"):
            # A stream that is served goes on; what is asked of it is looked at all the same.
            yield Input(f"HEAD {path}?{query[:30]}", request("HEAD", f"{path}?{query}", headers=_CLOSE))
        else:
            yield Input(f"{path}?{query[:30]}", _get(f"{path}?{query}"))
    for segment in SEGMENTS:
        yield Input(f"proxy with {segment[:30]!r}", _get(f"{API}/{segment}"), "proxy")


_CLOSE = {"Connection": "close"}


def _get(path: str) -> bytes:
    return request("GET", path.encode("latin-1"), headers=_CLOSE)


# --- bodies ------------------------------------------------------------------------------------------------

DEEP = 100_000
BODIES = {
    "nothing": b"", "half an object": b'{"a":', "not JSON": b"<xml/>", "NaN": b'{"a":NaN}', "infinity": b'{"a":1e999}',
    "a lone surrogate": b'{"a":"\\ud800"}', "bad UTF-8": b'{"a":"\xff"}', "UTF-16": '{"a":1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}", "a zero byte": b'{"a":"\x00"}', "an escaped zero byte": b'{"a":"\\u0000"}',
    "keys twice": b'{"a":1,"a":2}', "an empty key": b'{"":1}', "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP, "open lists": b"[" * DEEP, "null": b"null", "a text": b'"a"',
    "a number": b"1", "a long number": b'{"a":' + b"9" * 5_000 + b"}", "a huge number": b'{"a":1' + b"0" * 300_000 + b"}",
    "an exponent": b'{"a":1e-99999999999}', "2**64": b'{"a":18446744073709551616}', "lists of lists": b"[%b[]]" % (b"[]," * 300_000),
    "many keys": b"{%b}" % b",".join(b'"k%d":1' % number for number in range(60_000)),
    "percent signs": as_json({"workflowId": ["%" * 900_000]}), "a long text": as_json({"workflowId": "x" * 900_000}),
    "a long name": as_json({"x" * 900_000: 1}), "proto": b'{"__proto__":{"a":1},"constructor":{"prototype":{}}}',
    "bidi and controls": as_json({"workflowId": "\u202e\x1b[2J\x9b\u2028\x00"}), "two documents": b"{}{}",
    "larger than may be": b"x" * (3 * MEGABYTE),
}  # fmt: skip
DOORS = [
    ("POST", API), ("POST", "/api/v1/workflows/wf_x/execute"), ("PUT", f"{CONTROL}/scenarios/x?{OWN}"),
    ("POST", f"{CONTROL}/scenario-check"), ("POST", f"{CONTROL}/faults?{OWN}"), ("POST", f"{CONTROL}/faults/preview?{OWN}"),
    ("PUT", f"{CONTROL}/worlds?{OWN}"), ("PUT", f"{CONTROL}/snapshot?{OWN}"), ("POST", f"{CONTROL}/sandboxes"),
    ("PUT", f"{CONTROL}/clock?{OWN}"), ("POST", f"{CONTROL}/clock/advance?{OWN}"), ("POST", f"{CONTROL}/journal/nearest?{OWN}"),
    ("POST", f"{CONTROL}/executions/exec_x/signal?{OWN}"), ("PUT", f"{CONTROL}/default-scenario?{OWN}"),
]  # fmt: skip
_LARGE = 500_000
BOMB = zlib.compressobj(9, wbits=31)
PACKED = {
    "a bomb": (BOMB.compress(b" " * (80 * MEGABYTE)) + BOMB.flush(), "gzip"), "no gzip": (b"{}", "gzip"),
    "half of it": (gzip.compress(b"{}")[:-6], "gzip"), "more after it": (gzip.compress(b"{}") + b"x", "gzip"),
    "unknown": (b"{}", "br"), "twice": (gzip.compress(gzip.compress(b"{}")), "gzip, gzip"), "no deflate": (b"\xff{}", "deflate"),
}  # fmt: skip


def bodies() -> Iterator[Input]:
    """Bodies that are no JSON, or more of it than anyone needs, to every operation that reads one."""
    for (method, path), (name, body) in product(DOORS, BODIES.items()):
        if len(body) > _LARGE and (method, path) not in DOORS[::4]:
            # They cost the same at every door.
            continue
        yield Input(f"{name} to {method} {path}", request(method, path, body, _CLOSE))
    for (method, path), (name, (body, coding)) in product(DOORS[:8:7], PACKED.items()):
        headers = {"Content-Encoding": coding, **_CLOSE}
        yield Input(f"{name} to {method} {path}", request(method, path, body, headers))
    for name, body in BODIES.items():
        yield Input(f"{name} to the proxy", request("POST", API, body, _CLOSE), "proxy")


# --- files that arrive as texts ----------------------------------------------------------------------------

STEPS = "scenario: x\nsummary: x\nsteps:\n"
TEXTS = {
    "nothing": "", "a tab": "\t", "a zero byte": "\x00", "ESC": "a: \x1b[2J", "two documents": "a: 1\n---\nb: 2",
    "no document": "...", "a tag": "a: !!python/object/apply:os.system [id]", "own tags": "%TAG ! tag:x,2002:\n---\n!a b",
    "laughs": "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)),
    "merges": f"a: &a {{{','.join(f'k{n}: 1' for n in range(1_000))}}}\nb:\n" + f"  - <<: [{','.join(['*a'] * 300)}]\n" * 50,
    "a circle": "a: &a [*a]", "a merge of itself": "a: &a {<<: *a}", "deep flow": "a: " + "[" * 10_000,
    "deep block": "".join(" " * n + "a:\n" for n in range(400)), "items": f"a: [{'1,' * 30_000}]", "keys": "k: 1\n" * 1_000,
    "many keys": "".join(f"k{n}: 1\n" for n in range(5_000)), "a long line": STEPS + "  - status: " + "a" * 500_000,
    "a hex number": "a: 0x" + "f" * 100_000, "an octal number": "a: 0o7" * 1_000, "a long number": "a: " + "9" * 100_000,
    "dates": "a: 9999-99-99T99:99:99Z", "durations": STEPS + "  - {status: workflow_queued, next: {after: 99999999999999999999d}}",
    "open braces": STEPS + '  - {status: workflow_failed, set: {statusReason: "' + "{{ a" * 20_000 + '"}}',
    "filters": STEPS + '  - {status: workflow_failed, set: {statusReason: "{{ now' + " | upper" * 5_000 + ' }}"}}',
    "sums": STEPS + '  - {status: workflow_failed, set: {statusReason: "{{ ' + "1 + " * 5_000 + '1 }}"}}',
    "powers": STEPS + '  - {status: workflow_failed, set: {statusReason: "{{ 9 * ' + "9 * " * 3_000 + '9 }}"}}',
    "a regex": "scenario: x\nsummary: x\nbind: {workflowId: {regex: '" + "(a|aa)*" * 2_000 + "b'}}\nsteps: [{status: workflow_failed}]",
    "a quadratic regex": "scenario: x\nsummary: x\nbind: {workflowId: {regex: '(.*)*(.*)*(.*)*x'}}\nsteps: [{status: workflow_failed}]",
    "many steps": STEPS + "".join(f"  - {{name: s{n}, status: workflow_running, next: {{after: 1s}}}}\n" for n in range(600)),
    "a step to itself": STEPS + "  - {name: a, status: workflow_running, next: {after: 0s, to: a}}",
    "chances": STEPS + "  - {status: workflow_running, next: [{after: 0s, chance: 0.0000000001}]}",
    "a list of steps that is none": "scenario: x\nsteps: {a: 1}", "names": "scenario: '../../x'\nsummary: x\nsteps: []",
    "a use of itself": "scenario: x\nsummary: x\nsteps: [{use: x}]", "Unicode": "scenario: \u202e\u2028\ufeff", "quotes": "'" * 1_001,
    "percent signs": STEPS + "  - {status: '" + "%" * 200_000 + "'}", "a world of many": "world: x\nsummary: x\nsandboxes: {a: "
    "{request: {sourceSystem: s, sourceEntityType: o}, generate: [{count: 999999999, over: 7d, scenarios: {quiet: 1}}]}}",
    "faults of every kind": "faults:\n" + "".join(f"  - {{fault: f{n}, path: '/**a**b**', refused: {{status: 599}}}}\n" for n in range(300)),
    "a slow regex": "faults: [{fault: a, body: {a: {regex: '(\\\\w{1,30}a){10}x'}}, refused: {status: 503}}]",
}  # fmt: skip
READERS = [
    ("PUT", f"{CONTROL}/scenarios/x?{OWN}"), ("POST", f"{CONTROL}/scenario-check"), ("POST", f"{CONTROL}/faults?{OWN}"),
    ("PUT", f"{CONTROL}/worlds?{OWN}"),
]  # fmt: skip


def texts() -> Iterator[Input]:
    """YAML texts of scenarios, faults and worlds."""
    for (method, path), (name, text) in product(READERS, TEXTS.items()):
        yield Input(f"{name} to {method} {path}", request(method, path, as_json({"text": text}), _CLOSE))


# --- values ------------------------------------------------------------------------------------------------

VALUES: list[Any] = [
    None, True, -1, 0.5, 1e308, 1 << 53, 1 << 64, "", " ", "\x00", "\ud7ff\ue000", "9" * 400, "-1s", "1e9d", "P1D", "0s",
    "99999999d", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "10000-01-01T00:00:00Z", "2026-02-30T00:00:00Z",
    "2026-01-01T00:00:00+99:99", "..", "a/b", "{{ id }}", "x" * 100_000, [], {}, [[]], {"a": {}}, ["x"] * 1_000,
]  # fmt: skip
MEMBERS = [
    ("PUT", f"{CONTROL}/clock?{OWN}", "now"), ("PUT", f"{CONTROL}/clock?{OWN}", "speed"),
    ("POST", f"{CONTROL}/clock/advance?{OWN}", "by"), ("POST", f"{CONTROL}/clock/advance?{OWN}", "to"),
    ("POST", f"{CONTROL}/sandboxes", "name"), ("POST", f"{CONTROL}/sandboxes", "seed"), ("POST", f"{CONTROL}/sandboxes", "keys"),
    ("POST", f"{CONTROL}/sandboxes", "timezone"), ("POST", f"{CONTROL}/executions?{OWN}", "request"),
    ("PUT", f"{CONTROL}/default-scenario?{OWN}", "scenario"), ("POST", f"{CONTROL}/faults?{OWN}", "faults"),
    ("POST", f"{CONTROL}/faults?{OWN}", "name"), ("PUT", f"{CONTROL}/worlds?{OWN}", "world"), ("PUT", f"{CONTROL}/worlds?{OWN}", "name"),
    ("PUT", f"{CONTROL}/scenarios/x?{OWN}", "scenario"), ("POST", f"{CONTROL}/journal/nearest?{OWN}", "path"),
]  # fmt: skip
CREATED = ["workflowId", "sourceSystem", "idempotencyKey", "requestPayload", "createdBy", "correlationId"]
GOOD = {"workflowId": "wf_x", "sourceSystem": "s", "sourceEntityType": "o"}


def values() -> Iterator[Input]:
    """Values of every type and of no size, as members of requests that are well-formed."""
    for (method, path, member), value in product(MEMBERS, VALUES):
        yield Input(
            f"{member}={_short(value)} to {method} {path}",
            request(method, path, as_json({member: value}), _CLOSE),
        )
    for member, value in product(CREATED, VALUES):
        yield from both(
            f"{member}={_short(value)}", request("POST", API, as_json({**GOOD, member: value}), _CLOSE)
        )


def _short(value: Any) -> str:
    return repr(value)[:30]


# --- snapshots ---------------------------------------------------------------------------------------------

SNAPSHOT: dict[str, Any] = {
    "execmock": "0", "form": 1, "number": 0, "scenarios": {}, "values": [],
    "sandbox": {"id": "hostile", "organization": "org", "root": "AAAA", "clock": {"real": 0, "shown": 0}},
}  # fmt: skip
KEPT = {"kind": "execution", "id": "exec_x", "order": 1, "value": {}}
PARTS: list[tuple[str, Any]] = [
    *[("form", value) for value in VALUES[:8]], *[("number", value) for value in VALUES[:8]],
    *[("sandbox", value) for value in VALUES[-7:]], *[("scenarios", value) for value in VALUES[-7:]],
    *[("values", value) for value in VALUES[-7:]], ("scenarios", {"x@y": "scenario: x"}), ("scenarios", {"x": TEXTS["laughs"]}),
    *[("values", [{**KEPT, name: value}]) for name in KEPT for value in VALUES[:12]], ("values", [KEPT] * 5_000),
    *[("sandbox", {**SNAPSHOT["sandbox"], "clock": clock}) for clock in ({}, {"real": -1, "shown": 1 << 62}, {"real": 0, "shown": "a"})],
    *[("sandbox", {**SNAPSHOT["sandbox"], "timezone": zone}) for zone in ("../../etc/passwd", "Nowhere/Else", "\x00")],
    ("sandbox", {**SNAPSHOT["sandbox"], "faults": [{"name": "a", "text": "{}", "added": 0}]}),
]  # fmt: skip


def snapshots() -> Iterator[Input]:
    """Snapshots of which one part is wrong."""
    for part, value in PARTS:
        body = as_json({**SNAPSHOT, part: value})
        yield Input(f"{part}={_short(value)}", request("PUT", f"{CONTROL}/snapshot?{OWN}", body, _CLOSE))


CLASSES = {
    "heads": heads,
    "addresses": addresses,
    "bodies": bodies,
    "texts": texts,
    "values": values,
    "snapshots": snapshots,
}
