"""Every name in the contract that Python needs: the five operations, and where in them each schema stands.

Schemas have no names here: `components/schemas` belongs to the document, which may call its parts what it
likes. A schema is found from the operation whose body or answer it describes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "CREATE",
    "CREATE_BODY",
    "EMBED_EXECUTION",
    "EMBED_STATUS",
    "EVENT",
    "EXECUTE",
    "EXECUTE_BODY",
    "EXECUTION",
    "GET",
    "ITEMS",
    "LIST",
    "OPERATIONS",
    "PAGE",
    "PUBLIC",
    "PUBLIC_EVENT",
    "PUBLIC_EXECUTION",
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
