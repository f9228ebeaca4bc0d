"""Each target takes bytes from outside, and raises nothing but what is documented for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar

import h11

from execmock.clocks import ManualClock
from execmock.core.durations import DurationError, format_duration, parse_duration, parse_instant
from execmock.core.json_text import JsonError, decode, decode_kept, encode
from execmock.core.templates import Names, compile_template, render, wrong_templates
from execmock.core.world import WorldWords
from execmock.errors import ConfigError
from execmock.loading.faults import read_faults
from execmock.loading.scenarios import read_text
from execmock.loading.worlds import read_world
from execmock.loading.yaml_marks import load_marked
from execmock.server.http.request_head import RequestHeads
from execmock.service.background_work import BackgroundWork
from execmock.service.engine import Engine
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import DEFAULT_SANDBOX, Sandbox
from execmock.service.snapshots import Snapshots
from execmock.settings import ServeSettings
from execmock.verify.answer_body import Unreadable, unpacker
from execmock.verify.json_mistakes import no_object
from execmock.verify.reader import NOT_JSON, parse_json

__all__ = ["TARGETS"]

P = ParamSpec("P")
T = TypeVar("T")
NAMES = Names({"execution": ("id",), "signal": ("name", "payload"), "now": None})
CONTEXT = {
    "execution": {"id": "exec_1"},
    "signal": {"name": "go", "payload": {"n": 2**70, "list": [1, "é"], "half": 0.5}},
    "now": "2026-03-29T00:30:00.000Z",
}


class AtOnce(BackgroundWork):
    """Work without threads, which a fuzzer cannot end."""

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return work(*args, **kwargs)


@lru_cache(maxsize=1)
def _engine() -> tuple[asyncio.Runner, Engine, Sandbox]:
    runner, engine = asyncio.Runner(), Engine(ServeSettings(seed=1), ManualClock())
    runner.run(engine.prepare())
    sandbox = runner.run(engine.sandboxes.get(DEFAULT_SANDBOX))
    assert sandbox is not None
    return runner, engine, sandbox


@lru_cache(maxsize=1)
def _snapshots() -> Snapshots:
    return Snapshots(replace(_engine()[1].services, background=AtOnce()))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def heads(data: bytes) -> None:
    """What the fast path takes for the head of a request, an independent parser takes too."""
    read = RequestHeads(8_192).read(data)
    if read is None:
        return
    request, size, _, _ = read
    peer = h11.Connection(h11.SERVER)
    peer.receive_data(data[:size])
    event = peer.next_event()
    assert isinstance(event, h11.Request), data
    assert event.method == request.method.encode()
    assert event.target.partition(b"?")[0] == request.path.encode("latin-1")


def json_bodies(data: bytes) -> None:
    """What is taken is written and read back the same."""
    with suppress(JsonError):
        value = decode(data)
        assert decode_kept(encode(value)) == value


def yaml_texts(data: bytes) -> None:
    with suppress(ConfigError):
        encode(load_marked(_text(data), "a.yaml").data)


def scenarios(data: bytes) -> None:
    [str(finding) for finding in read_text(_text(data), "a.yaml", _engine()[1].words).findings]


def faults(data: bytes) -> None:
    _, findings = read_faults(_text(data), "a.yaml", _engine()[1].faults.words)
    [finding.shown for finding in findings]


def worlds(data: bytes) -> None:
    engine = _engine()[1]
    _, findings = read_world(_text(data), "a.yaml", _world_words(engine))
    [finding.shown for finding in findings]


@lru_cache(maxsize=1)
def _world_words(engine: Engine) -> WorldWords:
    return engine.worlds.words


def templates(data: bytes) -> None:
    """A template that is said to be right can be rendered."""
    text = _text(data)
    if not [*wrong_templates(text, NAMES)]:
        render(compile_template(text, text=True), CONTEXT)


def durations(data: bytes) -> None:
    text = _text(data)
    with suppress(DurationError):
        parse_instant(text)
    with suppress(DurationError):
        length = parse_duration(text)
        assert parse_duration(format_duration(length)) == length


def snapshots(data: bytes) -> None:
    """A document is refused, or taken and given back."""
    runner, engine, sandbox = _engine()
    try:
        document = decode(data, 144)
    except JsonError:
        return
    if not isinstance(document, dict):
        return
    with suppress(Refusal):
        restored = runner.run(_snapshots().restore(sandbox, document))
        runner.run(_snapshots().written(restored))
        runner.run(engine.sandboxes.change(sandbox.id, lambda _: sandbox))


def answers(data: bytes) -> None:
    """`verify` reads the body of an answer, packed or not, and says what it is."""
    coding, _, body = data.partition(b"\n")
    with suppress(Unreadable):
        body = b"".join(part for part in unpacker(coding.decode("latin-1"))(body))
    value: Any = parse_json(body)
    str(no_object(body, value))
    if value is not NOT_JSON:
        repr(value)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "heads": heads,
    "json": json_bodies,
    "yaml": yaml_texts,
    "scenarios": scenarios,
    "faults": faults,
    "worlds": worlds,
    "templates": templates,
    "durations": durations,
    "snapshots": snapshots,
    "answers": answers,
}
