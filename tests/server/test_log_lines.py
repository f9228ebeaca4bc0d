"""Lines of the log that are made together say what each says by itself, and hide the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from multidict import CIMultiDict

from execmock.core.clock import ClockState
from execmock.core.sandbox import Sandbox
from execmock.core.schema.violation import Violation
from execmock.core.secrets import KnownSecrets
from execmock.server.api.calls import Answer, Request, Result
from execmock.server.http.log_lines import Answered, Line, Lines, Moved

KEY = "b3sk_0123456789abcdef"
HEADERS = CIMultiDict({"Authorization": f"Bearer {KEY}", "X-Api-Key": "another_secret"})


def line(
    at: int, path: str = "/v1/executions/a", query: str = "", headers: Any = HEADERS, **more: Any
) -> Line:
    """Return a line of a request, by default one of many that are alike."""
    status, note = more.pop("status", 200), more.pop("edge", "")
    body = json.dumps({"message": f"Not {path}"}).encode()
    method = more.pop("method", "GET")
    named = {"operation": "getExecution", "subject": "a", **more}
    result = Result(Answer(status, body), **named)
    return Answered(at, Request(method, path, query, headers), result, at % 1000 / 7, note)


LINES = [
    line(1),
    line(1_767_258_000_123),
    line(3, "/v1/executions/b", subject="b"),
    line(4, query="limit=1"),
    line(5, query="token=abcdefgh&x=1"),
    line(6, query=f"x={KEY}"),
    line(7, query="x=another_secret%20"),
    line(8, headers=CIMultiDict({"Authorization": "Bearer 4"})),
    line(9, sandbox=Sandbox("mine", "org", b"", ClockState(0, 0))),
    line(10, status=404),
    line(11, status=404, violations=[Violation("path", "another", KEY)]),
    line(12, made="exec_1", scenario="paid@1", subject=""),
    line(13, made="exec_2", scenario="paid@1", subject=""),
    line(14, note="preflight"),
    line(15, warning="Did you mean this?"),
    line(16, edge="no origin"),
    line(17, method="POST"),
    line(18, "/v1/\x1b[31m/\u00e9"),
    line(19, f"/v1/{KEY}"),
    line(20, "/v1/executions/a", operation=""),
    Moved(21, "mine", "exec_1", "paid@1", [("a", "a"), ("b", "b")]),
    line(22),
    line(23, "/v1/executions/another_key"),
    line(24, "/v1/executions/another_key", headers=CIMultiDict({"Authorization": "Bearer another_key"})),
]


@pytest.mark.parametrize("as_json", [False, True])
def test_a_batch_says_what_each_line_says_by_itself(as_json: bool) -> None:
    known = KnownSecrets()
    known.add_key(KEY)
    together = Lines(known, json=as_json)
    made = [together.text(one) for one in LINES]
    assert made == [Lines(known, json=as_json).text(one) for one in LINES]
    assert len(set(made)) == len(LINES)
    assert not [text for text in made if KEY in text or "another_secret" in text or "abcdefgh" in text]
    assert all(text.endswith("\n") and text[:-1].isprintable() for text in made)
    if as_json:
        shown = [json.loads(text) for text in made]
        assert [one["took"] for one in shown if "took" in one][:2] == [0.143, 17.571]
        assert shown[0].keys() == shown[9].keys()


@pytest.mark.parametrize("as_json", [False, True])
def test_a_secret_is_hidden_where_a_long_query_is_cut(as_json: bool) -> None:
    known = KnownSecrets()
    known.add_key(KEY)
    for length in range(170, 200):
        text = Lines(known, json=as_json).text(line(1, query=f"a={'b' * length}{KEY}"))
        assert KEY[:8] not in text
