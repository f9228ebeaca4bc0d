"""What each kind of option takes, what it refuses, and how it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from execmock.errors import ConfigError
from execmock.settings import Option, fit, kinds, option, options
from execmock.settings.fit import fit_object
from execmock.settings.kinds import Kind
from execmock.settings.parsers import ApiKey

ACCEPTED: list[tuple[Kind, str, Any, str]] = [  # kind, text, value, how it is shown
    (kinds.TEXT, "paid happy path", "paid happy path", "paid happy path"),
    (kinds.HOST, "::1", "::1", "::1"),
    (kinds.PORT, "0", 0, "0"),
    (kinds.PORT, "65535", 65535, "65535"),
    (kinds.SEED, "-7", -7, "-7"),
    (kinds.SEED, "123456789012345678901", 123456789012345678901, "123456789012345678901"),
    (kinds.SPEED, "60", 60.0, "60"),
    (kinds.SPEED, "0.5", 0.5, "0.5"),
    (kinds.SPEED, "1e3", 1000.0, "1000"),
    (kinds.FLAG, "YES", True, "true"),
    (kinds.FLAG, "0", False, "false"),
    (kinds.SIZE, "65536", 65536, "64k"),
    (kinds.SIZE, "1000", 1000, "1000"),
    (kinds.SIZE, "512k", 524288, "512k"),
    (kinds.SIZE, "1M", 1048576, "1m"),
    (kinds.SIZE, "2MiB", 2097152, "2m"),
    (kinds.SIZE, "1gb", 1 << 30, "1g"),
    (kinds.INSTANT, "1970-01-01T01:00:00+01:00", 0, "1970-01-01T00:00:00.000Z"),
    (kinds.INSTANT, "2026-01-01T09:00:00.250Z", 1767258000250, "2026-01-01T09:00:00.250Z"),
    (kinds.ZONE, "Europe/Berlin", "Europe/Berlin", "Europe/Berlin"),
    (kinds.PATH, "a b/c.yaml", Path("a b/c.yaml"), "a b/c.yaml"),
    (kinds.WORLD, "demo", "demo", "demo"),
    (kinds.WORLD, "demo.yaml", Path("demo.yaml"), "demo.yaml"),
    (kinds.WORLD, "./demo", Path("demo"), "demo"),
    (kinds.STORE, "memory:", "memory:", "memory:"),
    (kinds.STORE, "sqlite:state.db", "sqlite:state.db", "sqlite:state.db"),
    (kinds.STORE, "redis://u:pw@h:6379/0", "redis://u:pw@h:6379/0", "redis://u:***@h:6379/0"),
    (kinds.STORE, "redis://:pw@h", "redis://:pw@h", "redis://:***@h"),
    (
        kinds.STORE,
        "redis+sentinel://u:pw@h:1,h:2/m?sentinel_password=pw",
        "redis+sentinel://u:pw@h:1,h:2/m?sentinel_password=pw",
        "redis+sentinel://u:***@h:1,h:2/m?sentinel_password=***",
    ),
    (kinds.STORE, "redis://h:6379/0", "redis://h:6379/0", "redis://h:6379/0"),
    (kinds.ORIGIN, "*", "*", "*"),
    (kinds.ORIGIN, "http://localhost:3000", "http://localhost:3000", "http://localhost:3000"),
    (kinds.SECRET, "b3sk_x", "b3sk_x", "***"),
    (kinds.KEY, "b3sk_x", ApiKey("b3sk_x", "read-write"), "***=read-write"),
    (kinds.KEY, "b3sk_x=read", ApiKey("b3sk_x", "read"), "***=read"),
    (kinds.KEY, "abc==read", ApiKey("abc=", "read"), "***=read"),
    (kinds.PAIR, "unknownExecution=404", ("unknownExecution", "404"), "unknownExecution=404"),
    (kinds.PAIR, "a=b=c", ("a", "b=c"), "a=b=c"),
    (kinds.choice("open", "strict"), "strict", "strict", "strict"),
    (kinds.count(0), "1000", 1000, "1000"),
    (kinds.DURATION, "1m30s", 90_000, "1m30s"),
    (kinds.WAIT, "1ms", 1, "1ms"),
    (kinds.RATE, "600/m", 10.0, "10/s"),
    (kinds.URL, "https://h.example:8443/base", "https://h.example:8443/base", "https://h.example:8443/base"),
    (kinds.URL, "http://[::1]:80", "http://[::1]:80", "http://[::1]:80"),
]

REFUSED: list[tuple[Kind, list[str]]] = [
    (kinds.TEXT, ["", "  "]),
    (kinds.HOST, ["", "a b", "http://x"]),
    (kinds.PORT, ["", "-1", "65536", "80.0", "abc", "1_0", "٣"]),
    (kinds.SEED, ["", "1.5", "0x1", "9" * 5000]),
    (kinds.SPEED, ["", "0", "-1", "inf", "nan", "1e7", "fast", "1e", "1e999", "--1"]),
    (kinds.FLAG, ["", "maybe", "2"]),
    (kinds.SIZE, ["", "0", "k", "-1", "1.5m", "1t", "1 m"]),
    (kinds.INSTANT, ["", "tomorrow", "12:00", "2026-13-01T00:00:00Z"]),
    (kinds.ZONE, ["", "Berlin", "../etc/passwd", "/etc/passwd", "America"]),
    (kinds.PATH, ["", "a\0b"]),
    (kinds.WORLD, ["", " "]),
    (kinds.STORE, ["", "memory", "redis", "sqlite: x"]),
    (kinds.ORIGIN, ["", "localhost:3000", "http://x/", "http://x/path", "http:// x"]),
    (kinds.SECRET, ["", "a b", "ключ"]),
    (kinds.KEY, ["", "a b", "a=", "=read", "a=write", "ключ"]),
    (kinds.PAIR, ["", "a", "a=", "=b"]),
    (kinds.choice("open", "strict"), ["", "Open", "none"]),
    (kinds.count(1, 3), ["0", "4"]),
    (kinds.DURATION, ["", "5", "5x", "-1s", "101w1d1e9s", "99999w"]),
    (kinds.WAIT, ["0s", "0ms", "0.1ms", "-1s"]),
    (kinds.RATE, ["", "fast", "20/d", "-1", "1e3"]),
    (
        kinds.URL,
        [
            "",
            "h.example",
            "ftp://h",
            "http://",
            "http://h:0",
            "http://h:x",
            "http://h:99999",
            "http://[::1",
            "http://a b",
        ],
    ),
]


@pytest.mark.parametrize(("kind", "text", "value", "shown"), ACCEPTED)
def test_text_that_fits_is_read_and_shown(kind: Kind, text: str, value: Any, shown: str) -> None:
    read = kind.parse(text)
    assert (type(read), read) == (type(value), value)
    assert kind.show(read) == shown


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in REFUSED for text in texts])
def test_text_that_does_not_fit_is_refused(kind: Kind, text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text is a hint, or empty
        kind.parse(text)


@pytest.mark.parametrize(("kind", "text", "value", "shown"), ACCEPTED)
def test_a_python_call_may_give_what_text_comes_to(kind: Kind, text: str, value: Any, shown: str) -> None:
    assert fit_object(of(kind), value, "call: name") == value


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        (kinds.INSTANT, datetime(2026, 1, 1, 9, tzinfo=UTC), 1767258000000),
        (kinds.INSTANT, datetime(2026, 1, 1, 9), 1767258000000),  # noqa: DTZ001 - without an offset it is UTC
        (kinds.DURATION, "10s", 10_000),
        (kinds.DURATION, 0, 0),
        (kinds.WAIT, 500, 500),
        (kinds.SPEED, 60, 60.0),
        (kinds.RATE, 20, 20.0),
        (kinds.KEY, "a=read", ApiKey("a=read", "read-write")),
        (kinds.KEY, ("a", "read"), ApiKey("a", "read")),
        (kinds.PAIR, ("badKey", 401), ("badKey", "401")),
        (kinds.PAIR, ("flag", True), ("flag", "true")),
    ],
)
def test_a_python_call_may_give_an_object(kind: Kind, given: object, value: Any) -> None:
    assert fit_object(of(kind), given, "call: name") == value


@pytest.mark.parametrize(
    ("kind", "given", "came"),
    [
        (kinds.SEED, True, "true"),
        (kinds.SEED, 1.0, "1.0"),
        (kinds.SEED, "1", "'1'"),
        (kinds.FLAG, 1, "1"),
        (kinds.FLAG, "yes", "'yes'"),
        (kinds.TEXT, b"x", "b'x'"),
        (kinds.INSTANT, 253_402_300_800_000, "253402300800000"),
        (kinds.INSTANT, 10**30, "1" + "0" * 30),
        (kinds.INSTANT, date(2026, 1, 1), "2026-01-01"),
        (kinds.DURATION, -1, "-1"),
        (kinds.DURATION, 1.5, "1.5"),
        (kinds.WAIT, 0, "0"),
        (kinds.SPEED, float("nan"), "nan"),
        (kinds.SPEED, float("inf"), "inf"),
        (kinds.PAIR, ("a", "b", "c"), "('a', 'b', 'c')"),
        (kinds.PAIR, {"a": {}}, "a mapping"),
        (kinds.KEY, ("s3cret", "reed"), "not usable"),
        (kinds.PATH, None, "null"),
    ],
)
def test_an_object_that_does_not_fit_is_told_as_text_would_be(kind: Kind, given: object, came: str) -> None:
    with pytest.raises(ConfigError) as caught:
        fit_object(of(kind), given, "call: name")
    assert str(caught.value).startswith(f"call: name is {came}; expected {kind.expected}")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [(kind, text) for kind, texts in REFUSED for text in texts] + [(kinds.SPEED, "e"), (kinds.WAIT, "5x")],
)
def test_a_refusal_has_no_words_of_python(kind: Kind, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        fit(of(kind), text, "name")
    ending = str(caught.value).partition(kind.expected)[2]
    hints = (
        ". Did you mean '",
        ". A port is a number",
        ". A unit is missing; ",
        ". 'x' is no unit; ",
        ". A clock",
    )
    assert ending == "" or ending.startswith(hints)


def of(kind: Kind) -> Option:
    """Return an option of a kind."""

    @dataclass(frozen=True)
    class Settings:
        name: str | None = option(None, kind, "About.")

    return options(Settings)[0]


@pytest.mark.parametrize(
    ("kind", "text", "meant"),
    [
        (kinds.choice("open", "strict"), "strickt", "strict"),
        (kinds.ZONE, "America/NewYork", "America/New_York"),
        (kinds.KEY, "b3sk_x=reed", "read"),
    ],
)
def test_a_refusal_hints_at_the_nearest_name(kind: Kind, text: str, meant: str) -> None:
    with pytest.raises(ValueError, match=rf"Did you mean '{meant}'\?"):
        kind.parse(text)


def test_a_key_never_appears_in_its_own_repr() -> None:
    assert "b3sk_x" not in repr(ApiKey("b3sk_x"))
