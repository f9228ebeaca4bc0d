"""From the model of faults to faults, collecting every finding on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from execmock.core.durations import (
    EXPECTED_DURATION,
    DurationError,
    OutOfRangeError,
    format_instant,
    parse_duration,
    parse_instant,
)
from execmock.core.fault_effect_source import RefusedSource
from execmock.core.fault_source import FaultFileSource, FaultSource
from execmock.core.faults.effects import EFFECTS, Effect
from execmock.core.faults.matchers import MATCHERS, Matcher, While
from execmock.core.faults.model import Fault
from execmock.core.faults.slow import Slow, slow_of, wrong_slow
from execmock.core.faults.timing import Counting, Rate, Window
from execmock.core.faults.words import ABOUT_EXECUTION, CREATING, FaultWords
from execmock.core.findings import DataPath, Finding
from execmock.core.json_text import encode
from execmock.core.scenario.bind import wrong_values
from execmock.errors import listed, quoted

__all__ = [
    "compile_fault",
    "compile_faults",
    "compile_list",
    "compile_step_faults",
    "fault_of_text",
    "limits",
]

_MOMENTS = (("from", "from_"), ("until", "until"))


def compile_faults(
    source: FaultFileSource, words: FaultWords
) -> tuple[Sequence[Fault] | None, list[Finding]]:
    """Return the faults of a file and no findings, or None and everything that is wrong with them."""
    faults, findings = compile_list(source.faults, words, ("faults",))
    return (None, findings) if findings else (faults, [])


def compile_list(
    sources: Sequence[FaultSource], words: FaultWords, path: DataPath
) -> tuple[list[Fault], list[Finding]]:
    """Return the faults of a list that stands at `path`, and everything that is wrong with others."""
    faults: dict[str, Fault] = {}
    findings: list[Finding] = []
    for number, source in enumerate(sources):
        fault, found = compile_fault(source, words, (*path, number), taken=faults)
        findings += found
        if fault is not None:
            faults[fault.name] = fault
    return list(faults.values()), findings


_OF_THE_STEP = ("execution", "workflow", "scenario", "status", "step", "sandbox", "while", "per")
"""What a fault of a step cannot ask for: it is about the execution in that step, wherever that is."""


def compile_step_faults(
    sources: Sequence[FaultSource], words: FaultWords, path: DataPath
) -> tuple[list[Fault], list[Finding]]:
    """Return the faults of a scenario's step, and everything that is wrong with them."""
    faults, findings = compile_list(sources, words, path)
    for number, source in enumerate(sources):
        for word in _OF_THE_STEP:
            if getattr(source, "while_" if word == "while" else word) is not None:
                said = f"a step's fault is about each execution in that step; `{word}` says nothing here"
                findings.append(Finding((*path, number, word), said))
        named = [source.operation] if isinstance(source.operation, str) else source.operation or []
        for name in named:
            if name in words.operations and name not in ABOUT_EXECUTION:
                said = f"a step's fault strikes reads by id; expected {' or '.join(ABOUT_EXECUTION)}"
                findings.append(Finding((*path, number, "operation"), said))
    return faults, findings


def compile_fault(
    source: FaultSource, words: FaultWords, path: DataPath = (), taken: Any = ()
) -> tuple[Fault | None, list[Finding]]:
    """Return a fault and no findings, or None and everything that is wrong with it.

    `taken` are names that others have; `path` is where its source stands.
    """
    findings = [Finding((*path, *inner), message) for inner, message in _wrong(source, words)]
    if source.fault is not None and source.fault in taken:
        findings.append(Finding((*path, "fault"), f"the name {quoted(source.fault)} stands twice"))
    if findings:
        return None, findings
    return _compiled(source, taken), []


def fault_of_text(text: str) -> Fault:
    """Return the fault that `Fault.text` was made from; ValueError for a text that is none."""
    try:
        source = msgspec.json.decode(text, type=FaultSource)
        wrong = next(_wrong_in_itself(source), None)
        if wrong is not None:
            raise ValueError(f"no fault: {wrong[1]}")
        return _compiled(source, ())
    except (msgspec.MsgspecError, DurationError) as error:
        raise ValueError(f"no fault: {error}") from None


def limits(rate: str | None, burst: int | None, concurrency: int | None, queue: int | None) -> list[Fault]:
    """Return the faults that refuse what is over a rate such as `60/m`, and over so many requests at once.

    Of the latter, as many as `queue` says wait before any is refused. None stands for no limit.
    """
    found = []
    if rate is not None:
        refused = RefusedSource(429, message="Too many requests", retryAfter="next")
        found.append(FaultSource(fault="rate-limit", over=rate, burst=burst, refused=refused))
    if concurrency is not None:
        refused = RefusedSource(429, message="Too many requests at once", retryAfter="1s")
        limit = FaultSource(fault="concurrency-limit", atOnce=concurrency, queue=queue, refused=refused)
        found.append(limit)
    return [_compiled(source, ()) for source in found]


def _compiled(source: FaultSource, taken: Any) -> Fault:
    slow = None if source.slow is None else slow_of(source.slow)
    effect = next((EFFECTS[word].compiled(value) for word, value in _effects(source)), None)
    name = source.fault or _free(_made_name(slow, effect), taken)
    return Fault(
        name=name,
        matchers=tuple(_matchers(source)),
        counting=Counting(
            source.skip,
            source.every,
            source.times,
            source.probability,
            source.per == "execution",
            None if source.over is None else Rate.of(source.over, source.burst),
            source.atOnce,
            source.queue or 0,
        ),
        window=_window(source),
        slow=slow,
        effect=effect,
        text=encode({"fault": name, **_data(source, name)}).decode(),
    )


def _data(source: FaultSource, name: str) -> dict[str, Any]:
    """Return the source without what it leaves out."""
    data = {**msgspec.to_builtins(source), "fault": name}
    defaults = msgspec.to_builtins(FaultSource())
    return {name: _given(value) for name, value in data.items() if value != defaults[name]}


def _given(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _given(inner) for name, inner in value.items() if inner is not None}
    return value


def _matchers(source: FaultSource) -> Iterator[Matcher]:
    for word, kind in MATCHERS.items():
        value = getattr(source, "while_" if word == While.word else word)
        if word == While.word and value is not None:
            value = _given(msgspec.to_builtins(value))
        if value:
            yield kind.compiled(value)


def _effects(source: FaultSource) -> list[tuple[str, Any]]:
    return [(word, value) for word in EFFECTS if (value := getattr(source, word)) is not None]


def _made_name(slow: Slow | None, effect: Effect | None) -> str:
    said = "slow" if effect is None else effect.said
    return "".join(char if char.isalnum() or char in "-_" else "-" for char in said)[:90]


def _free(name: str, taken: Any) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def _window(source: FaultSource) -> Window:
    start, begins = _moment(source.from_)
    end, ends = _moment(source.until)
    lasts = None if source.for_ is None else parse_duration(source.for_)
    return Window(start, end, lasts, (begins, ends))


def _moment(text: str | None) -> tuple[int | None, bool]:
    """Return milliseconds, and whether they are an instant; DurationError for a text that is neither."""
    if text is None:
        return None, False
    try:
        return parse_instant(text), True
    except OutOfRangeError:
        raise
    except DurationError:
        if text[:4].isdecimal() and "-" in text:
            raise
    try:
        return parse_duration(text), False
    except DurationError as error:
        raise DurationError(f"{error.message}, or an instant such as 2026-01-15T09:00:00Z") from None


_Wrong = tuple[tuple[str | int, ...], str]


def _wrong_in_itself(source: FaultSource) -> Iterator[_Wrong]:
    """Yield what cannot be, whatever there is to be named."""
    yield from _wrong_effects(source)
    yield from _wrong_times(source)
    for word in ("query", "header", "body"):
        for name, value in getattr(source, word).items():
            for finding in wrong_values(msgspec.to_builtins(value), (word, name)):
                yield finding.path, finding.message
    if source.while_ is not None and not _given(msgspec.to_builtins(source.while_)):
        yield ("while",), "nothing is asked of an execution here; expected `status`, `step` or another"


def _wrong(source: FaultSource, words: FaultWords) -> Iterator[_Wrong]:
    yield from _wrong_in_itself(source)
    for matcher in _matchers(source):
        for inner, message in matcher.wrong(words):
            yield (matcher.word, *inner), message
    for word, value in _effects(source):
        for inner, message in EFFECTS[word].misnamed(value, words):
            yield (word, *inner), message
    yield from _wrong_together(source, words)


def _wrong_effects(source: FaultSource) -> Iterator[_Wrong]:
    effects = _effects(source)
    if source.slow is None and not effects:
        yield (), f"nothing happens to a request here; expected slow or one of {', '.join(EFFECTS)}"
    for word, _ in effects[1:]:
        yield (word,), f"`{effects[0][0]}` happens already; expected one of {', '.join(EFFECTS)}"
    for word, value in effects:
        try:
            EFFECTS[word].compiled(value)
            for inner, message in EFFECTS[word].wrong(value):
                yield (word, *inner), message
        except DurationError as error:
            yield (word,), error.message
    yield from _wrong_slow(source)
    yield from _wrong_retry(source)


def _wrong_slow(source: FaultSource) -> Iterator[_Wrong]:
    if source.slow is not None:
        try:
            slow_of(source.slow)
            if found := wrong_slow(source.slow):
                yield ("slow", *found[0]), found[1]
        except DurationError as error:
            yield ("slow",), error.message


def _wrong_retry(source: FaultSource) -> Iterator[_Wrong]:
    if source.queue is not None and source.atOnce is None:
        yield ("queue",), "there is nothing that a queue is for; expected `atOnce` with it"
    if source.burst is not None and source.over is None:
        yield ("burst",), "there is no rate that this is a burst of; expected `over` with it"
    if getattr(source.refused, "retryAfter", None) == "next" and source.over is None:
        yield ("refused", "retryAfter"), "this fault has no rate; expected `over` with it"
    if getattr(source.refused, "retryAfter", None) == "end" and source.until is None and source.for_ is None:
        yield ("refused", "retryAfter"), "this fault has no end; expected `until` or `for` with it"


def _wrong_times(source: FaultSource) -> Iterator[_Wrong]:
    if source.probability == 0:
        also = "; `times` strikes none then" if source.times is not None else ""
        yield ("probability",), f"with probability 0 no request is ever struck{also}"
    if source.until is not None and source.for_ is not None:
        yield ("for",), "`until` and `for` exclude each other; expected one of them"
    moments = {}
    for word, name in _MOMENTS:
        try:
            moments[word] = _moment(getattr(source, name))
        except DurationError as error:
            yield (word,), error.message
    if source.for_ is not None:
        try:
            if not parse_duration(source.for_):
                yield ("for",), f"no time passes in {quoted(source.for_)}; expected {EXPECTED_DURATION}"
        except DurationError as error:
            yield ("for",), error.message
    start, end = moments.get("from", (None, False)), moments.get("until", (None, False))
    if start[0] is not None and end[0] is not None and start[1] == end[1] and start[0] >= end[0]:
        after = format_instant(start[0]) if start[1] else quoted(source.from_)
        yield ("until",), f"the end is not after the start, {after}; expected a later one"
    if end == (0, False) and source.until is not None:
        yield ("until",), "no time passes until then; expected a later one"


def _wrong_together(source: FaultSource, words: FaultWords) -> Iterator[_Wrong]:
    """Yield what excludes each other: an operation with a method, a path, or an execution it never has."""
    named = [source.operation] if isinstance(source.operation, str) else source.operation
    if not named or not all(name in words.operations for name in named):
        return
    about = {*ABOUT_EXECUTION, *CREATING}
    if not about & {*named}:
        for word in ("execution", "workflow", "scenario", "status", "step", "per"):
            if getattr(source, word) is not None:
                told = "`while` asks for any execution of the sandbox" if word in ("status", "step") else ""
                said = f"a request to {listed(named)} is about no execution"
                yield (word,), f"{said}; {told or 'expected ' + ' or '.join(ABOUT_EXECUTION)}"
