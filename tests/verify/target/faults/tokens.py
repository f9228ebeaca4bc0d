"""Client tokens that are not asked for, not compared, or not secret."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

from ..behaviour import Behaviour
from ..catalogue import fault
from ..values import Answer, Execution, Key, RefusalError, Request


@fault(
    "token-not-needed",
    "The public read needs no token.",
    "public.token-required",
    also=("public.token-forms",),
)
class TokenNotNeeded(Behaviour):
    def no_token(self, request: Request) -> Answer:
        execution = self.shelf.executions.get(request.segments[-1])
        return self.public_answer(request, execution) if execution else super().no_token(request)


@fault("empty-token-opens", "An empty token opens every execution.", "public.token-required")
class EmptyTokenOpens(TokenNotNeeded):
    def no_token(self, request: Request) -> Answer:
        return super().no_token(request) if "token" in request.query else Behaviour.no_token(self, request)


@fault(
    "any-token",
    "Any token opens every execution.",
    "public.wrong-token",
    also=(
        "auth.public-ignores-bearer",
        "public.token-binding",
        "public.token-case",
        "public.token-forms",
        "public.token-prefix",
    ),
)
class AnyToken(Behaviour):
    def opens(self, token: str, execution: Execution) -> bool:
        return True


@fault(
    "wrong-token-404",
    "A wrong token is answered with 404.",
    "public.wrong-token",
    also=("public.token-binding",),
)
class WrongToken404(Behaviour):
    def wrong_token(self, request: Request, execution: Execution) -> Answer:
        raise RefusalError(404, "No such execution")

    def unknown_public(self, request: Request) -> Answer:
        raise RefusalError(404, "No such execution")


@fault("any-issued-token", "Every issued token opens every execution.", "public.token-binding")
class AnyIssuedToken(Behaviour):
    def opens(self, token: str, execution: Execution) -> bool:
        return any(token == other.token for other in self.shelf.executions.values())


@fault("token-any-case", "Tokens are compared without case.", "public.token-case")
class TokenAnyCase(Behaviour):
    def opens(self, token: str, execution: Execution) -> bool:
        return token.lower() == execution.token.lower()


@fault("token-cut-opens", "The beginning of a token opens.", "public.token-prefix")
class TokenCutOpens(Behaviour):
    def opens(self, token: str, execution: Execution) -> bool:
        return execution.token.startswith(token)


@fault("token-longer-opens", "A token with more behind it opens.", "public.token-prefix")
class TokenLongerOpens(Behaviour):
    def opens(self, token: str, execution: Execution) -> bool:
        return token.startswith(execution.token)


@fault(
    "public-unknown-404", "An unknown id is told from a wrong token by 404.", "public.unknown-id-same-answer"
)
class PublicUnknown404(Behaviour):
    def unknown_public(self, request: Request) -> Answer:
        raise RefusalError(404, "No such execution")


@fault(
    "public-unknown-told",
    "An unknown id is told from a wrong token by its message.",
    "public.unknown-id-same-answer",
)
class PublicUnknownTold(Behaviour):
    def unknown_public(self, request: Request) -> Answer:
        raise RefusalError(401, "No such execution")


class Minting(Behaviour):
    """Gives out tokens of another kind."""

    def mint(self, execution: Execution) -> str:
        """Return the token of an execution."""
        return execution.token

    def make(self, request: Request, key: Key, body: dict[str, object]) -> Execution:
        execution = super().make(request, key, body)
        return replace(execution, token=self.mint(execution))


@fault("token-from-id", "The token is made of the execution's id.", "public.token-opaque")
class TokenFromId(Minting):
    def mint(self, execution: Execution) -> str:
        return f"tok_{execution.id}"


@fault("token-short", "The token has 6 characters.", "public.token-opaque")
class TokenShort(Minting):
    def mint(self, execution: Execution) -> str:
        return execution.token[:6].replace("-", "a").replace("_", "b")


@fault("token-unsafe", "The token has characters that a URL takes for others.", "public.token-opaque")
class TokenUnsafe(Minting):
    def mint(self, execution: Execution) -> str:
        return f"{execution.token[:20]}+/&={execution.token[20:]}"


@fault(
    "token-shared",
    "All executions of an organization have one token.",
    "public.token-opaque",
    "public.token-binding",
)
class TokenShared(Minting):
    def mint(self, execution: Execution) -> str:
        return f"shared-token-{execution.organization}"


@fault("token-hash-of-id", "The token is the SHA-1 of the id.", "public.token-unpredictable")
class TokenHashOfId(Minting):
    def mint(self, execution: Execution) -> str:
        return hashlib.sha1(execution.id.encode(), usedforsecurity=False).hexdigest()


@fault("token-hash-of-time", "The token is a hash of the time of creation.", "public.token-unpredictable")
class TokenHashOfTime(Minting):
    def mint(self, execution: Execution) -> str:
        at = str(int(execution.created.timestamp() * 1000))
        return f"tok_{hashlib.sha256(at.encode()).hexdigest()[:24]}{self.ids.hashid()}"


@fault("token-encodes-id", "The token is the id in base64.", "public.token-unpredictable")
class TokenEncodesId(Minting):
    def mint(self, execution: Execution) -> str:
        return base64.urlsafe_b64encode(execution.id.encode()).decode().rstrip("=")


@fault("token-counts", "The token is a number that grows.", "public.token-unpredictable")
class TokenCounts(Minting):
    def mint(self, execution: Execution) -> str:
        return f"tok_{execution.sequence + 1:020d}"


@fault("token-of-the-clock", "The token is the time and a number.", "public.token-unpredictable")
class TokenOfTheClock(Minting):
    def mint(self, execution: Execution) -> str:
        return f"{int(execution.created.timestamp() * 1e6):016x}-{execution.sequence:08x}"


class ReadingTokens(Behaviour):
    """Takes for the token what is not written as one."""

    def loose(self, request: Request) -> bool:
        """Return whether the request opens whatever it asks for."""
        return False

    async def get_public_execution(self, request: Request) -> Answer:
        execution = self.shelf.executions.get(request.segments[-1])
        if execution is not None and self.loose(request):
            return self.public_answer(request, execution)
        return await super().get_public_execution(request)


@fault(
    "token-operator-opens",
    "A token that is an operator goes into the query of a database.",
    "public.token-forms",
)
class TokenOperatorOpens(ReadingTokens):
    def loose(self, request: Request) -> bool:
        return any(name.startswith("token[$") for name, _ in request.pairs)


@fault("token-list-opens", "A token that is a list is compared loosely.", "public.token-forms")
class TokenListOpens(ReadingTokens):
    def loose(self, request: Request) -> bool:
        return any(name == "token[]" for name, _ in request.pairs)


@fault("token-twice-opens", "Of two tokens none is looked at.", "public.token-forms")
class TokenTwiceOpens(ReadingTokens):
    def loose(self, request: Request) -> bool:
        return sum(name == "token" for name, _ in request.pairs) > 1


@fault("token-pattern-opens", "Tokens are looked up as patterns.", "public.token-forms")
class TokenPatternOpens(ReadingTokens):
    def loose(self, request: Request) -> bool:
        return request.query.get("token") in ("%", "*")


@fault("token-null-opens", "The text null opens.", "public.token-forms")
class TokenNullOpens(ReadingTokens):
    def loose(self, request: Request) -> bool:
        return request.query.get("token") == "null"
