"""The scenario language: file model, compiled model, and the checks that stand between them."""

from __future__ import annotations

from execmock.core.findings import Finding
from execmock.core.scenario.compile import compile_scenario
from execmock.core.scenario.model import Event, Scenario, Step
from execmock.core.scenario.source import ScenarioSource, scenario_schema
from execmock.core.scenario.triggers import Trigger
from execmock.core.scenario.vocabulary import Vocabulary

__all__ = [
    "Event",
    "Finding",
    "Scenario",
    "ScenarioSource",
    "Step",
    "Trigger",
    "Vocabulary",
    "compile_scenario",
    "scenario_schema",
]
