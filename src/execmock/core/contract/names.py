"""Every name in the contract that Python needs: the five operations, and where in them each schema stands.

Schemas have no names here: `components/schemas` belongs to the document, which may call its parts what it
likes. A schema is found from the operation whose body or answer it describes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "CREATE",
    "CREATE_BODY",
    "DEFAULTED",
    "EMBED_EXECUTION",
    "EMBED_STATUS",
    "EVENT",
    "EXECUTE",
    "EXECUTE_BODY",
    "EXECUTION",
    "FILLED",
    "GET",
    "ITEMS",
    "LIST",
    "OPERATIONS",
    "PAGE",
    "PARAMETERS",
    "PUBLIC",
    "PUBLIC_EVENT",
    "PUBLIC_EXECUTION",
    "REQUIRED",
    "STATUS",
    "SchemaPlace",
]

CREATE = "createExecution"
GET = "getExecution"
LIST = "listExecutions"
PUBLIC = "getPublicExecution"
EXECUTE = "executeWorkflow"
OPERATIONS = (CREATE, LIST, GET, PUBLIC, EXECUTE)
"""The operations that have a handler, and that every contract therefore has."""

ITEMS = "[]"
"""The step from an array's schema to that of its items."""


@dataclass(frozen=True, slots=True)
class SchemaPlace:
    """Where a schema stands: in an operation's JSON body, or in the data of its success.

    `path` leads from there to it, by names of properties and `ITEMS`. Data is the member `data` of the answer
    where that has one, as the envelope does, or else the whole answer.
    """

    operation: str
    part: Literal["body", "data"]
    path: tuple[str, ...] = ()

    def member(self, *names: str) -> SchemaPlace:
        """Return the place of a schema further in."""
        return SchemaPlace(self.operation, self.part, (*self.path, *names))


CREATE_BODY = SchemaPlace(CREATE, "body")
EXECUTION = SchemaPlace(CREATE, "data", ("execution",))
STATUS = EXECUTION.member("status")
EVENT = SchemaPlace(GET, "data", ("events", ITEMS))
PAGE = SchemaPlace(LIST, "data")
PUBLIC_EXECUTION = SchemaPlace(PUBLIC, "data")
PUBLIC_EVENT = PUBLIC_EXECUTION.member("events", ITEMS)
EXECUTE_BODY = SchemaPlace(EXECUTE, "body")
EMBED_EXECUTION = SchemaPlace(EXECUTE, "data")
EMBED_STATUS = EMBED_EXECUTION.member("status")

PARAMETERS = {GET: ("id",), LIST: ("limit", "offset"), PUBLIC: ("id", "token"), EXECUTE: ("id",)}
"""Parameters that handlers read; those of a page have a default."""

REQUIRED: Mapping[SchemaPlace, tuple[str, ...]] = {CREATE_BODY: ("workflowId",)}
"""Properties of a body that handlers read in every request."""

DEFAULTED: Mapping[SchemaPlace, tuple[str, ...]] = {EXECUTE_BODY: ("execution_data", "id_type", "user_key")}
"""Properties of a body that handlers read, or take the default of."""

_EXECUTION = ("createdAt", "id", "organizationId", "status", "updatedAt")
_EVENT = ("createdAt", "eventType", "id")

FILLED: Mapping[SchemaPlace, tuple[str, ...]] = {
    SchemaPlace(CREATE, "data"): ("clientToken", "execution"),
    EXECUTION: _EXECUTION,
    SchemaPlace(GET, "data"): ("events", "execution"),
    SchemaPlace(GET, "data", ("execution",)): _EXECUTION,
    EVENT: _EVENT,
    PAGE: ("hasMore", "items", "limit", "offset"),
    PAGE.member("items", ITEMS): _EXECUTION,
    PUBLIC_EXECUTION: ("createdAt", "events", "id", "status"),
    PUBLIC_EVENT: _EVENT,
    EMBED_EXECUTION: ("created_at", "execution_data", "hashid", "id", "key", "name", "status"),
}
"""Properties that handlers fill in every answer, by the schema that has them."""
