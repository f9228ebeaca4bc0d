"""Faults of a mock that `verify` has to find, each with its rule: the source of a table of docs/faults.md."""

from __future__ import annotations

from typing import Any, NamedTuple

from execmock.errors import FaultError
from execmock.loading.yaml_marks import load_marked
from execmock.verify.registry import all_rules

__all__ = ["FOUND", "IN_PASSING", "Found", "as_markdown"]


class Found(NamedTuple):
    """A fault as one line of YAML, what it makes a client see, and the rule that finds it.

    Without a rule it is no violation: nothing that is published forbids it.
    """

    sees: str
    text: str
    rule: str = ""

    @property
    def fault(self) -> Any:
        """The fault as files have it."""
        return load_marked(self.text, "the table", FaultError).data


_ENDED = "status: [workflow_succeeded, workflow_failed, workflow_cancelled]"

FOUND = (
    Found("a property is missing", "{wrong: dropped}", "get.complete"),
    Found("a property has another name", "{wrong: renamed}", "public.complete"),
    Found("a property has another type", "{wrong: {how: retyped, property: status}}", "list.shape"),
    Found("a property is null", "{wrong: nulled}", "get.complete"),
    Found(
        "one that may be absent is null",
        "{wrong: {how: nulled, property: externalRef}}",
        "advisory.null-for-absent",
    ),
    Found("an unknown status", "{wrong: status}", "status.enum"),
    Found("a property that the contract does not name", "{wrong: extra}"),
    Found("a private property in the public view", "{wrong: private-field}", "public.private-fields"),
    Found("another execution's data", "{wrong: another}", "create.read-your-write"),
    Found("an envelope without `data`", "{wrong: no-data}", "envelope.fields"),
    Found("`hasMore` says the contrary", "{wrong: has-more}", "list.has-more"),
    Found("an item on two pages", "{wrong: twice}", "list.no-duplicates"),
    Found("items from old to new", "{wrong: out-of-order}", "list.newest-first"),
    Found("every second list is from old to new", "{every: 2, wrong: out-of-order}", "list.stable-order"),
    Found(
        "a terminal status overwritten by a late worker",
        f"{{operation: getExecution, {_ENDED}, per: execution, skip: 1, wrong: overwritten}}",
        "lifecycle.terminal-final",
    ),
    Found("an event that vanishes", "{every: 2, wrong: event-lost}", "timeline.append-only"),
    Found(
        "reads from a replica whose clock is two hours ahead",
        "{operation: getExecution, wrong: {how: skewed, by: 2h}}",
        "lifecycle.created-at-constant",
    ),
    Found("a clock that is two hours ahead everywhere", "{wrong: {how: skewed, by: 2h}}", "clock.present"),
    Found("a stale read", "{operation: getExecution, stale: 30s}", "create.read-your-write"),
    Found(
        "a read that goes back",
        "{operation: getExecution, per: execution, every: 2, stale: 3s}",
        "lifecycle.reachable",
    ),
    Found("a stale public view", "{operation: getPublicExecution, stale: 10s}", "public.not-stale"),
    Found(
        "a new state that lists show late", "{operation: listExecutions, stale: 30s}", "list.contains-created"
    ),
    Found(
        "an idempotent create that is delivered twice; damages",
        "{wrong: created-twice}",
        "idempotency.no-second-record",
    ),
    Found("a create that is lost; damages", "{wrong: create-lost}", "create.read-your-write"),
)

_LIVES, _LISTS = ("lifecycle", "timeline"), ("list.contains-created", "list.no-duplicates")

IN_PASSING = (
    ("[{slow: 1ms..2ms}, {slow: {median: 1ms, p99: 20ms}}]", _LIVES),
    ("[{slow: 2ms}, {atOnce: 2, refused: {status: 429, retryAfter: 0s}}]", _LIVES),
    ("[{slow: 2ms}, {atOnce: 2, queue: 1, refused: {status: 503, retryAfter: 0s}}]", _LIVES),
    ("[{every: 30, refused: {status: 429, retryAfter: 0s}}]", _LIVES),
    ("[{every: 31, refused: {status: 503, retryAfter: 0s}}]", _LIVES),
    ("[{every: 30, times: 2, refused: {status: 502, form: gateway}}, {every: 40, refused: 401}]", _LISTS),
    ("[{every: 60, times: 2, refused: {status: 504, form: gateway}}, {every: 30, broken: reset}]", _LISTS),
    ("[{operation: createExecution, every: 3, broken: lost}]", ("create.status-initial", *_LIVES, *_LISTS)),
)
"""What every service shows in passing, which is no violation, and the areas that are judged with it."""


def as_markdown() -> str:
    """Return the table of faults and rules."""
    levels = {rule.id: rule.severity for rule in all_rules()}
    rows = [
        f"| {found.sees} | `{found.text}` | "
        + (f"`{found.rule}` | {levels[found.rule]} |" if found.rule else "no violation | |")
        for found in FOUND
    ]
    return "\n".join(
        ["| a client sees | write | `verify` finds it by | level |", "| --- | --- | --- | --- |", *rows]
    )
