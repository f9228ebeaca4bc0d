"""Worlds: the state that a mock starts from."""

from __future__ import annotations

from execmock.core.world.compile import WorldWords, compile_world
from execmock.core.world.generate import Draft, drafts
from execmock.core.world.model import ClockPlan, Generated, Listed, SandboxPlan, SignalPlan, World
from execmock.core.world.source import WorldSource, world_schema

__all__ = [
    "ClockPlan",
    "Draft",
    "Generated",
    "Listed",
    "SandboxPlan",
    "SignalPlan",
    "World",
    "WorldSource",
    "WorldWords",
    "compile_world",
    "drafts",
    "world_schema",
]
