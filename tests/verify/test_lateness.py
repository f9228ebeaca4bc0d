"""Two answers are one state only if nothing can have moved between them; two seconds late is too late."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from execmock.verify.client import Client
from execmock.verify.exchange import Exchange
from execmock.verify.lateness import LATEST
from execmock.verify.outcome import Outcome
from execmock.verify.rate_limit import Timer
from execmock.verify.requests import GET, LIST, PUBLIC
from execmock.verify.session import Session
from tests.verify.test_judging import CREATED, results, seen

BEGUN = "2026-01-01T09:00:00Z"


def answer(data: Any) -> dict[str, Any]:
    return {"code": 200, "data": data, "message": "success", "requestId": "r"}


def execution(status: str, **more: Any) -> dict[str, Any]:
    return {**CREATED, "status": status, **more}


def read(at: float, status: str, *, events: int = 0, **more: Any) -> Exchange:
    timeline = [{"id": f"evt_{number}", "createdAt": BEGUN} for number in range(events)]
    found = seen(int(at * 100), answer({"execution": execution(status, **more), "events": timeline}))
    return replace(found, sent=at, received=at + 0.01)


def listed(at: float, status: str, **more: Any) -> Exchange:
    page = {"items": [execution(status, **more)], "hasMore": False, "limit": 20, "offset": 0}
    return replace(
        seen(int(at * 100), answer(page), operation=LIST, label="list"), sent=at, received=at + 0.01
    )


def public(at: float, status: str, **more: Any) -> Exchange:
    data = answer({**execution(status, **more), "events": []})
    shown = seen(int(at * 100), data, operation=PUBLIC, label="public")
    return replace(shown, sent=at, received=at + 0.01)


def outcome(rule: str, *exchanges: Exchange) -> tuple[Outcome, int]:
    result = results(*exchanges)[rule]
    return result.outcome, result.unjudged


RUNNING, WAITING, QUEUED = "workflow_running", "workflow_waiting", "workflow_queued"


@pytest.mark.parametrize(
    ("reads", "shown", "wrong"),
    [
        ((RUNNING, RUNNING), WAITING, False),
        ((WAITING, WAITING), RUNNING, False),
        ((QUEUED, QUEUED), RUNNING, True),
        (("workflow_succeeded",) * 2, RUNNING, True),
        ((QUEUED, RUNNING), RUNNING, False),
        ((QUEUED, QUEUED), QUEUED, False),
    ],
)
@pytest.mark.parametrize("rule", ["list.item-equals-read", "public.matches-private"])
def test_a_status_that_can_come_back_proves_nothing(
    rule: str, reads: tuple[str, str], shown: str, wrong: bool
) -> None:
    view = listed if rule.startswith("list") else public
    found, _ = outcome(rule, read(1, reads[0]), view(2, shown), read(3, reads[1]))
    assert (found is Outcome.FAILED) is wrong


def test_an_execution_whose_timeline_grew_has_moved() -> None:
    around = (read(1, QUEUED), read(3, QUEUED, events=1))
    assert (
        outcome("list.item-equals-read", *around, listed(2, QUEUED, orderId="o"))[0] is Outcome.INCONCLUSIVE
    )
    around = (read(1, QUEUED, events=1), read(3, QUEUED, events=1))
    assert outcome("list.item-equals-read", *around, listed(2, QUEUED, orderId="o"))[0] is Outcome.FAILED


CONFIRMED, SUCCEEDED = "payment_confirmed", "workflow_succeeded"
LATE = [
    ("list.item-equals-read", listed),
    ("lifecycle.reachable", listed),
    ("public.not-stale", public),
    ("public.matches-private", public),
]


@pytest.mark.parametrize(("rule", "view"), LATE)
def test_a_view_may_be_late_by_less_than_two_seconds(rule: str, view: Any) -> None:
    known = [read(1, CONFIRMED), read(2, QUEUED)]
    assert outcome(rule, *known, view(3.9, CONFIRMED), read(5, QUEUED)) == (Outcome.INCONCLUSIVE, 1)
    assert outcome(rule, *known, view(4.1, CONFIRMED), read(5, QUEUED))[0] is Outcome.FAILED
    assert outcome(rule, *known, view(3.9, QUEUED), read(5, QUEUED))[0] is Outcome.PASSED


def test_what_was_never_true_is_not_late() -> None:
    known = [read(1, QUEUED, orderId="one"), read(3, QUEUED, orderId="one")]
    assert outcome("list.item-equals-read", *known, listed(2, QUEUED, orderId="two"))[0] is Outcome.FAILED
    assert outcome("list.item-equals-read", *known, listed(2, QUEUED))[0] is Outcome.FAILED


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        ("lifecycle.terminal-final", {"status": SUCCEEDED}, {"status": RUNNING}),
        ("lifecycle.write-once", {"status": QUEUED, "runId": "run"}, {"status": QUEUED}),
        (
            "lifecycle.updated-at",
            {"status": QUEUED, "updatedAt": "2026-01-01T09:01:00Z"},
            {"status": QUEUED, "updatedAt": "2026-01-01T09:00:00Z"},
        ),
    ],
)
def test_a_list_goes_back_only_by_being_late_and_a_read_never(
    rule: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert outcome(rule, read(1, **before), listed(2, **after))[1] == 1
    assert outcome(rule, read(1, **before), listed(2, **after))[0] is not Outcome.FAILED
    assert outcome(rule, read(1, **before), listed(4, **after))[0] is Outcome.FAILED
    assert outcome(rule, read(1, **before), read(2, **after))[0] is Outcome.FAILED


def test_how_late_a_view_was_is_told() -> None:
    first = replace(listed(1, QUEUED), again=True)
    second = replace(listed(1.02, QUEUED), again=True)
    found = results(first, second, listed(1.038, RUNNING), read(2, RUNNING))["advisory.late-views"]
    assert [each.check.actual for each in found.findings] == ["late by 48 ms"]
    assert found.observations == 2
    assert GET in found.operations


def test_a_public_view_that_has_moved_on_was_not_late() -> None:
    known = read(0.5, RUNNING, message="one")
    ahead = replace(public(1, RUNNING, message="two"), again=True)
    behind = replace(public(1, QUEUED), again=True)
    rule = "advisory.late-views"
    assert outcome(rule, known, ahead, public(1.2, "workflow_succeeded"))[0] is Outcome.PASSED
    assert outcome(rule, known, behind, public(1.2, RUNNING))[0] is Outcome.FAILED


class Hand:
    """A clock that goes to the next instant for which somebody waits."""

    def __init__(self) -> None:
        self.time = 0.0
        self.waiting: list[tuple[float, asyncio.Future[None]]] = []

    async def sleep(self, seconds: float) -> None:
        self.waiting.append((self.time + seconds, asyncio.get_running_loop().create_future()))
        await self.waiting[-1][1]

    async def run(self, *tasks: asyncio.Task[Exchange]) -> None:
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0)
            if self.waiting:
                place = min(range(len(self.waiting)), key=lambda one: self.waiting[one][0])
                self.time, future = self.waiting.pop(place)
                future.set_result(None)


async def test_a_wait_for_a_view_goes_on_when_another_one_was_too_late() -> None:
    hand = Hand()
    client = Client(rate=0, timeout=1000, timer=Timer(lambda: hand.time, hand.sleep))
    nothing: Any = None
    session = Session(
        "histories", client, nothing, nothing, prefix="", effort="quick", follow=0, gentle=False, writes=True
    )

    async def ask() -> Exchange:
        client.journal.append(public(hand.time, QUEUED))
        return client.journal[-1]

    async def follow(begin: float) -> Exchange:
        await hand.sleep(begin)
        return await session.settled(ask, lambda _: False, "public")

    tasks = [asyncio.create_task(follow(begin)) for begin in (0, 1.5, 10)]
    await hand.run(*tasks)
    last = [task.result().sent for task in tasks]
    assert last[0] >= LATEST
    assert last[1] >= 1.5 + LATEST
    assert last[2] == 10
