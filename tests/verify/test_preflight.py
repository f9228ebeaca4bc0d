"""What a run learns before it begins and while it goes: one sentence in place of a list of failures."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import pytest
from aiohttp import web

from execmock.errors import ConfigError
from execmock.settings import VerifySettings
from execmock.verify.clock import present
from execmock.verify.exchange import Exchange, Request
from execmock.verify.learned import learned_from
from execmock.verify.rate_limit import Timer
from execmock.verify.target_watch import TargetWatch, Unreachable
from tests.verify.gateway import Meddle, gateway
from tests.verify.judging import judged
from tests.verify.target import running
from tests.verify.target.parts.ground import KEY_B, KEY_READ
from tests.verify.target.values import Key

SECOND = "b3sk_a_second_0123456789abcdef"
ONE = {"only": ("list.has-more", "create.echo"), "generated": False}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"token_b": SECOND}, "the keys of token and token_b are of one organization, org_"),
        ({"token_b": KEY_READ}, "lets the key of token_b create nothing: 403"),
        ({"token": KEY_READ}, "lets the key of token create nothing: 403"),
        ({"token_read": KEY_B}, "the key of token_read does not see an execution that the key of token sees"),
        ({"embed_token": "sk_unknown"}, "refuses the key of embed_token with 401"),
        ({"token_b": "b3sk_unknown"}, "refuses the key of token_b with 401"),
    ],
)
def test_a_key_that_is_not_what_it_was_given_for_is_named(given: dict[str, Any], said: str) -> None:
    with running() as target:
        target.behaviour.keys += (Key(SECOND, target.organization),)
        report = judged(target, **{"token_read": None, "token_b": None, **ONE, **given})
    assert said in report.unreachable
    assert (report.exit_code, report.results) == (3, ())


def test_keys_of_one_organization_are_noticed_without_a_create_too() -> None:
    with running() as target:
        judged(target, only=("create.echo",), generated=False)  # so that there is something to read
        report = judged(target, token_b=KEY_READ, token_read=None, read_only=True, only=("list.has-more",))
    assert "are of one organization" in report.unreachable
    assert {seen.request.method for seen in report.journal} == {"GET"}


@pytest.mark.parametrize("name", ["token_b", "token_read"])
def test_one_key_in_two_places_is_a_mistake(name: str) -> None:
    with running() as target, pytest.raises(ConfigError, match=f"{name} is the key of token; expected "):
        judged(target, **{name: target.token})


@pytest.mark.parametrize("ending", ["/v1", "/v1/", "/v1/executions"])
def test_an_address_that_ends_in_a_part_of_the_paths_is_named_with_the_right_one(ending: str) -> None:
    with running() as target:
        report = judged(target, url=target.url + ending, **ONE)
    assert f"ends in {ending.rstrip('/')}, a part of the contract's paths" in report.unreachable
    assert report.unreachable.endswith(f"give {target.url} instead")
    assert report.exit_code == 3


def test_a_path_that_merely_looks_like_a_part_of_the_paths_is_served() -> None:
    with running() as target, gateway(target.url, prefix="/v1") as front:
        report = judged(target, url=f"{front.url}/v1", **ONE)
    assert (report.unreachable, report.exit_code) == ("", 0)


def test_a_service_without_the_paths_is_named() -> None:
    missing: Meddle = lambda *_: web.json_response({"code": 404, "message": "no route"}, status=404)  # noqa: E731
    with running() as target, gateway(meddle=missing) as front:
        report = judged(target, url=front.url, **ONE)
    assert report.unreachable == f"{front.url} has no path /v1/executions; is the address right?"


def test_a_target_that_asks_everybody_to_come_back_later_does_not_conform() -> None:
    later: Meddle = lambda *_: web.json_response({}, status=429, headers={"Retry-After": "0"})  # noqa: E731
    with running() as target, gateway(meddle=later) as front:
        report = judged(target, url=front.url, **ONE)
    assert (report.exit_code, "kept answering 429" in report.unreachable) == (3, True)


def expired(number: int, request: web.Request) -> web.Response | None:
    if number <= 30 or "public" in request.path:
        return None
    return web.json_response({"code": 401, "message": "token expired", "requestId": "r"}, status=401)


def closed(number: int, request: web.Request) -> web.Response | None:
    if number > 30 and request.transport:
        request.transport.abort()
    return None


def bad_gateway(number: int, _: web.Request) -> web.Response | None:
    return web.Response(status=502, text="<h1>Bad Gateway</h1>") if number > 30 else None


@pytest.mark.parametrize(
    ("meddle", "said"),
    [
        (expired, "stopped accepting the key of token after"),
        (closed, "the first without an answer was "),
        (bad_gateway, "requests: status 502; the first"),
    ],
)
def test_what_ends_in_the_middle_of_a_run_ends_the_run_with_one_sentence(meddle: Meddle, said: str) -> None:
    with running() as target, gateway(target.url, meddle) as front:
        report = judged(target, url=front.url, generated=False, only=("create.echo", "lifecycle.reachable"))
    assert said in report.unreachable
    assert (report.exit_code, report.results) == (3, ())


REQUEST = Request("GET", "http://host/v1/executions", {})
SEEN = Exchange(1, "basics", "list", "listExecutions", "a", REQUEST, 0.0, 0.1, status=200)


class Watched:
    """A watch over a target that gives prepared answers to its questions, the last of them for ever."""

    def __init__(self, *statuses: int) -> None:
        self.statuses, self.asked = list(statuses), 0
        timer = Timer(lambda: 0.0, self.sleep)
        self.watch = TargetWatch("http://host", self.ask, {"a": "--token"}, timer=timer)

    async def ask(self, _: str) -> Exchange:
        self.asked += 1
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return replace(SEEN, status=status, lost="" if status else "refused")

    async def sleep(self, _: float) -> None:
        await asyncio.sleep(0)

    async def see(self, *statuses: int) -> None:
        for status in statuses:
            await self.watch.look_at(replace(SEEN, status=status, lost="" if status else "refused"))


async def test_a_service_that_refuses_its_own_key_here_and_there_is_asked_ever_more_rarely() -> None:
    watched = Watched(200)
    await watched.see(*[401] * 200)
    assert watched.asked == 8
    await watched.watch.finish()
    assert watched.asked == 9


async def test_a_key_that_fails_at_the_very_end_is_noticed_too() -> None:
    watched = Watched(200, 401)
    await watched.see(401, 200, 401)
    with pytest.raises(Unreachable, match="stopped accepting the key of --token: 401"):
        await watched.watch.finish()


async def test_lost_answers_between_others_are_no_reason_to_ask() -> None:
    watched = Watched(0)
    await watched.see(0, 0, 0, 200, 0, 0, 0, 200)
    await watched.watch.finish()
    assert watched.asked == 0


async def test_a_service_that_comes_back_is_judged_on() -> None:
    watched = Watched(0, 503, 200)
    await watched.see(0, 0, 0, 0, 200)
    assert watched.asked == 3


async def test_nothing_is_looked_at_once_the_run_has_ended() -> None:
    watched = Watched(0)
    for _ in range(2):
        with pytest.raises(Unreachable, match="stopped answering after 0 requests: refused"):
            await watched.see(0, 0, 0, 0)
    assert watched.asked == 3


def learned(headers: dict[str, str], took: float = 0.1, **options: Any) -> Any:
    seen = replace(SEEN, headers=headers, received=took)
    return learned_from([seen], VerifySettings(url="http://host", **options), ())


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0, ()), (3, ("the service's clock is 3h ahead of this machine's",)), (-3, ("behind this machine's",))],
)
def test_a_clock_that_is_hours_off_is_said(hours: int, said: tuple[str, ...]) -> None:
    date = formatdate(present() / 1000 + hours * 3600 + 30, usegmt=True)
    notes = learned({"date": date}).notes
    assert len(notes) == len(said)
    assert all(part in note for part, note in zip(said, notes, strict=True))


def test_announced_limits_and_slow_answers_are_said() -> None:
    headers = {"ratelimit-limit": "100, 100;w=60", "ratelimit-reset": "60"}
    assert learned(headers).limit == (100, 60.0)
    assert "allows 100 requests in 60 s" in learned(headers).notes[0]
    assert learned(headers, rate=1.0).notes == ()
    assert learned({"x-ratelimit-limit": "9", "x-ratelimit-reset": str(present() // 1000 + 50)}).limit[0] == 9
    assert learned({}, took=3.0).notes == ("an answer takes 3s, and --timeout is 10s",)


def test_odd_dates_and_limits_teach_nothing() -> None:
    found = learned({"date": "yesterday", "ratelimit-limit": "many", "ratelimit-reset": "soon"})
    assert (found.skew, found.limit, found.notes) == (None, None, ())
