"""What the services of an engine are made of, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from execmock.core.apis import ApiName
from execmock.core.contract import Contract
from execmock.core.views import ApiViews
from execmock.interfaces import Clock, Store
from execmock.loading.scenarios import Vocabularies
from execmock.service.background_work import BackgroundWork
from execmock.service.choices import Choices
from execmock.service.coverage_recorder import CoverageRecorder
from execmock.service.events.changes import Changes
from execmock.service.executions.repository import ExecutionRepository
from execmock.service.sandboxes import Sandboxes
from execmock.service.scenarios.registry import ScenarioRegistry
from execmock.service.scenarios.sync import ScenarioSync

__all__ = ["Services"]


@dataclass(frozen=True, slots=True)
class Services:
    """Each service takes this in place of a parameter for every part that it works with."""

    contract: Contract
    choices: Choices
    words: Vocabularies
    views: Mapping[ApiName, ApiViews]
    clock: Clock
    store: Store
    sandboxes: Sandboxes
    registry: ScenarioRegistry
    scenario_sync: ScenarioSync
    repository: ExecutionRepository
    changes: Changes
    coverage: CoverageRecorder
    background: BackgroundWork
