"""Makes texts fit for reports: without keys and client tokens, and without what steers a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from execmock.core.secrets import SHORTEST, without_secrets
from execmock.errors import visible, visible_line
from execmock.verify.report.model import Report
from execmock.verify.requests import CREATE

__all__ = ["Redactor"]

_KNOWN_AS = {"TOKEN_TIME": "TOKEN"}
"""Keys of the run's own that a reader has no other of than the one on the right."""


class Redactor:
    """Makes any text of a service fit for every form of report: readable, and without the run's secrets."""

    def __init__(self, report: Report) -> None:
        named = {
            key: f"${_KNOWN_AS.get(name, name)}"
            for name, key in report.secrets.items()
            if len(key) >= SHORTEST
        }
        for token in _client_tokens(report):
            named.setdefault(token, "$CLIENT_TOKEN")
        self.names: Mapping[str, str] = {
            **{quote(key, safe=""): name for key, name in named.items()},
            **named,
        }
        """The variable, such as `$TOKEN`, that stands for each secret."""
        self._secrets = named

    def __call__(self, text: str) -> str:
        """Return the text without secrets, with escapes for what cannot be shown or written everywhere."""
        return visible(self.exactly(text))

    def line(self, text: str) -> str:
        """Return the text as it can stand within a line: breaks are escapes too."""
        return visible_line(self.exactly(text))

    def exactly(self, text: str) -> str:
        """Return the text without secrets, else unchanged; they are found in any encoding."""
        return without_secrets(text, self._secrets)


def _client_tokens(report: Report) -> set[str]:
    tokens = (seen.at("/data/clientToken") for seen in report.journal if seen.operation == CREATE)
    return {token for token in tokens if isinstance(token, str) and len(token) >= SHORTEST}
