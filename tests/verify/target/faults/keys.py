"""Keys that open too much or too little."""

from __future__ import annotations

import re
from dataclasses import replace
from fnmatch import fnmatchcase
from urllib.parse import unquote

from ..behaviour import Behaviour
from ..catalogue import fault
from ..parts.ground import KEY_EMBED
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


@fault("head-without-key", "HEAD needs no key.", "http.head-guarded")
class HeadWithoutKey(Behaviour):
    def no_key(self, request: Request) -> Key:
        return self.keys[0] if request.headers.get("X-Was") == "HEAD" else super().no_key(request)

    async def route(self, request: Request) -> Answer:
        if request.method != "HEAD":
            return await super().route(request)
        read = replace(request, method="GET", headers={**request.headers, "X-Was": "HEAD"})
        return replace(await super().route(read), body=b"")


@fault(
    "read-key-repeats",
    "A key that may only read gets the answer to a create that is known.",
    "auth.read-scope",
)
class ReadKeyRepeats(Behaviour):
    async def create_execution(self, request: Request) -> Answer:
        key = self.identify(request)
        if not key.writes and (known := self.repeated(key, self.accepted(self.read_json(request)))):
            return self.created_answer(request, known)
        return await super().create_execution(request)


@fault("create-without-key", "A create needs no key.", "auth.missing")
class CreateWithoutKey(Keyless):
    method, segments = "POST", 2


@fault("embed-without-key", "An embed execution needs no key.", "embed.auth")
class EmbedWithoutKey(Keyless):
    method, segments = "POST", 5

    def identify_embed(self, request: Request) -> None:
        if "Authorization" in request.headers:
            super().identify_embed(request)


@fault("any-key", "Any text behind Bearer is a key.", "auth.garbage", also=("auth.exact-key", "embed.auth"))
class AnyKey(Behaviour):
    def bad_key(self, request: Request) -> Key:
        return self.keys[0] if self.bearer(request) else super().bad_key(request)


@fault(
    "bad-key-400",
    "A bad key is answered with 400.",
    "auth.garbage",
    also=(
        "auth.exact-key",
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


class Loose(Behaviour):
    """Takes for a key what is like one."""

    def like(self, text: str, key: str) -> bool:
        """Return whether a text counts as the key."""
        return text == key

    def key_of(self, request: Request) -> Key | None:
        text = self.bearer(request) or ""
        return next((key for key in self.keys if text and self.like(text, key.text)), None)


@fault("api-key-any-case", "Keys are compared without case.", "auth.exact-key")
class ApiKeyAnyCase(Loose):
    def like(self, text: str, key: str) -> bool:
        return text.lower() == key.lower()


@fault("api-key-cut", "The first half of a key, or more of it, is enough.", "auth.exact-key")
class ApiKeyCut(Loose):
    def like(self, text: str, key: str) -> bool:
        return key.startswith(text) and len(text) >= len(key) // 2


@fault("api-key-longer", "A key with more behind it is a key.", "auth.exact-key")
class ApiKeyLonger(Loose):
    def like(self, text: str, key: str) -> bool:
        return text.startswith(key)


@fault("api-key-end", "The second half of a key, or more of it, is enough.", "auth.exact-key")
class ApiKeyEnd(Loose):
    def like(self, text: str, key: str) -> bool:
        return key.endswith(text) and len(text) >= len(key) // 2


@fault("api-key-pattern", "Keys are looked up as patterns.", "auth.exact-key")
class ApiKeyPattern(Loose):
    def like(self, text: str, key: str) -> bool:
        return fnmatchcase(key, text)


@fault("api-key-like", "Keys are looked up with LIKE.", "auth.exact-key")
class ApiKeyLike(Loose):
    def like(self, text: str, key: str) -> bool:
        pattern = re.escape(text).replace("%", ".*").replace("_", ".")
        return re.fullmatch(pattern, key) is not None


@fault("api-key-decoded", "Keys are percent-decoded before they are compared.", "auth.exact-key")
class ApiKeyDecoded(Loose):
    def like(self, text: str, key: str) -> bool:
        return unquote(text) == key


@fault("api-key-true", "The texts true and 0 open as they do where types are juggled.", "auth.exact-key")
class ApiKeyTrue(Loose):
    def like(self, text: str, key: str) -> bool:
        return text in (key, "true", "0")


@fault(
    "embed-key-any-case",
    "The key of the embed API is compared without case.",
    "embed.auth",
    also=("auth.exact-key",),
)
class EmbedKeyAnyCase(Behaviour):
    def identify_embed(self, request: Request) -> None:
        if (self.bearer(request) or "").lower() != KEY_EMBED.lower():
            super().identify_embed(request)


@fault("read-key-lists-nothing", "A read key may not list.", "auth.read-scope")
class ReadKeyListsNothing(Behaviour):
    async def list_executions(self, request: Request) -> Answer:
        if not self.identify(request).writes:
            raise RefusalError(403, "The key may not list executions")
        return await super().list_executions(request)


@fault("read-key-unknown-to-list", "The list takes a read key for none.", "auth.read-scope")
class ReadKeyUnknownToList(Behaviour):
    async def list_executions(self, request: Request) -> Answer:
        key = self.identify(request)
        if not key.writes:
            self.bad_key(request)
        return await super().list_executions(request)


@fault("read-key-reads-nothing", "A read key may list, but not read one execution.", "auth.read-scope")
class ReadKeyReadsNothing(Behaviour):
    async def get_execution(self, request: Request) -> Answer:
        if not self.identify(request).writes:
            raise RefusalError(403, "The key may not read an execution")
        return await super().get_execution(request)


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
