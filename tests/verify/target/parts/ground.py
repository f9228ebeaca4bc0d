"""What every part stands on: clock, ids, memory, keys, and the two answer forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from ..ids import Ids
from ..shelf import Shelf
from ..texts import floor
from ..values import Answer, Key, RefusalError, Request

ORGANIZATION_A, ORGANIZATION_B = "org_a000000000000000000a", "org_b000000000000000000b"
KEY_A, KEY_B = "b3sk_a_full_0123456789abcdef", "b3sk_b_full_0123456789abcdef"
KEY_READ, KEY_EMBED = "b3sk_a_read_0123456789abcdef", "sk_embed_0123456789abcdef"


class Ground:
    """Holds the state; `speed` divides the seconds of plans, `clock` gives the time in UTC."""

    keys = (
        Key(KEY_A, ORGANIZATION_A),
        Key(KEY_B, ORGANIZATION_B),
        Key(KEY_READ, ORGANIZATION_A, writes=False),
    )
    success_message = "success"
    success_code = 200

    def __init__(self, *, seed: int, speed: float, clock: Callable[[], datetime]) -> None:
        self.seed, self.speed, self.clock = seed, speed, clock
        self.ids = Ids(seed)
        self.shelf = Shelf()
        self.prepare()

    def prepare(self) -> None:
        """Fill the memory before the first request."""

    def now(self) -> datetime:
        """Return the time in whole milliseconds."""
        return floor(self.clock())

    def span(self, seconds: float) -> timedelta:
        """Return so many seconds of a plan as a time on the clock."""
        return timedelta(milliseconds=int(seconds * 1000 / self.speed))

    def new_request_id(self) -> str:
        """Return the id of a request that has just come."""
        return f"req_{self.ids.draw('request').hex()[:20]}"

    def success(self, request: Request, data: object) -> Answer:
        """Return the success envelope."""
        return Answer(
            200,
            {
                "code": self.success_code,
                "data": data,
                "message": self.success_message,
                "requestId": request.id,
            },
        )

    def failure(self, request: Request, refusal: RefusalError) -> Answer:
        """Return the error form: the envelope's without data, the embed operation's own."""
        if request.segments[:2] == ("api", "v1"):
            return Answer(refusal.status, {"errors": [refusal.message, *refusal.details]}, refusal.headers)
        body = {
            "code": refusal.status,
            "message": refusal.message,
            "requestId": request.id,
            "details": list(refusal.details),
        }
        return Answer(refusal.status, body, refusal.headers)
