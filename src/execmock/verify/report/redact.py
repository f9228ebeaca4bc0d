"""Replaces keys and client tokens in reports by the names of variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from execmock.verify.report.model import Report
from execmock.verify.requests import CREATE

__all__ = ["Redactor"]

_SHORTEST = 6


class Redactor:
    """Replaces the secrets of one run in any text, also where they are percent-encoded."""

    def __init__(self, report: Report) -> None:
        named = {key: f"${name}" for name, key in report.secrets.items() if len(key) >= _SHORTEST}
        for token in _client_tokens(report):
            named.setdefault(token, "$CLIENT_TOKEN")
        self.names: Mapping[str, str] = {
            **{quote(key, safe=""): name for key, name in named.items()},
            **named,
        }
        """The variable, such as `$TOKEN`, that stands for each secret."""
        longest_first = sorted(self.names, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: self.names[found[0]], text)


def _client_tokens(report: Report) -> set[str]:
    tokens = (seen.at("/data/clientToken") for seen in report.journal if seen.operation == CREATE)
    return {token for token in tokens if isinstance(token, str) and len(token) >= _SHORTEST}
