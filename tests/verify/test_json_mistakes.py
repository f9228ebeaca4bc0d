"""A body that is no JSON object is described by where and why."""

from __future__ import annotations

import pytest

from execmock.verify.json_mistakes import no_object
from execmock.verify.reader import parse_json
from execmock.verify.wording import shown


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "an empty body"),
        (b"[1, 2]", "another value: [1, 2]"),
        (b"<h1>Not found</h1>", 'not JSON: line 1 column 1, at "<h1>Not found</h1>": Expecting value'),
        (b'{"a": 1,\n "b": x}', 'not JSON: line 2 column 7, at "x}": Expecting value'),
        (b'{"a": 1', "not JSON: line 1 column 8, at the end: Expecting ',' delimiter"),
        (b'{"a": "\xff"}', "not JSON: byte 7 is 0xff, which is not UTF-8"),
        (b'\xef\xbb\xbf{"a": 1}', "not JSON: it has a byte order mark"),
        (b'{"a": NaN}', "not JSON: NaN is not JSON"),
    ],
)
def test_it_is_said_where_and_why(body: bytes, said: str) -> None:
    told = shown(no_object(body, parse_json(body)))
    assert told == said or told.startswith(f"{said}; it begins with ")
