"""Cross-origin resource sharing for the API: browsers are its main callers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from execmock.server.api.calls import Answer

__all__ = ["Cors"]

_EXPOSED = "Allow, Retry-After, X-Request-Id"
_REQUEST_HEADERS = "Authorization, Content-Type, Idempotency-Key, Prefer, X-Execmock-Scenario, X-Org-ID"


class Cors:
    """Says which origins may read answers: those in `origins`, or all where it holds `*`."""

    def __init__(self, origins: Collection[str]) -> None:
        self._any = "*" in origins
        self._origins = frozenset(origin.rstrip("/") for origin in origins)

    def headers(self, request: Mapping[str, str]) -> dict[str, str]:
        """Return the headers that an answer to this request carries."""
        if self._any:
            return _FOR_ALL
        origin = request.get("Origin")
        if origin not in self._origins:
            return {"Vary": "Origin"}
        return {
            "Access-Control-Allow-Origin": str(origin),
            "Access-Control-Expose-Headers": _EXPOSED,
            "Vary": "Origin",
        }

    def is_preflight(self, headers: Mapping[str, str]) -> bool:
        """Whether a browser asks by OPTIONS for leave before it sends the request itself."""
        return "Origin" in headers and "Access-Control-Request-Method" in headers

    def preflight(self, request: Mapping[str, str], methods: Collection[str]) -> Answer:
        """Return the answer to a preflight; without leave, one that grants nothing."""
        headers = dict(self.headers(request))
        if "Access-Control-Allow-Origin" in headers:
            headers["Access-Control-Allow-Methods"] = ", ".join(methods)
            headers["Access-Control-Allow-Headers"] = _REQUEST_HEADERS
            headers["Access-Control-Max-Age"] = "600"
            if request.get("Access-Control-Request-Private-Network") == "true":
                headers["Access-Control-Allow-Private-Network"] = "true"
        return Answer(204, b"", headers)


_FOR_ALL = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": _EXPOSED}
