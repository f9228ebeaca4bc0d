"""Bodies that change on the way into a database and out of it."""

from __future__ import annotations

import re

from ..catalogue import fault
from ..texts import canonical
from .creating import Rewriting


class EchoCuts(Rewriting):
    """Keeps the beginning of each text, as a column of a database does."""

    longest = 255

    def rewrite(self, value: object) -> object:
        return value[: self.longest] if isinstance(value, str) else value


@fault(
    "echo-cuts-at-255",
    "Texts are cut at 255 characters.",
    "create.echo",
    also=("create.read-your-write",),
)
class EchoCutsAt255(EchoCuts):
    pass


@fault(
    "echo-cuts-at-65535",
    "Texts in payloads are cut at 65535 characters.",
    "create.echo",
    also=("create.read-your-write",),
)
class EchoCutsAt65535(EchoCuts):
    longest = 65535


@fault(
    "echo-snake-case",
    "The names in payloads are written in snake case.",
    "create.echo",
    also=("create.read-your-write",),
)
class EchoSnakeCase(Rewriting):
    def rewrite(self, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower(): each for name, each in value.items()}


@fault(
    "echo-sorts-lists",
    "Lists in payloads are kept as sets.",
    "create.echo",
    also=("create.read-your-write",),
)
class EchoSortsLists(Rewriting):
    def rewrite(self, value: object) -> object:
        return sorted(value, key=canonical) if isinstance(value, list) else value
