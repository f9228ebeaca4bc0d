"""Options that a command has and another way of giving them has not, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ABSENT"]

_ONE_ADDRESS = "a mock in a test serves everything at one address"
_ONE_PROCESS = "a mock in a test lives in the process of the test"

_NO_UPSTREAM = "a test calls what is not the mock's at its own address"

_NO_TLS = "a test calls the mock on its own machine, without TLS"

_NO_STRANGERS = "its clients are the test's own, and end with it"

ABSENT: Mapping[str, Mapping[str, str]] = {
    "ExecMock": {
        "embed_port": _ONE_ADDRESS,
        "control_port": _ONE_ADDRESS,
        "tls": _NO_TLS,
        "tls_cert": _NO_TLS,
        "tls_key": _NO_TLS,
        "control_key": "the test itself is who controls the mock",
        "console": "it is always there, at /_execmock/",
        "open": "there is no one in front of a test",
        "store": "what a test leaves is forgotten; snapshot() and restore() keep it in between",
        "store_wait": "what a test leaves is forgotten, by replicas too",
        "workers": _ONE_PROCESS,
        "head_timeout": _NO_STRANGERS,
        "body_rate": _NO_STRANGERS,
        "max_snapshot": _NO_STRANGERS,
        "loop": _ONE_PROCESS,
        "upstream": _NO_UPSTREAM,
        "upstream_ca": _NO_UPSTREAM,
        "upstream_cert": _NO_UPSTREAM,
        "upstream_key": _NO_UPSTREAM,
        "upstream_insecure": _NO_UPSTREAM,
        "log_format": "nothing is logged; requests and the report of a failed test show what came",
        "quiet": "nothing is logged; requests and the report of a failed test show what came",
        "moves": "nothing is logged; requests and the report of a failed test show what came",
    },
    "ini": {
        "keys": "each sandbox has a key of its own",
    },
    "verify": {
        "reports": "it returns the report in place of writing files",
        "verbose": "the report that it returns has everything",
    },
    "pytest": {
        "only": "-k and -m pick the rules",
        "skip": "-k and -m pick the rules",
        "probes": "only the command that a failed test names sends less",
        "reports": "pytest reports",
        "verbose": "a failed test tells every finding",
    },
}
"""Options by field, with the reason why they are not there.

`ExecMock` and `verify` are the calls, `ini` is what pytest's ini options lack beyond the former, `pytest`
what its flags for the suite of rules lack.
"""
