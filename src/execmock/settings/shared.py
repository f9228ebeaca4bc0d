"""Options that several commands share, each declared once: the arguments of `option` for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

from execmock.settings.kinds import FLAG, HOST, PATH, PORT, REPORTS, TEXT, URL, Kind, choice

__all__ = [
    "CA",
    "CERT",
    "CERT_KEY",
    "EMBED_UPSTREAM",
    "INSECURE",
    "JUDGED_BY",
    "LEVEL",
    "ONLY",
    "PROXY_HOST",
    "PROXY_PORT",
    "REPORT",
    "SKIP",
    "WAIVE",
    "Level",
]

Level = Literal["documented", "expected", "advisory"]
"""How sure a fact is, from what is documented to advice."""

Declared = Mapping[str, Any]


def _declared(default: Any, kind: Kind, about: str, **more: Any) -> Declared:
    return {"default": default, "kind": kind, "about": about, **more}


EMBED_UPSTREAM: Final = _declared(
    *(None, URL, "Address of the service's embed API, where that is another one."),
    name="embed-upstream",
    variable="EXECMOCK_EMBED_UPSTREAM",
)
PROXY_HOST: Final = _declared("127.0.0.1", HOST, "Address to listen on.", variable="EXECMOCK_PROXY_HOST")
PROXY_PORT: Final = _declared(
    4011, PORT, "Port to listen on; 0 picks a free one.", variable="EXECMOCK_PROXY_PORT"
)
JUDGED_BY: Final = _declared(
    None, PATH, "Judge by a contract of your own: a copy of openapi.yaml, changed or extended."
)
LEVEL: Final = _declared(
    "expected",
    choice(*get_args(Level)),
    "What counts as a violation: what the vendors' pages say, what is expected of such services as well, or "
    "advice too.",
)
ONLY: Final = _declared(
    (), TEXT, "Judge only this rule, area, tag or operation; `execmock verify --rules` lists them.", many=True
)
SKIP: Final = _declared(
    (), TEXT, "Leave out this rule, area, tag or operation; `execmock verify --rules` lists them.", many=True
)
WAIVE: Final = _declared(None, PATH, "File of accepted violations: rule, reason, expires.")
CA: Final = _declared(None, PATH, "Certificates to trust, as PEM, in place of the system's.")
CERT: Final = _declared(None, PATH, "Client certificate to show, as PEM, with its key or --key.")
CERT_KEY: Final = _declared(
    None, PATH, "Key of the client certificate, as PEM.", variable="EXECMOCK_CERT_KEY"
)
INSECURE: Final = _declared(False, FLAG, "Check no certificates; the report says so.")
REPORT: Final = _declared(
    *((), REPORTS, "Write a report: junit, json, html, markdown, sarif or har."), name="report", many=True
)
