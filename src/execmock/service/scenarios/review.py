"""A scenario's text as its writer wants it judged: all findings and advice, and what would happen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from execmock.core.contract import Contract
from execmock.core.preview import Timeline
from execmock.core.scenario import Scenario
from execmock.loading.located_findings import LocatedFinding
from execmock.loading.scenarios import Vocabularies, doubts, read_text
from execmock.loading.used_steps import UsableScenarios
from execmock.service.preview import Preview, preview

__all__ = ["Review", "finding_as_json", "review"]

_MOST = 200
"""Findings that are told."""


@dataclass(frozen=True, slots=True)
class Review:
    """What there is to say of a text; `scenario` and `played` are None where it is none."""

    findings: tuple[LocatedFinding, ...]
    scenario: Scenario | None
    played: Timeline | None


def review(
    text: str, contract: Contract, words: Vocabularies, others: Iterable[Scenario], seed: int
) -> Review:
    """Check a text that may use steps of the `others`, and play it with a seed."""
    read = read_text(text, "text", words, UsableScenarios.of(others))
    if read.scenario is None:
        return Review(read.findings[:_MOST], None, None)
    played = preview(read.scenario, contract, Preview(seed=seed))
    return Review((*read.findings, *doubts(read, words))[:_MOST], read.scenario, played)


def finding_as_json(finding: LocatedFinding) -> Mapping[str, Any]:
    """Return a finding as JSON-like data; line and column begin with 1."""
    place = finding.place
    return {
        "line": place.line,
        "column": place.column,
        "message": finding.message,
        "advice": finding.advice,
    }
