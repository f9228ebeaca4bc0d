"""Checks of `bind`: places that a request has, tests that a request can meet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from execmock.core.findings import DataPath, Finding
from execmock.core.json_text import encode
from execmock.core.scenario.conditions import WORKFLOW, Test, compile_test, conditions_of, numbers_near
from execmock.core.scenario.source import ScenarioSource
from execmock.core.scenario.vocabulary import Vocabulary
from execmock.core.schema.patterns import matcher
from execmock.core.templates import has_template
from execmock.errors import nearest, quoted

_WORKFLOW_NAMES = {
    "id": (
        re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
        "a UUID such as 0198f3aa-0b7e-7c11-8d52-7e0a4b9c6d21",
    ),
    "hashid": (re.compile("[0-9a-z]{5}"), "five lower-case letters and digits, such as 6opb4"),
    "key": (re.compile(r"\S(.{0,198}\S)?"), "1 to 200 characters, such as workflow_15"),
    "name": (re.compile(r"\S(.{0,198}\S)?"), "1 to 200 characters, such as Workflow 15"),
}
"""What the names of an embed workflow look like, each with words for it."""

__all__ = [
    "bound_data",
    "bound_texts",
    "check_bind",
    "check_workflow",
    "example_request",
    "with_place",
    "wrong_values",
]


def bound_data(bind: Mapping[str, Any]) -> dict[str, Any]:
    """Return `bind` as plain data, with whole numbers as such."""
    data: dict[str, Any] = _whole(msgspec.to_builtins(dict(bind)))
    return data


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def bound_texts(bind: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each place that is bound with what it is bound to, for people: `greater 100 and less 200`."""
    return [(name, _text(value)) for name, value in bind.items()]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return " and ".join(f"{word} {_text(what)}" for word, what in value.items())
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return value if isinstance(value, str) else encode(value).decode()


def example_request(bind: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties of a request that meet `bind`, as far as its tests let one tell."""
    request: dict[str, Any] = {}
    for condition in conditions_of(bind):
        value = _example(condition.test)
        if value is not None:
            *outer, last = condition.path
            inner = request
            for name in outer:
                inner = inner.setdefault(name, {})
                if not isinstance(inner, dict):
                    break
            else:
                inner.setdefault(last, value)
    return request


def _example(test: Test) -> Any:
    if test.values:
        return test.values[0]
    return next((number for number in numbers_near(test.marks) if test.holds([number])), None)


def check_bind(source: ScenarioSource, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Yield every `bind` key that no request has, and every value and test that no request meets."""
    for name, value in bound_data(source.bind).items():
        path: DataPath = ("bind", name)
        wrong = _wrong_place(name, vocabulary)
        if wrong:
            yield Finding(path, wrong)
            continue
        found = list(wrong_values(value, path))
        yield from found
        if not found and name in vocabulary.bindable:
            yield from _never_fits(name, value, path, source.bind)


def check_workflow(bind: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield each text that an embed scenario binds and that is none that a request can name a workflow by."""
    for name, (pattern, expected) in _WORKFLOW_NAMES.items():
        for value in compile_test(bind[name]).values or () if name in bind else ():
            if isinstance(value, str) and not pattern.fullmatch(value):
                said = f"no workflow has the {name} {quoted(value)}; expected {expected}"
                yield Finding(("bind", name), said)
                break


def with_place(finding: Finding) -> Finding:
    """Return a finding about a file's shape; one about a place in a property says how that is written."""
    match finding.path:
        case ("bind", str(name), str(inner)) if "unknown key" in finding.message:
            return Finding(finding.path, f"{finding.message} A place inside is written `{name}.{inner}: ...`")
    return finding


def _wrong_place(name: str, vocabulary: Vocabulary) -> str | None:
    root, *inner = name.split(".")
    if name in vocabulary.bindable or (root in vocabulary.nested and all(inner)):
        return None
    if root in vocabulary.nested:
        return f"{quoted(name)} is no place in a request; expected names between dots, such as {root}.tier"
    known = sorted(vocabulary.bindable | vocabulary.nested)
    if inner and root in vocabulary.bindable:
        return f"{quoted(name)} is not in a request: {root} is text, so nothing stands inside it"
    return f"{quoted(name)} is not in a request; expected one of {', '.join(known)}.{nearest(root, known)}"


def wrong_values(value: Any, path: DataPath) -> Iterator[Finding]:
    """Yield what is wrong with a value to bind, a list of them or tests, whatever it is bound to."""
    if isinstance(value, str):
        if has_template(value):
            yield Finding(path, "a value to bind is compared as it stands; it takes no {{ names }}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from wrong_values(item, (*path, index))
    elif isinstance(value, dict):
        if not value:
            yield Finding(path, "no test stands here; expected a value, a list of values, or tests")
        for word, what in value.items():
            if word == "matches":
                yield from _wrong_pattern(what, (*path, word))
            else:
                yield from wrong_values(what, (*path, word))


def _wrong_pattern(pattern: str, path: DataPath) -> Iterator[Finding]:
    if matcher(pattern) is None:
        yield Finding(
            path,
            f"{quoted(pattern)} cannot be used as a regular expression; expected one that is well formed, "
            "not too large, and does not look around or back",
        )


def _never_fits(name: str, value: Any, path: DataPath, bind: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield why no request can meet what a property that is text is bound to."""
    if bind.keys() >= WORKFLOW and not isinstance(value, str):
        yield Finding(path, f"id, hashid and key make a workflow; expected one text for its {name}")
        return
    test = compile_test(value)
    texts = [one for one in test.values or () if isinstance(one, str)]
    if test.values is not None and len(texts) < len(test.values):
        number = next(one for one in test.values if not isinstance(one, str))
        yield Finding(path, f"{name} is text, so it is never {number!r}; write it in quotes")
    elif not test.kinds & {"text", "nothing"}:
        yield Finding(
            path, f"{name} is text, so this never fits; expected a text, a list of them, or matches"
        )
