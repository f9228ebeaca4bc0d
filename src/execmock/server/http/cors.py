"""Cross-origin resource sharing for the API: browsers are its main callers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from execmock.server.api.calls import Answer

__all__ = ["Cors"]

_EXPOSED = ("Allow", "Retry-After", "X-Request-Id")
_REQUEST_HEADERS = ("Authorization", "Content-Type", "Prefer", "X-Execmock-Scenario")


class Cors:
    """Says which origins may read answers: those in `origins`, or all where it holds `*`.

    They may send the `request_headers` and read the `response_headers` of the contract, in addition to those
    that the mock has by itself.
    """

    def __init__(
        self,
        origins: Collection[str],
        request_headers: Iterable[str] = (),
        response_headers: Iterable[str] = (),
    ) -> None:
        self._any = "*" in origins
        self._origins = frozenset(origin.rstrip("/") for origin in origins)
        self._request_headers = _listed(_REQUEST_HEADERS, request_headers)
        self._exposed = _listed(_EXPOSED, response_headers)
        # The same object each time, by which the fast path knows the headers again.
        self._for_all = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": self._exposed,
        }

    def headers(self, request: Mapping[str, str]) -> dict[str, str]:
        """Return the headers that an answer to this request carries."""
        if self._any:
            return self._for_all
        origin = request.get("Origin")
        if origin not in self._origins:
            return {"Vary": "Origin"}
        return {
            "Access-Control-Allow-Origin": str(origin),
            "Access-Control-Expose-Headers": self._exposed,
            "Vary": "Origin",
        }

    def is_preflight(self, headers: Mapping[str, str]) -> bool:
        """Whether a browser asks by OPTIONS for permission before it sends the request itself."""
        return "Origin" in headers and "Access-Control-Request-Method" in headers

    def preflight(self, request: Mapping[str, str], methods: Collection[str]) -> Answer:
        """Return the answer to a preflight; without permission, one that grants nothing."""
        headers = dict(self.headers(request))
        if "Access-Control-Allow-Origin" in headers:
            headers["Access-Control-Allow-Methods"] = ", ".join(methods)
            headers["Access-Control-Allow-Headers"] = self._request_headers
            headers["Access-Control-Max-Age"] = "600"
            if request.get("Access-Control-Request-Private-Network") == "true":
                headers["Access-Control-Allow-Private-Network"] = "true"
        return Answer(204, b"", headers)


def _listed(first: Iterable[str], more: Iterable[str]) -> str:
    """Return names of headers as one text; the case of a name does not matter, the first spelling stays."""
    found = {name.lower(): name for name in [*sorted(more), *first]}
    return ", ".join(sorted(found.values()))
