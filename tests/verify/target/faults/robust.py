"""Input that breaks the server."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

from ..behaviour import Behaviour
from ..catalogue import fault
from ..texts import depth, write_json
from ..values import Answer, RefusalError, Request


class Fragile(Behaviour):
    """Answers 500 to bodies that it cannot bear."""

    def decode(self, body: bytes) -> object:
        self.bear(body)
        value = super().decode(body)
        self.bear_value(value)
        return value

    def bear(self, body: bytes) -> None:
        """Break on bytes."""

    def bear_value(self, value: object) -> None:
        """Break on a JSON value."""


def broken(cause: str) -> RefusalError:
    """Return the answer of a server that broke."""
    return RefusalError(500, cause)


@fault("nul-500", "A NUL character breaks the server.", "robust.no-5xx")
class Nul500(Fragile):
    def bear_value(self, value: object) -> None:
        if "\\u0000" in json.dumps(value):
            raise broken("invalid byte sequence")


@fault("deep-500", "A deeply nested body breaks the server.", "robust.no-5xx")
class Deep500(Fragile):
    def bear(self, body: bytes) -> None:
        if body.count(b"[") > 1000 or body.count(b"{") > 1000:
            raise broken("stack overflow")


@fault("deep-value-500", "An object nested 30 levels breaks the server.", "robust.no-5xx")
class DeepValue500(Fragile):
    def bear_value(self, value: object) -> None:
        if depth(value) > 30:
            raise broken("recursion limit")


@fault("surrogate-500", "A lone surrogate breaks the server.", "robust.no-5xx")
class Surrogate500(Fragile):
    def bear(self, body: bytes) -> None:
        try:
            write_json(json.loads(body)).encode()
        except UnicodeEncodeError as error:
            raise broken("surrogates not allowed") from error
        except (ValueError, RecursionError):
            return


@fault("non-ascii-500", "A character outside Latin-1 breaks the server.", "robust.no-5xx")
class NonAscii500(Fragile):
    def bear_value(self, value: object) -> None:
        if any(ord(character) > 255 for character in write_json(value)):
            raise broken("codec can't encode character")


@fault("broken-json-500", "Broken JSON breaks the server.", "robust.no-5xx", "http.malformed-json")
class BrokenJson500(Fragile):
    def bear(self, body: bytes) -> None:
        try:
            json.loads(body)
        except ValueError as error:
            raise broken("unexpected token") from error
        except RecursionError:
            return


@fault("empty-body-500", "An empty body breaks the server.", "robust.no-5xx", "create.body-object")
class EmptyBody500(Behaviour):
    def read_json(self, request: Request) -> object:
        if request.body == b"":
            raise broken("unexpected end of input")
        return super().read_json(request)


@fault("list-body-500", "A body that is a list breaks the server.", "robust.no-5xx", "create.body-object")
class ListBody500(Behaviour):
    def accepted(self, sent: object) -> dict[str, object]:
        if isinstance(sent, list):
            raise broken("list has no attribute get")
        return super().accepted(sent)


@fault("big-number-500", "A number of more than 64 bits in a payload breaks the server.", "robust.no-5xx")
class BigNumber500(Fragile):
    def bear_value(self, value: object) -> None:
        if any(abs(number) > 2**64 for number in _integers(value)):
            raise broken("number out of range")


def _integers(value: object) -> list[int]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for inner in value for number in _integers(inner)]
    return [value] if type(value) is int else []


@fault("duplicate-names-500", "An object that names a member twice breaks the server.", "robust.no-5xx")
class DuplicateNames500(Fragile):
    def bear(self, body: bytes) -> None:
        try:
            json.loads(body, object_pairs_hook=self._unique)
        except (ValueError, RecursionError):
            return

    def _unique(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        if any(count > 1 for count in Counter(name for name, _ in pairs).values()):
            raise broken("duplicate key")
        return dict(pairs)


@fault("long-text-500", "A string of more than 1000 characters breaks the server.", "robust.no-5xx")
class LongText500(Fragile):
    def bear_value(self, value: object) -> None:
        if isinstance(value, dict) and any(len(v) > 1000 for v in value.values() if isinstance(v, str)):
            raise broken("value too long for type character varying")


@fault("odd-id-500", "An id that is not made of letters breaks the server.", "robust.no-5xx")
class OddId500(Behaviour):
    async def get_execution(self, request: Request) -> Answer:
        if not request.segments[-1].isprintable() or not request.segments[-1].isascii():
            raise broken("invalid id")
        return await super().get_execution(request)


@fault(
    "busy-500",
    "More than four creates at once break the server.",
    "robust.concurrent-creates",
    also=("robust.no-5xx",),
)
class Busy500(Behaviour):
    busy = 0

    async def create_execution(self, request: Request) -> Answer:
        self.busy += 1
        try:
            if self.busy > 4:
                raise broken("too many connections")
            await asyncio.sleep(0.01)
            return await super().create_execution(request)
        finally:
            self.busy -= 1


@fault(
    "empty-name-500",
    "An empty member name in a payload breaks the server.",
    "robust.no-5xx",
)
class EmptyName500(Fragile):
    def bear_value(self, value: object) -> None:
        if isinstance(value, dict) and "" in (
            *value.get("requestPayload", {}),
            *value.get("clientSafeMetadata", {}),
        ):
            raise broken("zero-length identifier")


@fault(
    "empty-text-500",
    "An empty string in sourceEntityType breaks the server.",
    "robust.no-5xx",
)
class EmptyText500(Fragile):
    def bear_value(self, value: object) -> None:
        if isinstance(value, dict) and value.get("sourceEntityType") == "":
            raise broken("check constraint violated")


@fault(
    "digit-first-500", "A sourceSystem that begins with a digit breaks the server.", "generated.conformance"
)
class DigitFirst500(Fragile):
    def bear_value(self, value: object) -> None:
        if isinstance(value, dict) and str(value.get("sourceSystem", ""))[:1].isdigit():
            raise broken("not an identifier")


@fault("digit-first-refused", "A sourceSystem that begins with a digit is refused.", "generated.accepts")
class DigitFirstRefused(Behaviour):
    def violations(self, sent: dict[str, object]) -> list[str]:
        begins = str(sent.get("sourceSystem", ""))[:1].isdigit()
        return super().violations(sent) + ["sourceSystem must begin with a letter"] * begins
