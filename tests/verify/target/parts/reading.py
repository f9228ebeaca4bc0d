"""GET: one execution, the list, the public view."""

from __future__ import annotations

import re

from ..values import Answer, Execution, Key, RefusalError, Request
from .creating import Creating

BIGGEST = 2**63 - 1


class Reading(Creating):
    """Reads executions of the key's organization, and one by its client token."""

    default_limit, most = 20, 100
    default_offset = 0

    async def get_execution(self, request: Request) -> Answer:
        """Return the execution, its timeline and a sentence."""
        key = self.identify(request)
        execution = self.find(request, key, request.segments[-1])
        return self.success(request, self.read_data(execution))

    def read_data(self, execution: Execution) -> dict[str, object]:
        """Return the data of a private read's answer."""
        moment = self.present(execution)
        return {
            "execution": self.private(execution, moment),
            "events": self.events(execution, moment),
            "message": self.message(moment),
        }

    def find(self, request: Request, key: Key, wanted: str) -> Execution:
        """Return the organization's execution, or refuse as unknown, whoever else has it."""
        execution = self.shelf.executions.get(wanted)
        if execution is None:
            return self.unknown(request)
        if execution.organization != self.organization(request, key):
            return self.foreign(request, execution)
        return execution

    def organization(self, request: Request, key: Key) -> str:
        """Return whose data the request sees: the key's; X-Org-ID changes nothing."""
        return key.organization

    def unknown(self, request: Request) -> Execution:
        """Refuse an id that nobody has."""
        raise RefusalError(400, "No such execution")

    def foreign(self, request: Request, execution: Execution) -> Execution:
        """Answer for an execution of another organization: as for an unknown one."""
        return self.unknown(request)

    async def list_executions(self, request: Request) -> Answer:
        """Return one page of the organization's executions, newest first."""
        key = self.identify(request)
        limit, offset = self.limit(request), self.offset(request)
        everything = self.listed(self.organization(request, key))
        return self.success(request, self.page(everything, limit, offset))

    def listed(self, organization: str) -> list[Execution]:
        """Return the organization's executions in the list's order."""
        return self.shelf.of(organization)[::-1]

    def page(self, everything: list[Execution], limit: int, offset: int) -> dict[str, object]:
        """Return the data of a list's answer."""
        items = self.slice(everything, limit, offset)
        return {
            "items": [self.item(execution) for execution in items],
            "limit": limit,
            "offset": offset,
            "hasMore": self.has_more(len(everything), len(items), limit, offset),
        }

    def slice(self, everything: list[Execution], limit: int, offset: int) -> list[Execution]:
        """Return the executions of one page."""
        return everything[offset : offset + limit]

    def has_more(self, total: int, shown: int, limit: int, offset: int) -> bool:
        """Return whether executions follow the page."""
        return offset + shown < total

    def item(self, execution: Execution) -> dict[str, object]:
        """Return one item of a page: what a read would show."""
        return self.private(execution, self.present(execution))

    def limit(self, request: Request) -> int:
        """Return the page's size, at most 100."""
        limit = self.number(request, "limit", self.default_limit)
        if limit < 1:
            raise RefusalError(400, "The query is not valid", ("limit must be at least 1",))
        return self.at_most(limit)

    def at_most(self, limit: int) -> int:
        """Return the limit, clamped."""
        return min(limit, self.most)

    def offset(self, request: Request) -> int:
        """Return how many executions to pass over."""
        offset = self.number(request, "offset", self.default_offset)
        if offset < 0:
            raise RefusalError(400, "The query is not valid", ("offset must be at least 0",))
        return offset

    def number(self, request: Request, name: str, default: int) -> int:
        """Return a query parameter of up to 64 bits."""
        text = request.query.get(name)
        if text is None:
            return default
        if not re.fullmatch(r"[+-]?[0-9]+", text):
            return self.not_a_number(name, default)
        return self.too_big(name, text) if len(text) > 20 or abs(int(text)) > BIGGEST else int(text)

    def not_a_number(self, name: str, default: int) -> int:
        """Refuse a parameter that is not an integer."""
        raise RefusalError(400, "The query is not valid", (f"{name} must be an integer",))

    def too_big(self, name: str, text: str) -> int:
        """Refuse a number of more than 64 bits."""
        raise RefusalError(400, "The query is not valid", (f"{name} is too big",))

    async def get_public_execution(self, request: Request) -> Answer:
        """Return the flat view to whoever holds the client token; Authorization is not looked at."""
        token = request.query.get("token", "")
        if not token:
            return self.no_token(request)
        execution = self.shelf.executions.get(request.segments[-1])
        if execution is None:
            return self.unknown_public(request)
        if not self.opens(token, execution):
            return self.wrong_token(request, execution)
        return self.public_answer(request, execution)

    def public_answer(self, request: Request, execution: Execution) -> Answer:
        """Return the public view as it stands."""
        return self.success(request, self.public(execution, self.present(execution)))

    def opens(self, token: str, execution: Execution) -> bool:
        """Return whether the token is this execution's, to the letter."""
        return token == execution.token

    def no_token(self, request: Request) -> Answer:
        """Refuse a public read without a token."""
        raise RefusalError(400, "The query is not valid", ("token is required",))

    def wrong_token(self, request: Request, execution: Execution) -> Answer:
        """Refuse a token that does not open the execution."""
        raise RefusalError(401, "The token is not valid for this execution")

    def unknown_public(self, request: Request) -> Answer:
        """Refuse an unknown id exactly as a wrong token, so that existence does not leak."""
        raise RefusalError(401, "The token is not valid for this execution")
