"""A run says what is finished of how much, and what it still waits for."""

from __future__ import annotations

import pytest

from execmock.verify.report.progress import progress


def test_without_a_terminal_each_step_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as update:
        update("scope", ["generated", "basics", "auth", "bodies", "http"], 1, 6)
        update("paging", ["generated"], 5, 6)
        update("generated", [], 6, 6)
    assert capsys.readouterr().err.splitlines() == [
        "verify: 1/6 scope (generated, basics, auth and 2 more under way)",
        "verify: 5/6 paging (generated under way)",
        "verify: 6/6 generated",
    ]
