"""A finding as commands for a shell: what to send first, what to take from it, what to send then."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from execmock.verify.exchange import Exchange
from execmock.verify.outcome import Finding
from execmock.verify.report.redact import Redactor
from execmock.verify.requests import CREATE

__all__ = ["curl_chain"]

_LONGEST_BODY = 4000


def curl_chain(finding: Finding, redact: Redactor) -> list[str]:
    """Return curl lines that reproduce a finding, with $TOKEN in place of keys.

    Ids and client tokens of executions that an earlier line creates are taken from its answer with jq.
    """
    chain = list(dict.fromkeys([*finding.check.chain, finding.seen]))
    chain.sort(key=lambda seen: seen.sent)
    names: dict[str, str] = {}
    lines: list[str] = []
    for number, seen in enumerate(chain):
        last = number == len(chain) - 1
        line = _substitute(_curl(seen), names)
        if seen.operation == CREATE and seen.ok and not last:
            suffix = f"_{len(names) // 2 + 1}" if names else ""
            lines.append(f"CREATED{suffix}=$({line})")
            lines.extend(_extract(seen, suffix, names))
        else:
            lines.append(line)
    return [redact(line) for line in lines]


def _extract(seen: Exchange, suffix: str, names: dict[str, str]) -> Iterator[str]:
    for name, pointer in (("ID", "/data/execution/id"), ("CLIENT_TOKEN", "/data/clientToken")):
        value = seen.at(pointer)
        if isinstance(value, str) and value:
            names[value] = f"${{{name}{suffix}}}"
            path = pointer.replace("/", ".")
            yield f'{name}{suffix}=$(printf %s "$CREATED{suffix}" | jq -r {path})'


def _substitute(line: str, names: dict[str, str]) -> str:
    for value, variable in names.items():
        line = line.replace(value, f"'\"{variable}\"'")
    return line


def _curl(seen: Exchange) -> str:
    request = seen.request
    parts = ["curl -sS"]
    if request.method == "HEAD":
        parts.append("-I")
    elif request.method != ("POST" if request.body else "GET"):
        parts.append(f"-X {request.method}")
    address = request.url.replace("'", "%27")
    parts.append(f"'{address}'")
    for name, value in request.headers.items():
        if name.lower() == "authorization" and value.startswith("Bearer ") and len(value) > _BEARER:
            parts.append(f"-H 'Authorization: Bearer '\"{_variable(seen)}\"")
        else:
            parts.append(f"-H {shlex.quote(f'{name}: {value}')}")
    if request.body:
        parts.append(_data(request.body))
    return " ".join(parts)


_BEARER = len("Bearer ") + 5
_KEYS = {"a": "$TOKEN", "b": "$TOKEN_B", "read": "$TOKEN_READ", "embed": "$EMBED_TOKEN", "time": "$TOKEN"}


def _variable(seen: Exchange) -> str:
    return _KEYS.get(seen.identity, seen.request.headers["Authorization"].removeprefix("Bearer "))


def _data(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        octal = "".join(f"\\{byte:03o}" for byte in body[:200])
        return f"--data-binary @<(printf '{octal}')"
    if len(text) > _LONGEST_BODY or "\0" in text:
        return f"--data-binary @body.json  # {len(body)} bytes, in the JSON and HAR reports"
    quoted = text.replace("'", "\\u0027")
    return f"--data-raw '{quoted}'"
