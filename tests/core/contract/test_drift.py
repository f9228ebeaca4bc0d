"""With what the vendor has added since, the ninth status is like every other, and nothing else is changed."""

from __future__ import annotations

import copy
import json

from execmock.core.contract import Contract
from execmock.core.contract.check import check_contract
from execmock.core.contract.names import EXECUTION, GET, STATUS
from execmock.core.scenario.vocabulary import Vocabulary
from execmock.core.schema.validator import SchemaValidator
from execmock.loading.contract import shipped_contract

EIGHT = shipped_contract()
NINE = EIGHT.with_drift()
NINTH = "workflow_partial"


def test_the_ninth_is_legal_and_final() -> None:
    assert NINE.schema(STATUS)["enum"] == [*EIGHT.schema(STATUS)["enum"], NINTH]
    graph = NINE.transitions()
    assert NINTH in graph.terminal
    assert [status for status in graph.statuses if graph.allows(status, NINTH)] == [
        *("workflow_running", "workflow_waiting", NINTH)
    ]


def test_scenarios_need_no_leave_for_it() -> None:
    assert Vocabulary.of(NINE, "executions").graph(drift=False) == NINE.transitions()
    assert Vocabulary.of(EIGHT, "executions").graph(drift=True) == NINE.transitions()


def test_an_execution_that_finished_in_part_shows_what_it_has_to() -> None:
    lifecycle = NINE.schema(EXECUTION)["x-lifecycle"]["properties"]
    assert {name for name, rule in lifecycle.items() if NINTH in rule["due"]} == {
        *("runId", "startedAt", "finishedAt")
    }


def test_it_has_an_example_that_fits() -> None:
    example = NINE.operation(GET).success.examples[NINTH]
    schema = NINE.operation(GET).success.schema
    assert schema is not None
    assert SchemaValidator(NINE.standalone(schema)).violations(example) == []
    assert example["data"]["execution"]["status"] == NINTH


def test_the_contract_with_it_is_sound_and_stays_as_it_is() -> None:
    assert check_contract(NINE.document, EIGHT) == []
    assert NINE.with_drift() is NINE


def test_the_contract_without_it_is_left_as_it_was() -> None:
    before = copy.deepcopy(EIGHT.document)
    EIGHT.with_drift()
    assert EIGHT.document == before
    assert NINTH not in EIGHT.schema(STATUS)["enum"]


def test_what_the_pages_say_is_still_eight() -> None:
    documented = NINE.at_level("documented")
    assert documented.schema(STATUS)["enum"] == EIGHT.schema(STATUS)["enum"]


def test_what_an_anchor_shares_is_changed_in_its_own_place_alone() -> None:
    document = json.loads(json.dumps(EIGHT.document))
    following = document["components"]["schemas"]["ExecutionStatus"]["x-transitions"]["next"]
    following["awaiting_payment"] = following["workflow_running"]
    graph = Contract(document).with_drift().transitions()
    assert graph.allows("workflow_running", NINTH)
    assert not graph.allows("awaiting_payment", NINTH)
