"""A sandbox as one document, and back: everything in it, the scenarios it follows, its clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, NamedTuple

import msgspec

from execmock.core.clock import FASTEST, LATEST
from execmock.core.durations import format_instant
from execmock.core.execution import AnyExecution, Idempotency
from execmock.core.json_text import JsonError, decode, encode
from execmock.core.sandbox import KeptFault
from execmock.core.scenario import Scenario
from execmock.core.zones import unknown_zone
from execmock.errors import StoreError
from execmock.interfaces import Contents, Key, Put
from execmock.loading.scenarios import read_text
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import Sandbox
from execmock.service.scenarios.upload import ScenarioFinding
from execmock.service.services import Services
from execmock.stores.codec import from_data, to_data
from execmock.version import __version__

__all__ = ["Snapshots"]

_FORM = 1
_Number = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]
_RANGE = f"0 to {format_instant(LATEST)[:10]}"


class Snapshots:
    """Takes and restores snapshots. One restored and taken again is equal to the first."""

    def __init__(self, services: Services) -> None:
        self._store = services.store
        self._sandboxes = services.sandboxes
        self._registry = services.registry
        self._scenario_sync = services.scenario_sync
        self._words = services.words
        self._clock = services.clock
        self._background = services.background

    async def take(self, sandbox: Sandbox) -> dict[str, Any]:
        """Return the document. It holds what client tokens follow from, so it is as secret as they are."""
        contents = await self._contents(sandbox)
        return await self._background.run(self._document, sandbox, contents)

    async def written(self, sandbox: Sandbox) -> bytes:
        """Return the document as JSON."""
        contents = await self._contents(sandbox)
        return await self._background.run(lambda: _json(self._document(sandbox, contents)))

    async def _contents(self, sandbox: Sandbox) -> Contents:
        contents = await self._store.export(sandbox.id)
        await self._scenario_sync.know(_followed(contents))
        return contents

    def _document(self, sandbox: Sandbox, contents: Contents) -> dict[str, Any]:
        clock = sandbox.clock
        fixed = replace(clock, real=0, shown=clock.now(self._clock.now()))
        return {
            "execmock": __version__,
            "form": _FORM,
            "sandbox": to_data(replace(sandbox, clock=fixed)),
            "number": contents.number,
            "scenarios": {
                reference: self._registry.version(reference).text for reference in _followed(contents)
            },
            "values": [
                {"kind": put.key.kind, "id": put.key.id, "order": put.order, "value": to_data(put.value)}
                for put in contents.puts
            ],
        }

    async def restore(self, sandbox: Sandbox, document: Mapping[str, Any]) -> Sandbox:
        """Replace a sandbox by a document; name and keys stay. Refusal 422 when it is not a snapshot."""
        try:
            read = await self._background.run(self._read, sandbox, document)
        except (ValueError, StoreError, JsonError) as error:
            raise Refusal(
                422, "This is no snapshot of execmock", [ScenarioFinding("body", str(error))]
            ) from None
        await self._scenario_sync.refresh()
        for scenario in read.scenarios:
            self._registry.learn(scenario)
            await self._scenario_sync.keep(scenario)
        await self._sandboxes.refill(sandbox.id, read.contents)
        await self._sandboxes.change(sandbox.id, lambda _: read.sandbox)
        return read.sandbox

    def _read(self, sandbox: Sandbox, document: Mapping[str, Any]) -> _Read:
        read = msgspec.convert(document, _Document)
        restored = self._read_sandbox(sandbox, read)
        scenarios = {name: self._read_scenario(name, text) for name, text in read.scenarios.items()}
        puts = [_read_value(sandbox.id, kept, scenarios) for kept in read.values]
        _check_made(puts)
        return _Read(restored, list(scenarios.values()), Contents(read.number, puts))

    def _read_sandbox(self, sandbox: Sandbox, document: _Document) -> Sandbox:
        if document.form != _FORM:
            raise ValueError(f"its form is {document.form}, expected {_FORM}")
        read = msgspec.convert(document.sandbox, Sandbox)
        if read.timezone is not None and (wrong := unknown_zone(read.timezone)):
            raise ValueError(wrong)
        clock = read.clock
        if not (0 <= clock.shown <= LATEST and 0 <= clock.speed <= FASTEST and 0 < clock.resume <= FASTEST):
            raise ValueError(f"its clock is out of range ({_RANGE})")
        if read.faults:
            _check_faults(read.faults)
        return replace(read, id=sandbox.id, clock=replace(clock, real=self._clock.now()))

    def _read_scenario(self, reference: str, text: str) -> Scenario:
        read = read_text(text, reference, self._words)
        if read.scenario is None:
            raise ValueError(f"scenario {reference}: {read.findings[0]}")
        if read.scenario.reference != reference:
            raise ValueError(f"scenario {reference} holds {read.scenario.reference}")
        return read.scenario


class _Read(NamedTuple):
    """What a document says: the sandbox, the scenarios, all else that is in it."""

    sandbox: Sandbox
    scenarios: Sequence[Scenario]
    contents: Contents


class _Document(msgspec.Struct):
    """A snapshot as it is written."""

    form: int
    sandbox: dict[str, Any]
    number: _Number
    scenarios: dict[str, str]
    values: list[_Kept]


class _Kept(msgspec.Struct):
    """One value of a snapshot."""

    kind: str
    id: str
    order: _Number
    value: Any


def _json(document: dict[str, Any]) -> bytes:
    """Return a document as JSON, each value written by itself: other threads run in between."""
    values = b",".join(map(encode, document.pop("values")))
    return b'%b,"values":[%b]}' % (encode(document)[:-1], values)


def _followed(contents: Contents) -> list[str]:
    found = {put.value.scenario for put in contents.puts if isinstance(put.value, AnyExecution)}
    return sorted(found)


def _read_value(sandbox: str, kept: _Kept, scenarios: Mapping[str, Scenario]) -> Put:
    value = from_data(kept.kind, kept.value)
    if isinstance(value, AnyExecution):
        scenario = scenarios.get(value.scenario)
        if scenario is None:
            raise ValueError(f"it lacks the scenario {value.scenario} of {kept.id}")
        visits = value.progress.visits
        if not visits or not all(0 <= visit.step < len(scenario.steps) for visit in visits):
            raise ValueError(f"{kept.id} stands in no step of {value.scenario}")
        if not all(0 <= instant <= LATEST for instant in (value.created_at, *(visit.at for visit in visits))):
            raise ValueError(f"{kept.id} has an instant out of range ({_RANGE})")
        if value.zone is not None and (wrong := unknown_zone(value.zone)):
            raise ValueError(f"{kept.id}: {wrong}")
        msgspec.convert(decode(value.body), dict)
        value = replace(value, sandbox=sandbox)
    return Put(Key(sandbox, kept.kind, kept.id), value, kept.order)


def _check_faults(faults: Sequence[KeptFault]) -> None:
    """Raise ValueError for a fault that cannot be one: what was kept has been checked, a document not."""
    # Imported here: most snapshots have none.
    from execmock.core.faults import fault_of_text

    for kept in faults:
        fault = fault_of_text(kept.text)
        if fault.name != kept.name or not 0 <= kept.added <= LATEST:
            raise ValueError(f"its fault {kept.name!r} is none")


def _check_made(puts: Sequence[Put]) -> None:
    """Raise ValueError when an idempotency key stands for an execution that is not there."""
    there = {put.key.id for put in puts}
    for put in puts:
        if isinstance(put.value, Idempotency) and put.value.made not in there:
            raise ValueError(f"it lacks the execution {put.value.made}")
