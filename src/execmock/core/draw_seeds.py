"""What chances and ranges follow from: the seed, the scenario, the draw key, and a number among equal ones.

The draw key is what a request says in the fields of `draw_by`. Wall time, ids and names play no part, so a
request meets the same outcomes wherever and whenever it is sent, and whatever else is created meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated, Any

from msgspec import Meta

from execmock.core.ids import derive
from execmock.core.json_text import canonical

__all__ = ["DrawSeries", "draw_key", "embed_fields", "numbered_seed"]


_Number = Annotated[int, Meta(ge=0, le=1 << 53)]


@dataclass(frozen=True, slots=True)
class DrawSeries:
    """How many executions of one scenario and draw key were made.

    `returned` are numbers that were taken for nothing, and go to the next ones; `latest` is the id of the
    execution that the last number was taken for.
    """

    made: _Number = 0
    returned: tuple[_Number, ...] = ()
    latest: str = ""

    def take(self, execution_id: str) -> tuple[int, DrawSeries]:
        """Return the next number, from 1, and the series without it."""
        if self.returned:
            first, *others = sorted(self.returned)
            return first, DrawSeries(self.made, tuple(others), execution_id)
        return self.made + 1, DrawSeries(self.made + 1, (), execution_id)

    def give_back(self, number: int, execution_id: str) -> DrawSeries:
        """Return the series with a number in it again; nothing changes where it is there already."""
        if number > self.made or number in self.returned:
            return self
        return DrawSeries(self.made, (*self.returned, number), execution_id)


def draw_key(scenario: str, draw_by: Sequence[str], fields: Mapping[str, Any]) -> str:
    """Return a digest of a scenario's name and of a request's values in `draw_by`; a missing one is null."""
    values = [_value(fields, path) for path in draw_by]
    return blake2b(canonical([scenario, *values]), digest_size=16).hexdigest()


def numbered_seed(root: bytes, key: str, number: int) -> bytes:
    """Return the seed of the execution of that number among those of a draw key."""
    return derive(root, "draws", key, str(number))


def embed_fields(workflow_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return an execute body by the names that `draw_by` knows; the user is the external reference."""
    return {"workflowId": workflow_id, "externalRef": body.get("user_key"), **body}


def _value(fields: Mapping[str, Any], path: str) -> Any:
    value: Any = fields
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
