"""An execution may cost money: a run says how many it will create, and never creates more than it may."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from execmock.loading.contract import shipped_contract
from execmock.settings import VerifySettings
from execmock.verify.create_plan import affordable, planned
from execmock.verify.creates import Creates, NoMoreCreates
from execmock.verify.exchange import Exchange, Request
from execmock.verify.outcome import Outcome
from execmock.verify.registry import all_probes
from execmock.verify.report import Report
from execmock.verify.requests import CREATE, EXECUTE
from execmock.verify.runner import Callbacks, run
from tests.verify.judging import judged, pass_time
from tests.verify.target import Target, running

REQUEST = Request("POST", "http://host/v1/executions", {})
SEEN = Exchange(1, "basics", "create", CREATE, "a", REQUEST, 0.0, 0.1, status=200)


async def answer(status: int) -> Exchange:
    await asyncio.sleep(0)
    return replace(SEEN, status=status)


async def counted(most: int | None, *statuses: int) -> tuple[int, int]:
    """Send so many creates at once; return how many were sent, and how many executions they count as."""
    creates = Creates(most)
    results = await asyncio.gather(*(creates.one(answer(each)) for each in statuses), return_exceptions=True)
    assert all(isinstance(each, Exchange | NoMoreCreates) for each in results)
    return sum(isinstance(each, Exchange) for each in results), creates.made


@pytest.mark.parametrize(
    ("most", "statuses", "sent", "made"),
    [
        (None, [200] * 9, 9, 9),
        (3, [200] * 9, 3, 3),
        (0, [200] * 9, 0, 0),
        (1, [400] * 9, 9, 0),  # a refusal creates nothing
        (2, [400, 200, 400, 200, 200, 200], 4, 2),
        (2, [500, 0, 200, 200], 2, 2),  # a crash and a lost answer may have created one
    ],
)
async def test_never_more_than_allowed_even_at_once(
    most: int | None, statuses: list[int], sent: int, made: int
) -> None:
    assert await counted(most, *statuses) == (sent, made)


def test_the_cheapest_probes_are_kept_and_the_others_named() -> None:
    kept, left_out = affordable(all_probes(), "quick", 1, 30)
    assert {each.name for each in kept} > {"existing", "parameters", "auth", "scope", "basics"}
    assert {each.name for each in left_out} > {"generated", "robust", "paging"}
    assert sum(planned(each.name, "quick", 1) for each in kept) + planned("preflight", "quick") <= 30
    assert affordable(all_probes(), "quick", 1, None) == (all_probes(), ())


def test_a_run_creates_no_more_than_it_may_and_names_what_it_did_not_try() -> None:
    with running() as target:
        report = judged(target, max_creates=30, generated=False)
    made = [seen for seen in report.journal if seen.ok and seen.operation in (CREATE, EXECUTE)]
    assert 10 < len(made) <= report.created <= 30
    [note] = [note for note in report.notes if "--max-creates 30" in note]
    assert "robust" in note
    reasons = {result.reason for result in report.results if result.outcome is Outcome.INCONCLUSIVE}
    assert any("--max-creates 30 leaves too few for up to 113 (paging)" in reason for reason in reasons)


def test_a_run_says_before_how_many_it_will_create_and_keeps_to_it() -> None:
    said: list[str] = []
    kept: list[Report] = []

    def work(target: Target, **given: Any) -> Report:
        options = VerifySettings(url=target.url, effort="quick", generated=False, **given)
        callbacks = Callbacks(say=said.append, keep=kept.append)
        passing = pass_time(target)
        return asyncio.run(
            run(options, shipped_contract(), started=0, pass_time=passing, callbacks=callbacks)
        )

    with running() as target:
        given = {"token": target.token, "token_b": target.token_b, "workflow_ids": target.workflow_ids}
        report = work(target, **given)
    made = Counter(seen.probe for seen in report.journal if seen.ok and seen.operation == CREATE)
    over = [name for name, number in made.items() if number > planned(name, "quick", 4)]
    assert over == []
    announced, judges, *_ = said
    assert judges.startswith("judges ")
    assert int(announced.split()[3]) >= report.created == made.total()
    assert announced.endswith("executions; --max-creates bounds it")
    assert kept[0].shortfall.endswith("the run had not ended yet")
    assert (kept[0].exit_code, len(kept[0].results)) == (3, len(report.results))
