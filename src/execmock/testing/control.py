"""The control API without HTTP: what a mock object does is what a test in any language can do."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from multidict import CIMultiDict

from execmock.core.json_text import decode_kept, encode
from execmock.errors import MockError
from execmock.server.api.calls import Request, Result
from execmock.server.control import PREFIX
from execmock.server.control.app import ControlApi
from execmock.testing.background import Lease
from execmock.testing.tracebacks import hides

__all__ = ["Control", "path_part"]

__tracebackhide__ = hides

_HEADERS = CIMultiDict({"Host": "127.0.0.1", "Content-Type": "application/json"})


class Control:
    """Calls the control API from a test's thread, always about one sandbox."""

    def __init__(self, api: ControlApi, background: Lease, sandbox: str) -> None:
        self.api = api
        self.background = background
        self.sandbox = sandbox

    def of(self, sandbox: str) -> Control:
        """Return the same about another sandbox."""
        return Control(self.api, self.background, sandbox)

    def call(self, method: str, path: str, body: Any = None, **query: object) -> Any:
        """Return the decoded answer; MockError with the answer's own words when it is refused."""
        return _read(self.background.run(self.ask(method, path, body, **query)))

    def ask(self, method: str, path: str, body: Any = None, **query: object) -> Coroutine[Any, Any, Result]:
        """Return the call as a coroutine for the server's loop."""
        given = {name: value for name, value in query.items() if value is not None}
        # Where the path names a sandbox, the query does not.
        about = {} if path.startswith("/sandboxes") else {"sandbox": self.sandbox}
        text = urlencode({**about, **given})
        payload = b"" if body is None else encode(body)
        return self.api.handle(Request(method, PREFIX + path, text, _HEADERS, payload))

    async def call_async(self, method: str, path: str, body: Any = None, **query: object) -> Any:
        """Do the same without holding up the caller's own event loop."""
        return _read(await self.background.run_async(self.ask(method, path, body, **query)))


def path_part(text: str) -> str:
    """Return a text as one part of a path."""
    return quote(text, safe="")


def _read(result: Result) -> Any:
    answer = result.answer
    value = decode_kept(answer.body) if answer.body else None
    if answer.status < 400:
        return value
    raise MockError(_words(value or {}), status=answer.status)


def _words(error: Mapping[str, Any]) -> str:
    # The place is the control API's (query/status); the caller of a method knows what was passed.
    details = [f"{detail['message']}".partition(": ")[2] for detail in error["details"]]
    return "; ".join([error["message"], *(detail for detail in details if detail)])
