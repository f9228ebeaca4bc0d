"""Cross-origin resource sharing for the API: browsers are its main callers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from execmock.errors import quoted
from execmock.server.api.calls import Answer

__all__ = ["Cors"]

_EXPOSED = (
    *("Allow", "Retry-After", "WWW-Authenticate", "X-Request-Id"),
    *("X-Execmock-Clock", "X-Execmock-Fault", "X-Execmock-Warning"),
    *("RateLimit", "RateLimit-Policy", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
)
_REQUEST_HEADERS = ("Authorization", "Content-Type", "Prefer", "X-Execmock-Fault", "X-Execmock-Scenario")
_ASKED_METHOD = "Access-Control-Request-Method"
_ASKED_HEADERS = "Access-Control-Request-Headers"
_ASKED_NETWORK = "Access-Control-Request-Private-Network"
_PREFLIGHT_VARY = ("Origin", _ASKED_METHOD, _ASKED_HEADERS, _ASKED_NETWORK)
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_DEFAULT_PORTS = {"http": "80", "https": "443"}


class Cors:
    """Says which origins may read answers: those in `origins`, or all where it holds `*`.

    They may send every method and header that they ask for, and read the `response_headers` of the contract
    in addition to those that the mock has by itself. An origin that is named may send credentials too. Names
    of this machine with the same port are one origin, unless origins are `exact`.
    """

    def __init__(
        self,
        origins: Collection[str],
        request_headers: Iterable[str] = (),
        response_headers: Iterable[str] = (),
        *,
        exact: bool = False,
    ) -> None:
        self._any = "*" in origins
        named = {_normal(origin) for origin in origins if origin != "*"}
        self._named = named if exact else {same for origin in named for same in _names_of(origin)}
        self._request_headers = _listed(_REQUEST_HEADERS, request_headers)
        self._exposed = _listed(_EXPOSED, response_headers)
        # The same object each time, by which the fast path knows the headers again.
        self._for_all = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": self._exposed,
            **({"Vary": "Origin"} if self._named else {}),
        }

    def headers(self, request: Mapping[str, str]) -> dict[str, str]:
        """Return the headers that an answer to this request carries."""
        if self._any and not self._named:
            return self._for_all
        origin = request.get("Origin")
        if origin in self._named:
            return {
                "Access-Control-Allow-Origin": str(origin),
                "Access-Control-Allow-Credentials": "true",
                "Access-Control-Expose-Headers": self._exposed,
                "Vary": "Origin",
            }
        return self._for_all if self._any else {"Vary": "Origin"}

    def refusal(self, request: Mapping[str, str]) -> str:
        """Return what the log says of a request whose origin may not read the answer, else an empty text."""
        if self._any:
            return ""
        origin = request.get("Origin")
        if origin is None or origin in self._named:
            return ""
        return f"origin {quoted(origin)} refused, which no --cors-origin names"

    def is_preflight(self, method: str, headers: Mapping[str, str]) -> bool:
        """Whether a browser asks for permission before it sends the request itself."""
        return method == "OPTIONS" and "Origin" in headers and _ASKED_METHOD in headers

    def preflight(self, request: Mapping[str, str], methods: Iterable[str]) -> Answer:
        """Return the answer to a preflight; to an origin that may not read answers, one that grants nothing.

        `methods` are those of the path, which are granted in addition to the one that is asked for.
        """
        headers = {**self.headers(request), "Vary": ", ".join(_PREFLIGHT_VARY)}
        if "Access-Control-Allow-Origin" in headers:
            asked = _TOKEN.findall(request.get(_ASKED_HEADERS, ""))
            headers["Access-Control-Allow-Methods"] = ", ".join(
                dict.fromkeys([*methods, *_TOKEN.findall(request[_ASKED_METHOD])])
            )
            headers["Access-Control-Allow-Headers"] = _listed(self._request_headers.split(", "), asked)
            headers["Access-Control-Max-Age"] = "600"
            if request.get(_ASKED_NETWORK) == "true":
                headers["Access-Control-Allow-Private-Network"] = "true"
        return Answer(204, b"", headers)


def _normal(origin: str) -> str:
    """Return an origin as browsers send it: in lower case, without a path and without its default port."""
    scheme, _, place = origin.lower().rstrip("/").partition("://")
    host, _, port = place.rpartition(":")
    if host and port == _DEFAULT_PORTS.get(scheme):
        place = host
    return f"{scheme}://{place}" if place else scheme


def _names_of(origin: str) -> Iterable[str]:
    """Return an origin under every name of this machine, where it has one of them."""
    match = re.fullmatch(r"(.*://)(localhost|127\.0\.0\.1|\[::1\])(:\d+)?", origin)
    return [f"{match[1]}{name}{match[3] or ''}" for name in _LOOPBACK] if match else [origin]


def _listed(first: Iterable[str], more: Iterable[str]) -> str:
    """Return names of headers as one text; the case of a name does not matter, the first spelling stays."""
    found: dict[str, str] = {}
    for name in [*first, *sorted(more)]:
        found.setdefault(name.lower(), name)
    return ", ".join(sorted(found.values()))
