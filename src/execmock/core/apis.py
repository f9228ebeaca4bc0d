"""The two APIs, described as data: what code needs to know that treats both alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from execmock.core.contract import SchemaPlace
from execmock.core.contract.names import (
    CREATE_BODY,
    EMBED_EXECUTION,
    EMBED_STATUS,
    EXECUTE_BODY,
    EXECUTION,
    STATUS,
)

__all__ = ["APIS", "EMBED_API", "EXECUTIONS_API", "ApiDescription", "ApiName"]

ApiName = Literal["executions", "embed"]


@dataclass(frozen=True, slots=True)
class ApiDescription:
    """One API. `execution`, `status` and `body` say where the contract describes them.

    `kind` and `keys` are what stores call its executions and its idempotency keys. `reads` says whether an
    execution can be read by id, `timeline` whether it shows events, `keys_expire` whether an idempotency key
    does, as a rule. `default_scenario` is followed where nothing picks another.
    """

    name: ApiName
    kind: str
    keys: str
    execution: SchemaPlace
    status: SchemaPlace
    body: SchemaPlace
    default_scenario: str
    reads: bool
    timeline: bool
    keys_expire: bool


EXECUTIONS_API = ApiDescription(
    name="executions",
    kind="execution",
    keys="idempotency",
    execution=EXECUTION,
    status=STATUS,
    body=CREATE_BODY,
    default_scenario="paid-happy-path",
    reads=True,
    timeline=True,
    keys_expire=False,
)
EMBED_API = ApiDescription(
    name="embed",
    kind="embed",
    keys="embed-idempotency",
    execution=EMBED_EXECUTION,
    status=EMBED_STATUS,
    body=EXECUTE_BODY,
    default_scenario="embed-running",
    reads=False,
    timeline=False,
    keys_expire=True,
)
APIS: Mapping[ApiName, ApiDescription] = {"executions": EXECUTIONS_API, "embed": EMBED_API}
