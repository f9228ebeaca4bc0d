"""Known violations that are accepted until a date: rule, reason, expiry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from execmock.core.durations import parse_instant
from execmock.errors import ConfigError, nearest
from execmock.loading.yaml_marks import Marked, load_marked_file
from execmock.verify.outcome import Outcome, RuleResult

__all__ = ["Waiver", "load_waivers", "waive"]

_DAY = 86_400_000
_MEMBERS = ("rule", "reason", "expires")


@dataclass(frozen=True, slots=True)
class Waiver:
    """One rule that may fail. `expires` is a date as text, `expired` whether it has passed."""

    rule: str
    reason: str
    expires: str
    expired: bool = False


def load_waivers(path: Path, known: Iterable[str], now: int) -> tuple[Waiver, ...]:
    """Read a YAML list of rule, reason and expiry date; `now` is in milliseconds since 1970.

    ConfigError says with file:line:column what does not fit. A waiver holds to the end of its day, in UTC.
    """
    file = load_marked_file(path)
    return tuple(_read(file, frozenset(known), now))


def _read(file: Marked, known: frozenset[str], now: int) -> Iterator[Waiver]:
    entries = file.data or []
    if not isinstance(entries, list):
        raise ConfigError(
            "expected a list of waivers, each with rule, reason and expires", place=file.place()
        )
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict) or set(entry) != set(_MEMBERS):
            raise ConfigError(f"a waiver has exactly {', '.join(_MEMBERS)}", place=file.place((number,)))
        name = entry["rule"]
        if name not in known:
            raise ConfigError(
                f"{name!r} is not a rule.{nearest(str(name), known)}", place=file.place((number, "rule"))
            )
        reason = entry["reason"]
        if not isinstance(reason, str) or not reason.strip():
            raise ConfigError("expected a reason in words", place=file.place((number, "reason")))
        day = _day(entry["expires"])
        if day is None:
            said = f"expires is {entry['expires']!r}; expected a date such as 2026-12-31"
            raise ConfigError(said, place=file.place((number, "expires")))
        yield Waiver(name, reason, day, expired=now >= parse_instant(f"{day}T00:00:00Z") + _DAY)


def _day(value: Any) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def waive(results: Iterable[RuleResult], waivers: Iterable[Waiver]) -> tuple[RuleResult, ...]:
    """Return the results with failed rules waived whose waiver still holds."""
    given = {waiver.rule: waiver for waiver in waivers}
    return tuple(_waive(result, given.get(result.rule.id)) for result in results)


def _waive(result: RuleResult, waiver: Waiver | None) -> RuleResult:
    if waiver is None or result.outcome is not Outcome.FAILED:
        return result
    if waiver.expired:
        return replace(result, reason=f"its waiver expired on {waiver.expires}: {waiver.reason}")
    return replace(result, outcome=Outcome.WAIVED, reason=f"{waiver.reason} (until {waiver.expires})")
