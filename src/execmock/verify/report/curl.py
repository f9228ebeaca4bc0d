"""A finding as commands for a shell: what to send first, what to take from it, what to send then.

The lines stand for themselves: pasted into a shell they run, on any machine that reaches the service.
"""

from __future__ import annotations

import base64
import gzip
import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cached_property
from urllib.parse import quote, unquote, urlsplit

from execmock.forwarding.connections import Connections
from execmock.settings import VerifySettings
from execmock.verify.exchange import Exchange
from execmock.verify.outcome import Finding
from execmock.verify.report.model import Report
from execmock.verify.report.redact import Redactor
from execmock.verify.requests import CREATE, mark

__all__ = ["CurlLines"]

_LONGEST_BODY = 2000
_KEYS = {"a": "$TOKEN", "b": "$TOKEN_B", "read": "$TOKEN_READ", "embed": "$EMBED_TOKEN", "time": "$TOKEN"}
_SHORTEST_KEY = 6
_RACERS = 8
_ID, _TOKEN = "/data/execution/id", "/data/clientToken"
_STATUSES = ("/data/execution/status", "/data/status")
_PORTS = {"http": 80, "https": 443}


class CurlLines:
    """Words the findings of one run, with $TOKEN in place of keys."""

    def __init__(self, report: Report, redact: Redactor) -> None:
        self._report = report
        self._redact = redact

    @property
    def _mark(self) -> str:
        """What all names that a run made up begin with; another one keeps the lines apart from the run."""
        return mark(self._report.options.seed, self._report.started)

    @cached_property
    def _made(self) -> Mapping[str, Exchange]:
        """The create that made an execution, by the execution's id and by its client token."""
        creates = [seen for seen in self._report.journal if seen.operation == CREATE and seen.ok]
        named = ((seen.at(place), seen) for seen in reversed(creates) for place in (_ID, _TOKEN))
        return {name: seen for name, seen in named if isinstance(name, str) and name}

    def of(self, finding: Finding) -> list[str]:
        """Return curl lines that reproduce a finding.

        Ids and client tokens of executions that an earlier line creates are taken from its answer with jq.
        """
        seen = finding.seen
        chain = self._chain(finding)
        racing = _racing(finding, chain)
        variables = {**self._redact.names, self._mark: "$RUN"}
        created = 0
        named = any(self._mark in _text(each) for each in chain)
        lines = ["RUN=again-$(date +%s)"] if named else []
        for each in chain:
            if each in racing and each is not racing[0]:
                continue
            headers = each is seen and not finding.check.pointer
            alike = self._alike(each, variables)
            command = self._curl(each, {**variables, **alike}, headers=headers)
            if each in racing and "|" not in command.partition("curl ")[0]:
                number = max(len(racing), _RACERS)
                lines.append(f"seq {number} | xargs -P {number} -I_N_ {command}")
            elif each.operation == CREATE and each.ok and each is not seen:
                created += 1
                suffix = f"_{created}" if created > 1 else ""
                lines.append(f"CREATED{suffix}=$({command})")
                lines.extend(_extract(each, suffix, variables))
            else:
                if each is seen:
                    lines.extend(_waiting(each, chain))
                lines.append(command)
        return lines

    def _chain(self, finding: Finding) -> list[Exchange]:
        """Return what leads to a finding, in its order, after the creates of what it asks for."""
        chain = list(dict.fromkeys([*finding.check.chain, finding.seen]))
        made = {self._made[name] for each in chain for name in _named(each, self._made)}
        chain.sort(key=lambda seen: seen.sent)
        return [*sorted(made - {*chain}, key=lambda seen: seen.sent), *chain]

    def _alike(self, seen: Exchange, variables: Mapping[str, str]) -> Mapping[str, str]:
        """Return how a parameter `token` is made of the client token that it resembles, if it does."""
        name, _, sent = urlsplit(seen.request.url).query.partition("=")
        made = next((self._made[part] for part in _named(seen, self._made)), None)
        token = made.at(_TOKEN) if made else None
        if name != "token" or not isinstance(token, str) or unquote(sent) in self._made:
            return {}
        change = _change(token, unquote(sent))
        return (
            {f"{name}={sent}": f'{name}=$(printf %s "{variables.get(token, "$CLIENT_TOKEN")}" | {change})'}
            if change
            else {}
        )

    def _curl(self, seen: Exchange, variables: Mapping[str, str], *, headers: bool) -> str:
        """Return a command; with `headers` it shows the status and the headers of the answer as well."""
        request = seen.request
        words = ["curl", "-sSi" if headers else "-sS", *_url_flags(request.url)]
        words += (_word(flag, variables) for flag in _connection_flags(self._report.options, request.url))
        if request.method == "HEAD":
            words.append("-I")
        elif request.method != ("POST" if request.body else "GET"):
            words += ["-X", shlex.quote(request.method)]
        words.append(_word(request.url, variables))
        length = str(len(request.body))
        for name, value in request.headers.items():
            if name.lower() == "content-length" and value == length:
                continue  # curl counts what it sends, which has other ids in it
            header = f"{name}: {value}" if value else f"{name};"  # curl takes `name:` as "leave it out"
            words += ["-H", _word(header, {**variables, **_key_of(seen, name, value)})]
        if request.body and not any(name.lower() == "content-type" for name in request.headers):
            words += ["-H", "Content-Type:"]
        before, data = _data(request.body, variables)
        return before + " ".join([*words, *data])


def _text(seen: Exchange) -> str:
    """Return the parts of a request in which variables may stand."""
    body = seen.request.body.decode("utf-8", "replace")
    shown = len(seen.request.body) <= _LONGEST_BODY and body.isprintable()
    return "\n".join([seen.request.url, *seen.request.headers.values(), body if shown else ""])


def _named(seen: Exchange, made: Mapping[str, Exchange]) -> Iterator[str]:
    """Yield the ids and client tokens of executions in the address of a request."""
    return (part for part in map(unquote, re.split("[/?&=]", seen.request.url)) if part in made)


def _change(token: str, sent: str) -> str:
    """Return the command that makes one token of another, or nothing if there is none."""
    for changed, command in (
        (token.swapcase(), "tr a-zA-Z A-Za-z"),
        (token.lower(), "tr A-Z a-z"),
        (token.upper(), "tr a-z A-Z"),
        (token[: len(sent)], f"cut -c1-{len(sent)}"),
    ):
        if sent and sent == changed != token:
            return command
    other = [place for place, pair in enumerate(zip(token, sent, strict=False), 1) if pair[0] != pair[1]]
    if len(sent) == len(token) and len(other) == 1 and sent[other[0] - 1].isalnum():
        return f"sed s/./{sent[other[0] - 1]}/{other[0]}"
    return ""


def _racing(finding: Finding, chain: list[Exchange]) -> list[Exchange]:
    """Return the requests of a chain that are sent at once: the same ones, of a rule on races."""
    if "concurrency" not in finding.rule.tags or not finding.seen.request.body:
        return []
    return [each for each in chain if each.request == finding.seen.request]


def _waiting(seen: Exchange, chain: list[Exchange]) -> Iterator[str]:
    """Yield what must have happened before the last request shows what it showed."""
    creates = [each for each in chain if each.operation == CREATE and each.ok and each is not seen]
    now, then = ([each.at(place) for place in _STATUSES] for each in (seen, creates[0] if creates else seen))
    shown = next((status for status in now if isinstance(status, str)), "")
    if shown and shown not in then and shown.isidentifier():
        yield f"# shown when its status is {shown}:"


def _extract(seen: Exchange, suffix: str, variables: dict[str, str]) -> Iterator[str]:
    """Yield lines that set variables from an answer; `variables` gets the values that they stand for."""
    for name, pointer in (("ID", _ID), ("CLIENT_TOKEN", _TOKEN)):
        value = seen.at(pointer)
        if isinstance(value, str) and value:
            variables[value] = f"${name}{suffix}"
            if (encoded := quote(value, safe="")) != value:
                variables[encoded] = f'$(printf %s "${name}{suffix}" | jq -sRr @uri)'
            path = pointer.replace("/", ".")
            yield f'{name}{suffix}=$(printf %s "$CREATED{suffix}" | jq -r {path})'


def _url_flags(url: str) -> Iterator[str]:
    """Yield the flags without which curl would send another address."""
    if re.search(r"[][{}]", url):
        yield "-g"
    if re.search(r"/\.\.?([/?]|$)", url):
        yield "--path-as-is"


def _connection_flags(options: VerifySettings, url: str) -> Iterator[str]:
    """Yield how the run reached an address: proxy, certificates, the address of the host."""
    parts = urlsplit(url)
    if proxy := Connections(proxy=options.proxy).proxy_for(url):
        yield f"--proxy={proxy.url}"
    elif options.proxy:
        yield "--noproxy=*"
    if parts.scheme == "https":
        files = {"--cacert": options.ca, "--cert": options.cert, "--key": options.key}
        yield from (f"{flag}={path}" for flag, path in files.items() if path)
        if options.insecure:
            yield "--insecure"
    port = parts.port or _PORTS.get(parts.scheme)
    for host, number, address in options.resolve:
        if (host, number) == (parts.hostname, port):
            yield f"--resolve={host}:{number}:{address}"


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
        packed = base64.b64encode(gzip.compress(body, mtime=0)).decode()
        return f"printf %s {packed} | base64 -d | gunzip | ", ("--data-binary", "@-")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if not text.isprintable():  # no argument can hold some of these bytes, and no terminal shows the others
        return f"printf '{_octal(body)}' | ", ("--data-binary", "@-")
    return "", ("--data-raw", _word(text, variables))


def _octal(data: bytes) -> str:
    return "".join(f"\\{byte:03o}" for byte in data)


def _word(text: str, variables: Mapping[str, str]) -> str:
    """Return a word that a shell reads as `text`, with variables in place of the values that they hold."""
    longest_first = sorted(filter(None, variables), key=len, reverse=True)
    values = "|".join(map(re.escape, longest_first))
    pieces = re.split(f"({values})", text) if values else [text]
    # Every other piece is such a value.
    words = [
        f'"{variables[piece]}"' if number % 2 else _quoted(piece)
        for number, piece in enumerate(pieces)
        if piece
    ]
    return "".join(words) or "''"


def _quoted(text: str) -> str:
    if text.isprintable():
        return shlex.quote(text)
    return f"\"$(printf '{_octal(text.encode('utf-8', 'surrogateescape'))}')\""
