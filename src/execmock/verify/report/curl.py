"""A finding as commands for a shell: what to send first, what to take from it, what to send then."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from execmock.verify.exchange import Exchange
from execmock.verify.outcome import Finding
from execmock.verify.report.redact import Redactor
from execmock.verify.requests import CREATE

__all__ = ["curl_chain"]

_LONGEST_BODY = 4000
_KEYS = {"a": "$TOKEN", "b": "$TOKEN_B", "read": "$TOKEN_READ", "embed": "$EMBED_TOKEN", "time": "$TOKEN"}
_SHORTEST_KEY = 6


def curl_chain(finding: Finding, redact: Redactor) -> list[str]:
    """Return curl lines that reproduce a finding, with $TOKEN in place of keys.

    Ids and client tokens of executions that an earlier line creates are taken from its answer with jq.
    """
    chain = list(dict.fromkeys([*finding.check.chain, finding.seen]))
    chain.sort(key=lambda seen: seen.sent)
    variables = dict(redact.names)
    created = 0
    lines: list[str] = []
    for seen in chain:
        if len(seen.request.body) > _LONGEST_BODY:
            lines.append(
                f"# body.json: the {len(seen.request.body)} bytes of the request, as in the HAR report"
            )
        command = _curl(seen, variables)
        if seen.operation == CREATE and seen.ok and seen is not chain[-1]:
            created += 1
            suffix = f"_{created}" if created > 1 else ""
            lines.append(f"CREATED{suffix}=$({command})")
            lines.extend(_extract(seen, suffix, variables))
        else:
            lines.append(command)
    return lines


def _extract(seen: Exchange, suffix: str, variables: dict[str, str]) -> Iterator[str]:
    """Yield lines that set variables from an answer; `variables` gets the values that they stand for."""
    for name, pointer in (("ID", "/data/execution/id"), ("CLIENT_TOKEN", "/data/clientToken")):
        value = seen.at(pointer)
        if isinstance(value, str) and value:
            variables[value] = f"${name}{suffix}"
            path = pointer.replace("/", ".")
            yield f'{name}{suffix}=$(printf %s "$CREATED{suffix}" | jq -r {path})'


def _curl(seen: Exchange, variables: Mapping[str, str]) -> str:
    request = seen.request
    words = ["curl", "-sS", *_url_flags(request.url)]
    if request.method == "HEAD":
        words.append("-I")
    elif request.method != ("POST" if request.body else "GET"):
        words += ["-X", shlex.quote(request.method)]
    words.append(_word(request.url, variables))
    for name, value in request.headers.items():
        header = f"{name}: {value}" if value else f"{name};"  # curl takes `name:` as "leave it out"
        words += ["-H", _word(header, {**variables, **_key_of(seen, name, value)})]
    if request.body and not any(name.lower() == "content-type" for name in request.headers):
        words += ["-H", "Content-Type:"]
    before, data = _data(request.body, variables)
    return before + " ".join([*words, *data])


def _url_flags(url: str) -> Iterator[str]:
    """Yield the flags without which curl would send another address."""
    if re.search(r"[][{}]", url):
        yield "-g"
    if re.search(r"/\.\.?([/?]|$)", url):
        yield "--path-as-is"


def _key_of(seen: Exchange, name: str, value: str) -> Mapping[str, str]:
    """Return the variable that stands for the bearer key of the request, if it was sent with one."""
    kind, _, key = value.partition(" ")
    known = seen.identity in _KEYS and len(key) >= _SHORTEST_KEY
    if name.lower() == "authorization" and kind == "Bearer" and known:
        return {key: _KEYS[seen.identity]}
    return {}


def _data(body: bytes, variables: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return what stands before the command, and the words at its end, that give it the body."""
    if not body:
        return "", ()
    if len(body) > _LONGEST_BODY:
        return "", ("--data-binary", "@body.json")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # no argument can hold these bytes
        octal = "".join(f"\\{byte:03o}" for byte in body)
        return f"printf '{octal}' | ", ("--data-binary", "@-")
    return "", ("--data-raw", _word(text, variables))


def _word(text: str, variables: Mapping[str, str]) -> str:
    """Return a word that a shell reads as `text`, with variables in place of the values that they hold."""
    longest_first = sorted(filter(None, variables), key=len, reverse=True)
    if not longest_first:
        return shlex.quote(text)
    pieces = re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
    # Every other piece is such a value.
    words = [
        f'"{variables[piece]}"' if number % 2 else shlex.quote(piece)
        for number, piece in enumerate(pieces)
        if piece
    ]
    return "".join(words) or "''"
