"""The faults of a sandbox in a test's hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from execmock.core.faults import FaultWords
from execmock.core.faults import limits as compiled_limits
from execmock.errors import FaultError, MockError
from execmock.loading.faults import read_faults, shipped_faults
from execmock.loading.text_file import read_text_file
from execmock.testing.control import Control, path_part
from execmock.testing.evidence import MORE
from execmock.testing.requests import MockRequests
from execmock.testing.tracebacks import hides

__all__ = ["FaultLike", "FaultsLike", "MockFault", "MockFaults"]

__tracebackhide__ = hides

FaultLike = str | Mapping[str, Any] | Path
"""A fault as a mapping, or faults: a shipped file's name, YAML text, or the path of a file."""

FaultsLike = FaultLike | Iterable[FaultLike]

_PYTHONS = {"from_": "from", "for_": "for", "while_": "while"}


class MockFault:
    """A fault that was added. Its counts are read anew each time."""

    def __init__(self, control: Control, name: str) -> None:
        self._control = control
        self.name = name

    def __repr__(self) -> str:
        return f"<MockFault {self.name}>"

    @property
    def struck(self) -> int:
        """How many requests it struck."""
        return int(self._shown()["struck"])

    @property
    def seen(self) -> int:
        """How many requests it was meant for, struck or not."""
        return int(self._shown()["seen"])

    def delete(self) -> None:
        """Remove it: what comes from now on is answered. MockError where it is gone."""
        self._control.call("DELETE", f"/faults/{path_part(self.name)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.delete()
        except MockError as gone:
            if gone.status != 404:
                raise

    def _shown(self) -> Any:
        return self._control.call("GET", f"/faults/{path_part(self.name)}")


class MockFaults(Iterable[MockFault]):
    """What goes wrong in a sandbox on purpose, in the order in which it is tried."""

    def __init__(self, control: Control, words: FaultWords, requests: MockRequests) -> None:
        self._control = control
        self._words = words
        self._requests = requests

    def __iter__(self) -> Iterator[MockFault]:
        return iter([MockFault(self._control, fault["name"]) for fault in self._list()["faults"]])

    def __repr__(self) -> str:
        return f"<MockFaults {[fault.name for fault in self]}>"

    @property
    def held(self) -> list[Mapping[str, Any]]:
        """The answers that wait for the sandbox's clock: `request`, `faults`, `since` and `until` of each."""
        found: list[Mapping[str, Any]] = self._list()["held"]
        return found

    def add(self, *named: FaultLike, **fault: Any) -> MockFault:
        """Add a fault, and return it; of several in a file, the last one.

        A text before its words is its name: `add("down", refused=503)`. Alone it is that of a shipped file.
        """
        if len(named) > 1:
            raise MockError(f"one fault is added at a time; expected one name, received {len(named)}")
        if not named or (fault and isinstance(named[0], str)):
            given: FaultLike = {**({"fault": named[0]} if named else {}), **_plain(fault)}
        elif fault:
            raise MockError("a fault is given as a mapping or by its words; expected one of them")
        else:
            given = named[0]
        return MockFault(self._control, self._add(given)[-1])

    def begin(self, faults: FaultsLike) -> None:
        """Add faults that a reset of the sandbox leaves there."""
        one = isinstance(faults, str | Mapping | Path)
        for fault in [faults] if one else faults:  # type: ignore[union-attr] # one of many is no iterable here
            self._add(fault, stays="true")

    def limit(
        self,
        rate: str | None = None,
        burst: int | None = None,
        concurrency: int | None = None,
        queue: int | None = None,
    ) -> None:
        """Refuse what is over a rate such as `60/m` on the sandbox's clock, or over so many requests at once.

        The limits are there after a reset too. As many requests as `queue` says wait before any is refused.
        """
        for fault in compiled_limits(rate, burst, concurrency, queue):
            self._add(json.loads(fault.text), stays="true")

    def clear(self) -> int:
        """Remove all; return how many there were."""
        return int(self._control.call("DELETE", "/faults")["count"])

    def preview(self, *requests: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return what they will do to requests, each with `operation` and what faults look at."""
        asked = {"requests": list(requests)}
        rows: list[Mapping[str, Any]] = self._control.call("POST", "/faults/preview", asked)["requests"]
        return rows

    def assert_struck(self, name: str, times: int | None = None) -> None:
        """Fail unless a fault struck, so many times if that is said; it may have been removed since.

        It fails, too, where requests that it may have struck are no longer in the journal, and the fault,
        which counts for itself, is gone.
        """
        requests, gone = list(self._requests), sum(one.count for one in self._requests.dropped)
        in_journal = sum(name in request.faults for request in requests)
        there = [fault for fault in self._list()["faults"] if fault["name"] == name]
        own: list[int] = [fault["struck"] for fault in there]
        # Requests that asked for it by its name are in the journal alone.
        found = in_journal if in_journal == times and not gone else max([in_journal, *own])
        is_known = bool(own) or not gone
        if (times is None and found) or (found == times and is_known):
            return
        wanted = "at least once" if times is None else f"{times} times"
        if not is_known and (times is None or found <= times <= found + gone):
            lost = f"{gone} request is" if gone == 1 else f"{gone} requests are"
            raise AssertionError(
                f"the fault {name!r} was to strike {wanted}, which is not known: it is gone, and {lost}"
                f" no longer in the journal; {MORE}"
            )
        known = sorted({fault for request in requests for fault in request.faults})
        why = "".join(f"; {fault['neverStrikes']}" for fault in there if "neverStrikes" in fault)
        others = f"; of others, these did: {', '.join(known)}" if known and name not in known else ""
        raise AssertionError(
            f"the fault {name!r} was to strike {wanted}, and struck {found} times{why}{others}"
        )

    def _list(self) -> Any:
        return self._control.call("GET", "/faults")

    def _add(self, given: Any, **asked: str) -> list[str]:
        added = self._control.call("POST", "/faults", self._body(given), **asked)["faults"]
        return [fault["name"] for fault in added]

    def _body(self, given: Any) -> Mapping[str, Any]:
        if isinstance(given, Mapping):
            return {"faults": [_plain(given)]}
        if isinstance(given, Path):
            text, _ = read_text_file(given, FaultError)
            return self._read(text, str(given))
        if isinstance(given, str) and set(given) & set("\n:{"):
            return self._read(given, "faults")
        if isinstance(given, str):
            if Path(given).suffix in (".yaml", ".yml") and given not in shipped_faults():
                return self._body(Path(given))
            return {"name": given}
        raise MockError(f"{given!r} is no fault; expected a mapping, a name, YAML text or a path")

    def _read(self, text: str, file: str) -> Mapping[str, Any]:
        faults, findings = read_faults(text, file, self._words)
        if faults is None:
            raise FaultError("\n".join(finding.shown for finding in findings))
        return {"faults": [json.loads(fault.text) for fault in faults]}


def _plain(fault: Mapping[str, Any]) -> dict[str, Any]:
    """Return a fault with the words that are Python's own as files write them."""
    return {_PYTHONS.get(name, name): value for name, value in fault.items()}
