"""Odd requests come last and can be left out; what a service refuses of a probe leaves the rest alone."""

from __future__ import annotations

from execmock.verify.outcome import Outcome
from tests.verify.judging import judged
from tests.verify.target import Behaviour, HandClock, Target, running, serving
from tests.verify.target.values import RefusalError

ODD = {"robust", "oddities"}


def test_odd_requests_come_last_and_the_largest_is_the_last_that_creates() -> None:
    with running() as target:
        report = judged(target, only=("robust", "http.too-large", "create.echo"), generated=False)
    order = [seen.probe for seen in report.journal]
    first = next(number for number, probe in enumerate(order) if probe in ODD)
    assert set(order[first:]) == ODD
    labels = [seen.label for seen in report.journal if seen.probe == "oddities"]
    assert labels[-1] == "too-large"


def test_skipping_robust_sends_no_odd_request() -> None:
    with running() as target:
        report = judged(target, only=("create", "http", "status"), skip=("robust",), generated=False)
    assert ODD.isdisjoint(seen.probe for seen in report.journal)
    results = {result.rule.id: result for result in report.results}
    assert results["http.too-large"].reason == "odd input was left out (--skip robust)"
    assert results["create.echo"].outcome is Outcome.PASSED


class NoFractions(Behaviour):
    """Refuses every body with a fraction in it."""

    def decode(self, body: bytes) -> object:
        if b"12.75" in body:
            raise RefusalError(400, "Fractions are not taken")
        return super().decode(body)


def test_a_refused_part_of_a_probe_leaves_the_others_alone() -> None:
    service = NoFractions(seed=7, speed=1.0, clock=HandClock())
    with serving(service) as url:
        report = judged(Target(url, service), only=("create.echo",), skip=("robust",), generated=False)
    read = [seen.label for seen in report.journal if seen.label.startswith(("get/", "big/get"))]
    assert read == ["get/values", "get/unicode", "get/long", "get/deep", "get/texts", "big/get"]
    [result] = report.results
    assert (result.outcome, result.observations > 30) == (Outcome.PASSED, True)
