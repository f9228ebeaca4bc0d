"""The corpus, found cases among it, and what is made of it at random, break no target."""

from __future__ import annotations

import os
import random  # noqa: TID251 - the seed is printed

import pytest

from tests.effort import THOROUGH
from tests.fuzz.__main__ import CORPUS
from tests.fuzz.targets import TARGETS

TRIES = 2_000 if THOROUGH else 300
PIECES = [
    b"",
    b"\x00",
    b"\xff",
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"&a ",
    b"*a",
    b"<<: ",
    b"\n",
    b"\r\n",
    b": ",
    b"- ",
]
PIECES += [
    b"{{",
    b"}}",
    b"%",
    b"9" * 20,
    b"0x",
    b"1e999",
    b"-",
    b"\\u0000",
    b"\\ud800",
    b"\xf0\x9f\x98\x80",
    b"1d",
]


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_breaks_by_no_known_input_and_by_none_made_of_those(name: str) -> None:
    seed = 1 if os.environ.get("CI") and not THOROUGH else random.randrange(1 << 32)  # noqa: S311
    print(f"seed {seed}")
    rng = random.Random(seed)  # noqa: S311 - no secret
    known = [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]
    assert known
    for data in known:
        TARGETS[name](data)
    for _ in range(TRIES):
        TARGETS[name](_changed(rng, rng.choice(known), rng.choice(known)))


def _changed(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Return an input with a few parts cut out, doubled, or put in."""
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(data) + 1)
        end = start + rng.randint(0, 12)
        place = rng.randrange(len(other) + 1)
        new = rng.choice([b"", data[start:end] * 2, other[place : place + 12], rng.choice(PIECES)])
        data = data[:start] + new + data[end:]
    return data
