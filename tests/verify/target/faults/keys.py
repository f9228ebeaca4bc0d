"""Keys that open too much or too little."""

from __future__ import annotations

import re

from ..behaviour import Behaviour
from ..catalogue import fault
from ..values import Answer, Key, RefusalError, Request


class Keyless(Behaviour):
    """Serves one operation without a key, as organization A."""

    method, segments = "", 0

    def no_key(self, request: Request) -> Key:
        if (request.method, len(request.segments)) == (self.method, self.segments):
            return self.keys[0]
        return super().no_key(request)


@fault("list-without-key", "The list needs no key.", "auth.missing")
class ListWithoutKey(Keyless):
    method, segments = "GET", 2


@fault("read-without-key", "A private read needs no key.", "auth.missing")
class ReadWithoutKey(Keyless):
    method, segments = "GET", 3


@fault("create-without-key", "A create needs no key.", "auth.missing")
class CreateWithoutKey(Keyless):
    method, segments = "POST", 2


@fault("embed-without-key", "An embed execution needs no key.", "embed.auth")
class EmbedWithoutKey(Keyless):
    method, segments = "POST", 5

    def identify_embed(self, request: Request) -> None:
        if "Authorization" in request.headers:
            super().identify_embed(request)


@fault("any-key", "Any text behind Bearer is a key.", "auth.garbage", also=("embed.auth",))
class AnyKey(Behaviour):
    def bad_key(self, request: Request) -> Key:
        return self.keys[0] if self.bearer(request) else super().bad_key(request)


@fault(
    "bad-key-400",
    "A bad key is answered with 400.",
    "auth.garbage",
    also=(
        "embed.auth",
        "public.wrong-token",
        "auth.wrong-scheme",
    ),
)
class BadKey400(Behaviour):
    def bad_key(self, request: Request) -> Key:
        raise RefusalError(400, "The key is not valid")


@fault("any-scheme", "The word before the key does not matter.", "auth.wrong-scheme", also=("embed.auth",))
class AnyScheme(Behaviour):
    def bearer(self, request: Request) -> str | None:
        found = re.fullmatch(r"(?:\w+ +)?(\S+) *", request.headers.get("Authorization", ""))
        return found[1] if found else None


@fault("read-key-creates", "A read key may create.", "auth.read-scope")
class ReadKeyCreates(Behaviour):
    def check_may_create(self, key: Key) -> None:
        pass


@fault("public-wants-good-key", "The public read refuses a bad key.", "auth.public-ignores-bearer")
class PublicWantsGoodKey(Behaviour):
    async def get_public_execution(self, request: Request) -> Answer:
        if "Authorization" in request.headers:
            self.identify(request)
        return await super().get_public_execution(request)


@fault(
    "public-key-instead-of-token",
    "A good key opens the public view, whatever the token.",
    "public.wrong-token",
    "auth.public-ignores-bearer",
)
class PublicKeyInsteadOfToken(Behaviour):
    async def get_public_execution(self, request: Request) -> Answer:
        execution = self.shelf.executions.get(request.segments[-1])
        if execution and self.key_of(request):
            return self.public_answer(request, execution)
        return await super().get_public_execution(request)
