"""A client token follows from what can be seen only where that explains it, and not by chance."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode

import pytest

from execmock.verify.outcome import Outcome
from tests.verify.test_judging import results, seen

ID = "0198a7c2-5f7e-7b3a-9d41-3c5e8b0f2a67"


def judged(token: str, entity: str) -> Outcome:
    data = {"execution": {"id": ID, "sourceEntityType": entity}, "clientToken": token}
    create = seen(1, {"code": 200, "data": data}, operation="createExecution", probe="public")
    return results(create)["public.token-unpredictable"].outcome


@pytest.mark.parametrize("entity", ["a", "ab", "cV"])
def test_a_short_value_that_a_token_happens_to_end_with_explains_nothing(entity: str) -> None:
    assert judged(f"ct_9fQx7LmWc2RtKZbN4sVdPy_{entity[::-1]}", entity) is Outcome.PASSED


@pytest.mark.parametrize(
    "form", [ID[::-1], ID.encode().hex(), urlsafe_b64encode(ID.encode()).decode().rstrip("=")]
)
@pytest.mark.parametrize("prefix", ["", "ct_"])
def test_an_id_in_another_form_explains_a_token(prefix: str, form: str) -> None:
    assert judged(prefix + form, "order") is Outcome.FAILED


TOKEN = "ct_9fQx7LmWc2RtKZbN4sVdPy"


@pytest.mark.parametrize(
    ("sent", "shown", "outcome"),
    [
        ({}, {"statusReason": f"opens with {TOKEN}"}, Outcome.FAILED),
        ({"externalRef": TOKEN}, {"externalRef": TOKEN}, Outcome.PASSED),
        ({"externalRef": "other"}, {"externalRef": TOKEN}, Outcome.FAILED),
        ({}, {"clientToken": "hidden"}, Outcome.FAILED),
        ({"requestPayload": {"clientToken": 1}}, {"requestPayload": {"clientToken": 1}}, Outcome.PASSED),
        ({"requestPayload": {"token": 1}}, {"clientToken": 1}, Outcome.FAILED),
    ],
)
@pytest.mark.parametrize("listed", [False, True])
def test_a_read_may_show_what_the_run_has_sent_itself(
    sent: dict[str, object], shown: dict[str, object], outcome: Outcome, listed: bool
) -> None:
    execution = {"id": ID, **shown}
    made = {"execution": {"id": ID}, "clientToken": TOKEN}
    create = seen(
        1,
        {"code": 200, "data": made},
        operation="createExecution",
        probe="public",
        sent=json.dumps(sent).encode(),
    )
    data = {"items": [execution]} if listed else {"execution": execution}
    read = seen(2, {"code": 200, "data": data}, operation="listExecutions" if listed else "getExecution")
    rule = "list.leaks-token" if listed else "public.create-only-token"
    assert results(create, read)[rule].outcome is outcome
