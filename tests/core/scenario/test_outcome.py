"""How executions that follow a scenario can end."""

from __future__ import annotations

import pytest

from execmock.core.scenario.outcome import end_statuses
from execmock.loading.contract import shipped_contract
from execmock.service.scenarios.shipped import load_registry


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("paid-happy-path", ("workflow_succeeded",)),
        ("payment-never-comes", ("workflow_cancelled",)),
        ("payment-by-webhook", ("workflow_succeeded", "workflow_failed", "workflow_cancelled")),
        ("embed-stopped", ("stopped", "completed")),
    ],
)
def test_it_can_end_as_the_steps_that_nothing_leaves(name: str, ends: tuple[str, ...]) -> None:
    assert end_statuses(load_registry(shipped_contract(), []).current[name]) == ends
