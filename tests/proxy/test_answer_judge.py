"""What is known to be right is not judged again, and nothing that is wrong passes for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from execmock.core.contract.names import GET
from execmock.loading.contract import shipped_contract
from execmock.proxy.answer_judge import AnswerJudge
from execmock.proxy.judging import COUNT, Judging
from execmock.settings import ProxySettings
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange, Request
from execmock.verify.reader import read_json
from execmock.verify.rule import Check, Rule
from execmock.verify.severity import DOCUMENTED

DAY = "2026-01-01T09:00:00.000Z"
EXECUTION = {
    "id": "exec_1",
    "workflowId": "wf_1",
    "organizationId": "org_1",
    "sourceSystem": "shop",
    "sourceEntityType": "order",
    "initiatedByType": "api_key",
    "initiatedById": "key_1",
    "status": "workflow_queued",
    "createdAt": DAY,
    "updatedAt": DAY,
}
KEPT = {"code": 200, "message": "success", "data": {"execution": EXECUTION, "events": []}}


def answer(number: int, *, status: int = 200, kind: str = "application/json", **members: Any) -> Exchange:
    text = json.dumps({**KEPT, "requestId": f"req_{number:08x}", **members}).encode()
    return Exchange(
        number=number,
        probe="",
        label="",
        operation=GET,
        identity="KEY_1",
        request=Request("GET", "http://host/v1/executions/exec_1", {"Authorization": "Bearer k"}),
        sent=number,
        received=number + 0.5,
        status=status,
        headers={"content-type": kind, "x-request-id": f"req_{number:08x}", "date": f"at {number}"},
        body=text,
        json=read_json(text).value,
    )


@pytest.fixture
def judging() -> Judging:
    return Judging(shipped_contract(), ProxySettings(url="http://host"), lambda _: None)


def count(judging: Judging, seen: Exchange) -> int:
    return int(judging.inspect(seen).headers[COUNT])


@pytest.mark.parametrize(
    "wrong",
    [
        answer(9, status=299),
        answer(9, kind="text/html"),
        answer(9, requestId=5),
        answer(9, data={"execution": {**EXECUTION, "status": 5}, "events": []}),
        answer(9, data={"execution": {**EXECUTION, "status": "unheard_of"}, "events": []}),
        answer(9, data=KEPT["data"] | {"requestId": "req_00000001", "events": "req_00000009"}),
    ],
    ids=lambda seen: f"{seen.status} {seen.header('content-type')} {seen.text(400)[70:]}",
)
def test_a_wrong_answer_is_found_after_right_ones(judging: Judging, wrong: Exchange) -> None:
    assert [count(judging, answer(number)) for number in (1, 2)] == [0, 0]
    assert count(judging, wrong) > 0
    assert count(judging, wrong) > 0
    assert count(judging, answer(3)) == 0


def test_what_polls_are_answered_is_judged_once() -> None:
    judged: list[int] = []

    def note(evidence: Evidence) -> Iterator[Check]:
        judged.extend(seen.number for seen in evidence.journal)
        yield from ()

    rule = Rule("a.rule", DOCUMENTED, (GET,), "Notes.", note, (), tags=("shape",))
    contract = shipped_contract()
    judge = AnswerJudge(contract, [rule], lambda journal: Evidence(contract, journal))
    for number in range(1, 50):
        judge.broken(answer(number))
    assert judged == [1]
    judge.broken(answer(50, message="another"))
    assert judged == [1, 50]


def test_a_refusal_is_judged_with_each_request() -> None:
    judged: list[int] = []

    def note(evidence: Evidence) -> Iterator[Check]:
        judged.extend(seen.number for seen in evidence.journal)
        yield from ()

    rule = Rule("a.rule", DOCUMENTED, (GET,), "Notes.", note, (), tags=("errors",))
    contract = shipped_contract()
    judge = AnswerJudge(contract, [rule], lambda journal: Evidence(contract, journal))
    for number in (1, 2):
        judge.broken(answer(number, status=404))
    assert judged == [1, 2]
