"""What an OpenAPI operation says, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from execmock.errors import ContractError

__all__ = ["Choice", "Operation", "Parameter", "RequestBody", "Response"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation. `location` is path, query or header; `pointer` leads to it.

    `explode` says that several values come one by one, not as one text with commas.
    """

    name: str
    location: str
    required: bool
    explode: bool
    schema: Mapping[str, Any]
    pointer: str
    source: str


@dataclass(frozen=True, slots=True)
class RequestBody:
    """The body an operation takes: media type to schema."""

    required: bool
    content: Mapping[str, Mapping[str, Any]]
    pointer: str


@dataclass(frozen=True, slots=True)
class Response:
    """One answer of an operation. `status` is `200`, `4XX` or `default`; without JSON `schema` is None.

    `media_type` is that of the body and of its examples: JSON if it may be, empty if there is no body.
    """

    status: str
    media_type: str
    schema: Mapping[str, Any] | None
    examples: Mapping[str, Any]
    headers: Mapping[str, Any]
    pointer: str
    source: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `security` names the schemes that are asked for; empty means that none is.

    `scopes` are the roles that a key needs for it.
    """

    id: str
    method: str
    path: str
    summary: str
    servers: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body: RequestBody | None
    responses: Mapping[str, Response]
    security: tuple[str, ...]
    scopes: tuple[str, ...]
    tags: tuple[str, ...]
    source: str
    pointer: str

    def parameter(self, name: str) -> Parameter:
        """Return the parameter of that name; KeyError if the operation has none."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(name)

    @property
    def success(self) -> Response:
        """Its first answer with a status such as 200; ContractError if there is none."""
        found = self.successes
        if found:
            return found[0]
        raise ContractError(f"{self.pointer}/responses has no success; expected a status such as 200")

    @property
    def successes(self) -> tuple[Response, ...]:
        """Its answers with one status from 200 to 299."""
        return tuple(
            response
            for status, response in self.responses.items()
            if status.isdecimal() and status.startswith("2")
        )

    def response(self, status: int) -> Response | None:
        """Return the answer that covers a status, the most exact first, or None if there is none."""
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in self.responses:
                return self.responses[key]
        return None


@dataclass(frozen=True, slots=True)
class Choice:
    """A behaviour the pages leave open: what the mock does by default, and what else a service may do.

    `mock_only`: the alternatives can be chosen for the mock, and are not accepted from a service by that.
    """

    name: str
    default: int | str
    alternatives: tuple[int | str, ...]
    mock_only: bool = False

    @property
    def values(self) -> tuple[int | str, ...]:
        """Every value that the mock may be given, the default first."""
        return (self.default, *self.alternatives)

    @property
    def accepted(self) -> tuple[int | str, ...]:
        """Every value that a service may have, the default first."""
        return (self.default,) if self.mock_only else self.values
