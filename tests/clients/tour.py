"""Creates an execution, polls it until it is final, lists it, reads it as the public does.

Executes an embedded workflow too, and prints what it saw.
Runs beside `execution_client`, the package that openapi-python-client generates.
"""

import json
import sys
import time

from execution_client import AuthenticatedClient, Client
from execution_client.api.embed import execute_workflow
from execution_client.api.executions import create_execution, get_execution, list_executions
from execution_client.api.public import get_public_execution
from execution_client.models import (
    ApiError,
    CreateExecutionRequest,
    CreateExecutionRequestRequestPayloadType0,
    ExecuteWorkflowRequest,
    ExecutionStatus,
)
from execution_client.types import UNSET

TERMINAL = {
    ExecutionStatus.WORKFLOW_SUCCEEDED,
    ExecutionStatus.WORKFLOW_FAILED,
    ExecutionStatus.WORKFLOW_CANCELLED,
}
POLLS = 2000
PAUSE_S = 0.01


def given(what, answer):
    if answer is None or isinstance(answer, ApiError):
        raise SystemExit(f"{what}: {answer}")
    return answer.data


def until_terminal(client, id_, first):
    seen = [first]
    for _ in range(POLLS):
        view = given("get", get_execution.sync(id_, client=client))
        if view.execution.status != seen[-1]:
            seen.append(view.execution.status)
        if view.execution.status in TERMINAL:
            return seen, view
        time.sleep(PAUSE_S)
    raise SystemExit(f"still {seen[-1]} after {POLLS} polls")


def tour(base_url):
    client = AuthenticatedClient(base_url=base_url, token="b3sk_tour")
    payload = CreateExecutionRequestRequestPayloadType0.from_dict({"lines": 2})
    body = CreateExecutionRequest(
        source_entity_type="order", source_system="tour", workflow_id="wf_tour", request_payload=payload
    )
    created = given("create", create_execution.sync(client=client, body=body))
    id_ = created.execution.id
    seen, view = until_terminal(client, id_, created.execution.status)

    page = given("list", list_executions.sync(client=client, limit=100))
    public = Client(base_url=base_url)
    shown = given("public read", get_public_execution.sync(id_, client=public, token=created.client_token))
    refused = get_public_execution.sync_detailed(id_, client=public, token="not-the-token")
    execute = ExecuteWorkflowRequest.from_dict(
        {"id_type": "key", "execution_data": {"user_name": "Ada Byron"}}
    )
    embedded = execute_workflow.sync("workflow_15", client=client, body=execute)
    unknown = get_execution.sync("exec_none", client=client)
    return {
        "seen": seen,
        "finished": view.execution.finished_at is not UNSET,
        "listed": id_ in [item.id for item in page.items],
        "events": [event.id for event in view.events],
        "publicStatus": shown.status,
        "publicEvents": [event.id for event in shown.events],
        "embedded": [embedded.object_, embedded.status, embedded.key, embedded.execution_data.to_dict()],
        "refused": refused.status_code,
        "unknown": unknown.code,
    }


print(json.dumps(tour(sys.argv[1])))
