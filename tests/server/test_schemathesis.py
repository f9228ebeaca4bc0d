"""schemathesis, with every check on, finds nothing that the mock does and the contract does not allow."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from tests.schemathesis_runs import find_nothing

ROOT = Path(__file__).parents[2]
KEY = "b3sk_test"
# Strict, because the check `ignored_auth` sends made-up keys, which an open mock takes.
SERVE = ["serve", "--port", "0", "--quiet", "--auth", "strict", "--key", KEY]


def test_generated_runs_find_no_failure(serving: Callable[..., AbstractContextManager[str]]) -> None:
    command = [sys.executable, "-m", "execmock", *SERVE]
    settings = ROOT / "schemathesis.toml"
    find_nothing(lambda: serving(command), ROOT / "openapi.yaml", settings, key=KEY, examples=25)
