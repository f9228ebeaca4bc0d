"""How long a run pauses when a target asks it to."""

from __future__ import annotations

import pytest

from execmock.verify.rate_limit import retry_after

NOW = 784_111_770.0  # seven seconds before the date of RFC 9110's own example


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2", 2.0),
        (" 3 ", 3.0),
        ("0", 0.05),
        ("86400", 30.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 7.0),
        ("Sun, 06 Nov 1994 08:49:00 GMT", 0.05),
        ("Fri, 06 Nov 2094 08:49:37 GMT", 30.0),
        ("soon", 1.0),
        ("", 1.0),
        ("-5", 1.0),
        ("nan", 1.0),
        ("²", 1.0),
        ("9" * 400, 30.0),
    ],
)
def test_a_pause_is_a_number_of_seconds_or_lasts_until_a_date(text: str, seconds: float) -> None:
    assert retry_after(text, NOW) == seconds
