"""What the contract says of one API, as far as a recording needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from execmock.core.apis import APIS, ApiName
from execmock.core.contract import Contract, Transitions
from execmock.core.contract.names import EXECUTION, PUBLIC_EXECUTION
from execmock.core.scenario import Vocabulary
from execmock.core.scenario.values import validator_of

__all__ = ["Words"]


@dataclass(frozen=True)
class Words:
    """The words of one API's scenarios, and what the mock shows by itself of an execution in a status."""

    contract: Contract
    vocabulary: Vocabulary

    @classmethod
    def of(cls, contract: Contract, api: ApiName) -> Words:
        """Read them from a contract."""
        return cls(contract, Vocabulary.of(contract, api))

    @property
    def api(self) -> ApiName:
        """The API."""
        return self.vocabulary.api

    @property
    def graph(self) -> Transitions:
        """The status graph, with the statuses that the vendor has added since."""
        return self.vocabulary.with_drift

    def drifts(self, status: str) -> bool:
        """Whether a status is one of those."""
        return status not in self.vocabulary.transitions.statuses

    @cached_property
    def public(self) -> frozenset[str]:
        """The settable properties that the public view has."""
        names = self.contract.schema(PUBLIC_EXECUTION)["properties"] if self.api == "executions" else ()
        return frozenset(names) & frozenset(self.vocabulary.settable)

    def fits(self, name: str, value: Any) -> bool:
        """Whether the contract allows a value of a settable property."""
        return validator_of(name, self.vocabulary.settable[name]).is_valid(value)

    def takes(self, name: str, value: Any) -> bool:
        """Whether a create request can have a value of a property."""
        schema = self.contract.schema(APIS[self.api].body)["properties"].get(name)
        return schema is not None and validator_of(name, self.contract.resolve(schema)).is_valid(value)

    @cached_property
    def statuses_of_events(self) -> Mapping[str, str]:
        """The status that each event of a status tells, by event type."""
        found = {}
        for status, event in self.vocabulary.standard_events.items():
            if status in self.graph.next:
                for told in (event, event.get("again"), event.get("unqueued")):
                    if told:
                        found[told["eventType"]] = status
        return found

    @cached_property
    def run_due(self) -> frozenset[str]:
        """The statuses in which an execution has a run."""
        rule = self._lifecycle.get("runId", {})
        drift = self.contract.schema(APIS[self.api].status).get("x-drift", {})
        named = {status for status, said in drift.items() if "runId" in said.get("due", ())}
        return frozenset(rule.get("due", ())) | named

    @cached_property
    def made_ids(self) -> Sequence[str]:
        """The properties that the mock derives for each execution, its id first."""
        return ("id", *(name for name, rule in self._lifecycle.items() if "prefix" in rule))

    @property
    def _lifecycle(self) -> Mapping[str, Any]:
        if self.api != "executions":
            return {}
        found: Mapping[str, Any] = self.contract.schema(EXECUTION)["x-lifecycle"]["properties"]
        return found

    def start(self, paid: bool) -> str:
        """Return the status that an execution begins with, as far as nothing shows it."""
        initial = self.graph.initial
        return initial[0] if paid or len(initial) == 1 else initial[-1]

    def end(self, status: str) -> tuple[str, ...]:
        """Return the shortest way from a status to a final one, cancelled rather than others."""
        ends = sorted(self.graph.terminal, key=lambda name: "cancelled" not in name and name != "stopped")
        ways = [way for end in ends if (way := self.graph.path(status, end))]
        return min(ways, key=len)[1:] if ways else ()
