"""A sandbox as one document, and back: everything in it, the scenarios it follows, its clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from execmock import __version__
from execmock.core.clock import ClockState
from execmock.core.scenario import Scenario
from execmock.errors import StoreError
from execmock.loading.scenarios import Vocabularies, read_text
from execmock.ports import Clock, Contents, Key, Put, Store
from execmock.service.keeper import Keeper
from execmock.service.library import Library
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import Sandbox, Sandboxes
from execmock.stores.codec import from_data, to_data

__all__ = ["Snapshots"]

_FORM = 1


class Snapshots:
    """Takes and restores snapshots. One restored and taken again is equal to the first."""

    def __init__(
        self,
        store: Store,
        sandboxes: Sandboxes,
        library: Library,
        keeper: Keeper,
        words: Vocabularies,
        clock: Clock,
    ) -> None:
        self._store = store
        self._sandboxes = sandboxes
        self._library = library
        self._keeper = keeper
        self._words = words
        self._clock = clock

    async def take(self, sandbox: Sandbox) -> dict[str, Any]:
        """Return the document. It holds what client tokens follow from, so it is as secret as they are."""
        contents = await self._store.export(sandbox.id)
        await self._keeper.know(_followed(contents))
        clock = sandbox.clock
        fixed = replace(clock, real=0, shown=clock.now(self._clock.now()))
        return {
            "execmock": __version__,
            "form": _FORM,
            "sandbox": to_data(replace(sandbox, clock=fixed)),
            "number": contents.number,
            "scenarios": {
                reference: self._library.version(reference).text for reference in _followed(contents)
            },
            "values": [
                {"kind": put.key.kind, "id": put.key.id, "order": put.order, "value": to_data(put.value)}
                for put in contents.puts
            ],
        }

    async def restore(self, sandbox: Sandbox, document: Mapping[str, Any]) -> Sandbox:
        """Replace a sandbox by a document; name and keys stay. Refusal 422 when it is not a snapshot."""
        try:
            restored = self._read_sandbox(sandbox, document)
            scenarios = [self._read_scenario(ref, text) for ref, text in document["scenarios"].items()]
            puts = list(_read_values(sandbox.id, document["values"]))
            number = int(document["number"])
        except (KeyError, TypeError, ValueError, AttributeError, StoreError) as error:
            raise Refusal(422, f"This is not a snapshot of execmock: {error}") from None
        for scenario in scenarios:
            self._library.learn(scenario)
            await self._keeper.keep(scenario)
        await self._store.restore(sandbox.id, Contents(number, puts))
        await self._sandboxes.change(sandbox.id, lambda _: restored)
        return restored

    def _read_sandbox(self, sandbox: Sandbox, document: Mapping[str, Any]) -> Sandbox:
        if document["form"] != _FORM:
            raise ValueError(f"its form is {document['form']}, expected {_FORM}")
        read = msgspec.convert(document["sandbox"], Sandbox)
        clock: ClockState = replace(read.clock, real=self._clock.now())
        return replace(read, id=sandbox.id, clock=clock)

    def _read_scenario(self, reference: str, text: str) -> Scenario:
        read = read_text(text, reference, self._words)
        if read.scenario is None:
            raise ValueError(f"scenario {reference}: {read.problems[0]}")
        return read.scenario


def _followed(contents: Contents) -> list[str]:
    found = {put.value.scenario for put in contents.puts if hasattr(put.value, "scenario")}
    return sorted(found)


def _read_values(sandbox: str, values: Sequence[Mapping[str, Any]]) -> Iterator[Put]:
    for entry in values:
        value = from_data(entry["kind"], entry["value"])
        if hasattr(value, "sandbox"):
            value = replace(value, sandbox=sandbox)
        yield Put(Key(sandbox, entry["kind"], entry["id"]), value, int(entry["order"]))
