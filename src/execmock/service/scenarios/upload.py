"""Scenarios that arrive in a request, as YAML text or as JSON, instead of in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from json import dumps
from typing import Any

from execmock.core.contract.pointers import join
from execmock.core.scenario import Scenario
from execmock.core.schema.violation import Violation
from execmock.loading.scenarios import Vocabularies, read_data, read_text
from execmock.loading.used_steps import UsableScenarios
from execmock.service.refusals import Refusal

__all__ = ["ScenarioFinding", "as_yaml", "read_upload"]

# YAML takes these for line breaks, or not at all, unless they are escaped.
_SPECIAL = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class ScenarioFinding(Violation):
    """A finding about a scenario; `expected` is the whole of what there is to say."""

    @property
    def sentence(self) -> str:
        """The finding."""
        return self.expected

    def as_json(self) -> dict[str, Any]:
        """Return the entry of an error body's `details`."""
        return {"location": self.where, "message": str(self)}


def read_upload(body: Mapping[str, Any], words: Vocabularies, others: Iterable[Scenario]) -> Scenario:
    """Return the scenario in `text` or in `scenario`; Refusal 422 with the place of every mistake in it.

    It may use steps of the `others`.
    A place is `body/text:LINE:COLUMN`, or the path to a value, such as `body/scenario/steps/0/status`.
    """
    usable = UsableScenarios.of(others)
    if "text" in body:
        read = read_text(body["text"], "body/text", words, usable)
        return _sound(
            read.scenario, (ScenarioFinding(str(found.place), found.message) for found in read.findings)
        )
    scenario, findings = read_data(body["scenario"], as_yaml(body["scenario"]), words, usable)
    return _sound(scenario, (ScenarioFinding(join("body/scenario", f.path), f.message) for f in findings))


def _sound(scenario: Scenario | None, findings: Iterable[ScenarioFinding]) -> Scenario:
    if scenario is None:
        raise Refusal(422, "The scenario has mistakes", list(findings))
    return scenario


def as_yaml(data: Any) -> str:
    """Return JSON that is read as YAML to the same data."""
    text = dumps(data, ensure_ascii=False, indent=1)
    return _SPECIAL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
