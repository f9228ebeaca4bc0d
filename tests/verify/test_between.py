"""What stands between the judge and a service is said first, with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from execmock.settings import VerifySettings
from execmock.verify.between import between
from tests.verify.test_judging import seen

HTML = b"<html>502 Bad Gateway</html>"


def said(answer: Any, headers: Mapping[str, str], status: int = 200, **given: Any) -> list[str]:
    shown = replace(seen(1, answer, status=status, valid=True), headers=headers)
    return list(between([shown], VerifySettings(url="http://127.0.0.1:1", **given)))


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ({"age": "12"}, "Age: 12"),
        ({"x-cache": "Hit from cloudfront"}, "x-cache: Hit"),
        ({"cf-cache-status": "HIT"}, "cf-cache-status: HIT"),
    ],
)
def test_an_answer_of_a_cache_is_named(headers: Mapping[str, str], named: str) -> None:
    [note] = said({}, headers)
    assert named in note
    assert "behind it" in note


@pytest.mark.parametrize("headers", [{"age": "0"}, {"x-cache": "MISS"}, {"age": "soon"}, {}])
def test_other_answers_are_not(headers: Mapping[str, str]) -> None:
    assert said({}, headers) == []


@pytest.mark.parametrize(("rate", "cure"), [(None, "--rate 10/s"), (5.0, "a lower --rate")])
def test_an_answer_that_asks_to_wait_is_named_with_the_option(rate: float | None, cure: str) -> None:
    [note] = said({"code": 429}, {}, status=429, rate=rate)
    assert cure in note


def test_a_refusal_in_words_of_a_gateway_is_named_and_one_of_the_service_is_not() -> None:
    page = replace(
        seen(1, {}, status=403, valid=True),
        json="a page",
        body=HTML,
        headers={"content-type": "text/html; charset=utf-8", "server": "nginx"},
    )
    [note] = between([page], VerifySettings(url="http://127.0.0.1:1"))
    assert "(403, text/html, server: nginx)" in note
    assert said({"detail": "no"}, {}, status=403) == []
