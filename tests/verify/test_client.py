"""The judge's client: it keeps to a rate and a time limit, and comes back later when it is asked to."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from execmock.verify.client import Client, OutOfTime
from execmock.verify.exchange import Exchange, Request
from execmock.verify.rate_limit import Timer

Answer = tuple[int, Mapping[str, str]] | tuple[int, Mapping[str, str], str]
FINE: Answer = (200, {})
OWN = '{"code": 0, "message": "", "requestId": "r", "details": []}'
"""What the API says when it refuses."""
PAGE, RESET = "<html>Bad Gateway</html>", "reset"


class HandTimer:
    """A time that passes only when somebody waits for it."""

    def __init__(self) -> None:
        self.time = 0.0

    async def sleep(self, seconds: float) -> None:
        self.time += seconds

    @property
    def timer(self) -> Timer:
        return Timer(lambda: self.time, self.sleep)


class Script:
    """A server that gives prepared answers, the last of them for ever, and notes when it was asked."""

    def __init__(self, hand: HandTimer, *answers: Answer) -> None:
        self.hand, self.answers = hand, list(answers)
        self.asked: list[float] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append(self.hand.time)
        status, headers, *body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if body == [RESET] and request.transport is not None:
            request.transport.close()
        return web.Response(text=body[0] if body else OWN, status=status, headers=headers)


@pytest.fixture
async def start():
    """Start a script and a client for it: gives both, and how to ask once."""
    async with AsyncExitStack() as open_:

        async def begin(*answers: Answer, **limits: Any):
            hand = HandTimer()
            script, app = Script(hand, *answers), web.Application()
            app.router.add_get("/", script.handle)
            server = await open_.enter_async_context(TestServer(app))
            given = {"rate": 0.0, "timeout": 30_000, "timer": hand.timer, **limits}
            client = await open_.enter_async_context(Client(**given))
            request = Request("GET", str(server.make_url("/")), {})

            async def ask(identity: str = "none") -> Exchange:
                return await client.send(request, probe="p", label="l", operation="", identity=identity)

            return script, client, ask

        yield begin


async def test_requests_leave_at_the_rate_that_was_asked_for(start) -> None:
    script, _, ask = await start(FINE, rate=4)
    for _ in range(5):
        await ask()
    assert script.asked == [0.0, 0.25, 0.5, 0.75, 1.0]


async def test_without_a_rate_nothing_waits(start) -> None:
    script, _, ask = await start(FINE)
    for _ in range(5):
        await ask()
    assert script.asked == [0.0] * 5


@pytest.mark.parametrize("status", [429, 503])
async def test_an_answer_that_asks_to_come_back_later_is_waited_for_and_judged_by_nobody(
    start, status: int
) -> None:
    later = (status, {"Retry-After": "7"})
    script, client, ask = await start(later, later, FINE)
    seen = await ask()
    assert script.asked == [0.0, 7.0, 14.0]
    assert seen.status == 200
    assert [each.judged for each in client.journal] == [False, False, True]


async def test_the_pause_that_one_answer_asks_for_holds_for_the_next_request_too(start) -> None:
    script, _, ask = await start((429, {"Retry-After": "3"}), FINE, FINE, rate=1)
    await ask()
    await ask()
    assert script.asked == [0.0, 3.0, 4.0]


async def test_an_answer_that_always_asks_to_come_back_later_is_given_up(start) -> None:
    script, _, ask = await start((429, {"Retry-After": "1"}))
    seen = await ask()
    assert (seen.status, seen.judged, len(script.asked)) == (429, False, 6)


async def test_a_503_that_names_no_time_is_an_answer(start) -> None:
    script, _, ask = await start((503, {}), FINE)
    seen = await ask()
    assert (seen.status, seen.judged, len(script.asked)) == (503, True, 1)


@pytest.mark.parametrize(
    "doubtful", [(502, {}, PAGE), (503, {}, ""), (504, {}, "{}"), (522, {}, PAGE), (200, {}, RESET)]
)
async def test_what_may_come_from_the_way_is_asked_for_again(start, doubtful: Answer) -> None:
    script, client, ask = await start(doubtful, doubtful, FINE)  # aiohttp asks twice by itself after a reset
    seen = await ask()
    assert (seen.status, len(script.asked)) == (200, 3)
    assert [each.judged for each in client.journal[-2:]] == [False, True]


@pytest.mark.parametrize("certain", [(502, {}, OWN), (500, {}, PAGE), (400, {}, PAGE), (401, {}, OWN)])
async def test_what_the_service_says_is_asked_for_once(start, certain: Answer) -> None:
    script, _, ask = await start(certain, FINE)
    seen = await ask("a")
    assert (seen.status, seen.judged, len(script.asked)) == (certain[0], True, 1)


async def test_what_stays_is_judged(start) -> None:
    script, client, ask = await start((502, {}, PAGE))
    seen = await ask()
    assert (seen.status, seen.judged, len(script.asked)) == (502, True, 3)
    assert [each.judged for each in client.journal] == [False, False, True]


async def test_a_refused_key_that_worked_is_tried_again(start) -> None:
    script, _, ask = await start(FINE, (401, {}), FINE, (401, {}))
    await ask("a")
    assert ((await ask("a")).status, len(script.asked)) == (200, 3)
    assert ((await ask("b")).status, len(script.asked)) == (401, 4)
    assert ((await ask("a")).status, len(script.asked)) == (401, 7)


async def test_nothing_is_sent_after_the_time_limit(start) -> None:
    script, _, ask = await start(FINE, rate=4, deadline=1.0)
    for _ in range(5):
        await ask()
    with pytest.raises(OutOfTime):
        await ask()
    assert script.asked[-1] == 1.0
    assert len(script.asked) == 5


async def test_the_time_limit_holds_whatever_a_service_asks_to_wait(start) -> None:
    script, _, ask = await start((429, {"Retry-After": "7"}), deadline=5.0)
    with pytest.raises(OutOfTime):
        await ask()
    assert (script.asked, script.hand.time) == ([0.0], 0.0)
