"""Names in templates: which there are, and what they stand for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from execmock.errors import listed, nearest, quoted

__all__ = ["Names", "look_up"]

_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Names:
    """The names a template may use: first part, then what may follow it. None: anything may."""

    valid: Mapping[str, Collection[str] | None]

    def problem(self, name: tuple[str, ...]) -> str | None:
        """Return what is wrong with a dotted name, or None."""
        root, *rest = name
        if root not in self.valid:
            hint = nearest(root, self.valid)
            return f"unknown name {quoted(root)}; expected one of {listed(self.valid)}.{hint}"
        known = self.valid[root]
        if known is None:
            return None
        if not rest or rest[0] not in known:
            hint = nearest(rest[0] if rest else "", known)
            return f"unknown name {quoted('.'.join(name))}.{hint} Valid: {listed(sorted(known))}"
        if root == "steps" and rest[1:] != ["at"]:
            return f"unknown name {quoted('.'.join(name))}; expected steps.{rest[0]}.at"
        return None


def look_up(name: tuple[str, ...], context: Mapping[str, Any]) -> Any:
    """Return what a name stands for, None if it has no value. A number leads to an item of a list."""
    found: Any = context
    for part in name:
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and len(part) <= _MOST_DIGITS:
            position = int(part)
            found = found[position] if position < len(found) else None
        else:
            return None
    return found
