"""Executions that go other ways, or nowhere."""

from __future__ import annotations

from ..behaviour import Behaviour
from ..catalogue import variant
from ..plans import (
    CANCELLED_WHILE_RUNNING,
    ENDLESS,
    FAILING,
    FREE,
    NEVER_PAID,
    NO_WAITING,
    PAID,
    PARTIAL,
    QUEUED,
    RUNNING,
    SUCCEEDED,
)
from ..values import Execution, Moment, Step


class Planned(Behaviour):
    """Lets every execution go one way."""

    plan: tuple[Step, ...] = PAID

    def plan_for(self, workflow_id: object) -> tuple[Step, ...]:
        return self.plan


@variant("no-waiting", "Executions never wait.")
class NoWaiting(Planned):
    plan = NO_WAITING


@variant("free", "Workflows cost nothing: executions begin queued.")
class Free(Planned):
    plan = FREE


@variant("failing", "Every run fails.")
class Failing(Planned):
    plan = FAILING


@variant("cancelled", "Every run is cancelled.")
class Cancelled(Planned):
    plan = CANCELLED_WHILE_RUNNING


@variant("never-paid", "Nobody pays: executions are cancelled before they run.")
class NeverPaid(Planned):
    plan = NEVER_PAID


@variant("endless", "Executions wait for ever.")
class Endless(Planned):
    plan = ENDLESS


@variant("still", "Executions stay as they were created.")
class Still(Planned):
    plan = PAID[:1]


@variant("partial", "Executions end as workflow_partial, which the vendor added.", "advisory.known-drift")
class Partial(Planned):
    plan = PARTIAL


@variant("hasty", "Executions have ended before anybody looks.")
class Hasty(Planned):
    plan = (
        Step(0, QUEUED, "execution.created", "Execution created"),
        Step(0.3, RUNNING, "run.started", "Run started"),
        Step(0.6, SUCCEEDED, "run.succeeded", "Run succeeded"),
    )


@variant(
    "lean", "Only what is due is shown: no orderId, statusReason, responsePayload.", "lifecycle.due-fields"
)
class Lean(Behaviour):
    def progress_fields(self, execution: Execution, moment: Moment) -> dict[str, object]:
        bare = dict.fromkeys(("orderId", "statusReason", "responsePayload"))
        return {**super().progress_fields(execution, moment), **bare}
