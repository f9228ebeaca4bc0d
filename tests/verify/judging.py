"""How the tests judge the target: with everything it has, and quickly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from execmock.verify import runner as _runner  # noqa: F401 - see below
from execmock.verify import verify
from execmock.verify.registry import all_rules
from execmock.verify.report import Report

from .target import HandClock, Target

all_rules()
# All is imported by now: pytester forgets the modules that its runs import first, and a second copy of one
# catches no error of the first.


def pass_time(target: Target) -> Callable[[int], None] | None:
    """Return what moves the target's clock; None where real time moves it."""
    clock = target.behaviour.clock
    return clock.pass_time if isinstance(clock, HandClock) else None


def judged(target: Target, **options: Any) -> Report:
    """Judge a running target, moving its clock if it is held; `options` win over what the target gives."""
    given: dict[str, Any] = {
        "url": target.url,
        "token": target.token,
        "token_b": target.token_b,
        "token_read": target.token_read,
        "workflow_ids": target.workflow_ids,
        "embed_url": target.embed_url,
        "embed_token": target.embed_token,
        "embed_workflow_id": target.embed_workflow_id,
        "effort": "quick",
        "level": "advisory",
        "pass_time": pass_time(target),
    }
    return verify(**{**given, **options})


def broken(report: Report) -> set[str]:
    """Return the ids of the rules that failed, notices included."""
    return {result.rule.id for result in report.results if result.findings}
