"""Kept values as JSON-like data for snapshots, and as bytes for databases; and back."""

from __future__ import annotations

from typing import Any

import msgspec

from execmock.core.apis import APIS
from execmock.core.bounded_cache import BoundedCache
from execmock.core.draw_seeds import DrawSeries
from execmock.core.execution import EmbedExecution, Execution, Idempotency
from execmock.core.fault_count import FaultCount
from execmock.core.id_holders import IdHolders, RestoredIds
from execmock.core.json_text import decode_kept, encode
from execmock.core.request_counts import RequestCount
from execmock.core.sandbox import ApiKey, Sandbox
from execmock.core.shared_scenarios import ScenarioText, SharedScenarios
from execmock.core.world_origin import WorldOrigin
from execmock.errors import StoreError, nearest

__all__ = ["KINDS", "LOGS", "LONGEST_KEPT", "DecodeCache", "from_data", "pack", "to_data", "unpack"]

_TYPES: dict[str, type] = {
    **{kind.api.kind: kind for kind in (Execution, EmbedExecution)},
    **{api.keys: Idempotency for api in APIS.values()},
    "draw": DrawSeries,
    "fault-count": FaultCount,
    "id-holders": IdHolders,
    "shared-scenarios": SharedScenarios,
    "key": ApiKey,
    "request-count": RequestCount,
    "restored-ids": RestoredIds,
    "sandbox": Sandbox,
    "scenario": ScenarioText,
    "world": WorldOrigin,
}
KINDS = tuple(_TYPES)
"""Every kind of value that stores keep. A kind that is missing here is refused, never half kept."""
LOGS = ("change", "journal", "misspelling", "violation")
"""Every log that stores keep."""

_ENCODER = msgspec.msgpack.Encoder()
_DECODERS: dict[str, msgspec.msgpack.Decoder[Any]] = {
    kind: msgspec.msgpack.Decoder(cls) for kind, cls in _TYPES.items()
}
_JSON_BEGINS = ord("{")


def to_data(value: Any) -> Any:
    """Return a kept value as JSON-like data; bytes become base64."""
    return msgspec.to_builtins(value)


def from_data(kind: str, data: Any) -> Any:
    """Return the value of a kind that `to_data` gave; StoreError when the data is not one."""
    if kind not in _TYPES:
        known = ", ".join(_TYPES)
        raise StoreError(f"unknown kind {kind!r}; expected one of {known}.{nearest(kind, _TYPES)}")
    try:
        return msgspec.convert(data, _TYPES[kind])
    except msgspec.ValidationError as error:
        raise StoreError(f"not a kept {kind}: {error}") from None


def pack(value: Any) -> bytes:
    """Return a kept value as bytes: MessagePack, or JSON where an integer is too long for it."""
    try:
        return _ENCODER.encode(value)
    except OverflowError:
        return encode(to_data(value))


LONGEST_KEPT = 1 << 14
"""Bytes of a packed value that is kept decoded: so many of these are small, whatever clients send."""


class DecodeCache:
    """Values by their bytes, those decoded last: equal bytes give the very same value again, if they are few.

    So a value that is read twice is decoded once, and a cache of what follows from a value can tell by
    its identity whether it changed.
    """

    def __init__(self, most: int = 20_000) -> None:
        self._values: BoundedCache[bytes, Any] = BoundedCache(most)

    def value(self, kind: str, data: bytes, skip: int = 0) -> Any:
        """Return the value of a kind whose packed bytes begin after `skip` others."""
        value = self._values.get(data)
        if value is None:
            value = unpack(kind, data[skip:])
            if len(data) <= LONGEST_KEPT:
                self._values.keep(data, value)
        return value


def unpack(kind: str, data: bytes) -> Any:
    """Return the value of a kind that `pack` gave; StoreError when the bytes are not one."""
    # A packed value is a map, and no map of MessagePack begins as JSON does.
    if data[0] == _JSON_BEGINS:
        return from_data(kind, decode_kept(data))
    try:
        return _DECODERS[kind].decode(data)
    except msgspec.MsgspecError as error:
        raise StoreError(f"not a kept {kind}: {error}") from None
