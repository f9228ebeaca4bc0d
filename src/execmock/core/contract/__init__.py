"""The contract: one OpenAPI document as data, and what the rest of execmock asks of it."""

from __future__ import annotations

from execmock.core.contract.document import Contract, as_mapping, is_json
from execmock.core.contract.levels import LEVELS, Level
from execmock.core.contract.model import Choice, Operation, Parameter, RequestBody, Response
from execmock.core.contract.names import SchemaPlace
from execmock.core.contract.request_places import pointer_to
from execmock.core.contract.routes import Match, Router, nearest_path
from execmock.core.contract.transitions import Transitions

__all__ = [
    "LEVELS",
    "Choice",
    "Contract",
    "Level",
    "Match",
    "Operation",
    "Parameter",
    "RequestBody",
    "Response",
    "Router",
    "SchemaPlace",
    "Transitions",
    "as_mapping",
    "is_json",
    "nearest_path",
    "pointer_to",
]
