"""The rules as tests in somebody's own run: one each, picked by name or marker, failing with a finding."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.verify.target import Target, running

pytestmark = pytest.mark.usefixtures("measured")

# schemathesis as a plugin takes each run a second
SUITE = ("--pyargs", "execmock.verify.suite", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-q", "-rA")


def suite_run(folder: Path, *options: str, target: Target | None = None) -> tuple[int, list[str]]:
    """Run the suite in a process of its own; return its exit code and its lines."""
    given = (f"--execmock-url={target.url}", f"--execmock-token={target.token}") if target else ()
    words = [sys.executable, "-m", "pytest", *SUITE, *given, "--execmock-effort=quick", *options]
    run = subprocess.run(  # noqa: S603
        words, capture_output=True, text=True, timeout=200, check=False, cwd=folder
    )
    return run.returncode, (run.stdout + run.stderr).splitlines()


def outcomes(lines: list[str], word: str) -> set[str]:
    return {
        line.partition("[")[2].partition("]")[0]
        for line in lines
        if line.startswith(f"{word} ") and "::test_rule[" in line
    }


def test_each_rule_is_a_test_that_fails_with_its_finding(tmp_path: Path) -> None:
    with running(fault="has-more-never") as target:
        code, lines = suite_run(tmp_path, "-k", "list.has-more or list.default-limit", target=target)
    assert (code, outcomes(lines, "FAILED"), outcomes(lines, "PASSED")) == (
        1,
        {"list.has-more"},
        {"list.default-limit"},
    )
    said = "\n".join(lines)
    assert "/data/hasMore" in said
    assert f"execmock verify {target.url} --only=list.has-more" in said
    assert target.token not in said


def test_what_a_key_was_not_given_for_is_skipped_and_says_so(tmp_path: Path) -> None:
    with running() as target:
        code, lines = suite_run(tmp_path, "-k", "tenancy.read or list.default-limit", target=target)
    assert (code, outcomes(lines, "PASSED")) == (0, {"list.default-limit"})
    assert any("SKIPPED" in line and "--token-b" in line for line in lines)


def test_markers_pick_by_level_and_area(tmp_path: Path) -> None:
    code, lines = suite_run(tmp_path, "--collect-only", "-m", "documented and list")
    found = {line.partition("[")[2].rstrip("]") for line in lines if "::test_rule[" in line}
    assert code == 0
    assert "list.default-limit" in found
    assert {name.partition(".")[0] for name in found} == {"list"}


def test_without_an_address_it_says_what_to_give(tmp_path: Path) -> None:
    code, lines = suite_run(tmp_path, "-k", "list.default-limit")
    assert code == 1
    assert any("--execmock-url URL or the variable EXECMOCK_URL" in line for line in lines)


def test_a_target_that_does_not_answer_fails_each_test_in_a_sentence(tmp_path: Path) -> None:
    gone = Target("http://127.0.0.1:9", behaviour=None)  # type: ignore[arg-type]
    code, lines = suite_run(tmp_path, "-k", "list.default-limit", target=gone)
    assert (code, outcomes(lines, "FAILED")) == (1, {"list.default-limit"})
    assert any("does not answer" in line for line in lines)
