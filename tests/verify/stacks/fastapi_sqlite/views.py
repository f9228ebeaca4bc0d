"""What is taken and what is shown: the models of requests and answers."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AliasGenerator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

DEEPEST = 64


def _depth(value: object) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        inner = [
            each.values() if isinstance(each, dict) else each
            for each in level
            if isinstance(each, dict | list)
        ]
        level = [one for values in inner for one in values]
    return depth


def _answerable(value: Any) -> Any:
    """Refuse what no answer could carry later: half characters, numbers without end, nesting too deep."""
    if _depth(value) > DEEPEST:
        raise ValueError(f"nests deeper than {DEEPEST} levels")
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    return value


Text = Annotated[str, AfterValidator(_answerable)]
Free = Annotated[dict[str, Any], AfterValidator(_answerable)]


class CreateExecution(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)

    workflow_id: Text
    source_system: Text
    source_entity_type: Text
    source_entity_id: Text | None = None
    external_ref: Text | None = None
    idempotency_key: Text | None = None
    request_payload: Free | None = None
    client_safe_metadata: Free | None = None


class View(BaseModel):
    model_config = ConfigDict(
        alias_generator=AliasGenerator(serialization_alias=to_camel), from_attributes=True
    )


class ExecutionView(View):
    id: str
    organization_id: str
    workflow_id: str
    status: str
    status_reason: str | None
    payment_status: str | None
    checkout_session_id: str | None
    order_id: str | None
    run_id: str | None
    source_system: str
    source_entity_type: str
    source_entity_id: str | None
    external_ref: str | None
    idempotency_key: str | None
    initiated_by_type: str
    initiated_by_id: str
    request_payload: dict[str, Any] | None
    response_payload: dict[str, Any] | None
    client_safe_metadata: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class EventView(View):
    id: str
    event_type: str
    title: str
    level: str
    run_id: str | None
    created_at: datetime


class PublicView(View):
    id: str
    workflow_id: str
    status: str
    payment_status: str | None
    checkout_session_id: str | None
    order_id: str | None
    run_id: str | None
    client_safe_metadata: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    events: list[EventView]


def shown(view: type[View], of: object) -> dict[str, Any]:
    """Return the JSON of a view, without what has no value."""
    return view.model_validate(of).model_dump(mode="json", by_alias=True, exclude_none=True)
