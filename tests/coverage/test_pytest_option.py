"""`pytest --execmock-coverage` on the sample project: what a person would list, by one process or by two."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from tests.coverage.conftest import met

import execmock.testing  # noqa: F401 - pytester forgets what was first imported inside, and C modules load once
from execmock.coverage import Coverage, Tally, read_coverage

SAMPLE = Path(__file__).parents[1] / "sample_project"
# Three clients each follow an order to its end, one whose payment fails, and one order twice; they read every
# three seconds. The order is at awaiting_payment for 3 s, payment_confirmed for 1 s, workflow_queued for 2 s,
# workflow_running for 6 s; a payment fails after 4 s.
ANSWERS = {"createExecution 200": 12, "getExecution 200": 6 * 4 + 3 * 2}
STATUSES = {"awaiting_payment": 9, "payment_confirmed": 6, "workflow_running": 6, "workflow_succeeded": 6}
STATUSES |= {"workflow_failed": 3}
SEEN = {"awaiting_payment payment_confirmed": 6, "workflow_running workflow_succeeded": 6}
SEEN |= {"awaiting_payment workflow_failed": 3}
UNSEEN = {"payment_confirmed workflow_queued": 6, "workflow_queued workflow_running": 6}
BRANCHES = {
    "paid-happy-path awaiting_payment after 3s payment_confirmed": 6,
    "paid-happy-path payment_confirmed after 1s workflow_queued": 6,
    "paid-happy-path workflow_queued after 2s workflow_running": 6,
    "paid-happy-path workflow_running after 6s workflow_succeeded": 6,
    "payment-failed awaiting_payment after 4s workflow_failed": 3,
}
# Of plugins, those alone that are needed: the others would take each process a second.
PLUGINS = ("-p", "execmock.pytest_plugin", "-p", "no:cacheprovider", "-q", "--execmock-coverage")


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    copytree(SAMPLE, pytester.path, ignore=ignore_patterns("__pycache__", ".*"), dirs_exist_ok=True)
    return pytester.path


def listed(found: Coverage) -> None:
    """Hold a coverage to the list that was made by hand."""
    assert {name: tally.met for name, tally in met(found, "answer").items()} == ANSWERS
    statuses = {name.removeprefix("executions "): tally.met for name, tally in met(found, "status").items()}
    assert statuses == STATUSES
    transitions = {n.removeprefix("executions "): tally for n, tally in met(found, "transition").items()}
    assert {name: tally.met for name, tally in transitions.items() if tally.met} == SEEN
    assert {name: tally.unseen for name, tally in transitions.items() if tally.unseen} == UNSEEN
    assert {name: tally.met for name, tally in met(found, "branch").items()} == BRANCHES
    assert met(found, "example") == met(found, "fault") == {}


def test_the_sample_project_met_what_a_list_made_by_hand_says(
    pytester: pytest.Pytester, project: Path
) -> None:
    run = pytester.runpytest_inprocess(*PLUGINS)
    run.assert_outcomes(passed=9)
    run.stdout.fnmatch_lines(["*execmock coverage*", "statuses of executions * 5 * 9 * 55 %", "*cancelled*"])
    listed(read_coverage(project / ".execmock-coverage"))


def test_two_workers_met_the_same(pytester: pytest.Pytester, project: Path) -> None:
    (project / "merged.gw7").write_text("left by a run that was killed", encoding="utf-8")
    run = pytester.runpytest_subprocess(*PLUGINS, "--execmock-coverage-file=merged", "-p", "xdist", "-n", "2")
    run.assert_outcomes(passed=9)
    run.stdout.fnmatch_lines(["statuses of executions * 5 * 9 * 55 %"])
    listed(read_coverage(project / "merged"))
    assert [path.name for path in project.iterdir() if "merged" in path.name] == ["merged"]


def test_a_mock_that_a_test_makes_counts_and_one_without_the_option_does_not(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(
        """
        from execmock.testing import ExecMock

        def test_it():
            with ExecMock() as mock:
                mock.fault("declared", refused=503)
        """
    )
    pytester.runpytest_inprocess(*PLUGINS[:-1]).assert_outcomes(passed=1)
    assert not (pytester.path / ".execmock-coverage").exists()
    pytester.runpytest_inprocess(*PLUGINS).assert_outcomes(passed=1)
    found = read_coverage(pytester.path / ".execmock-coverage")
    assert dict(found.of("fault")) == {("fault", ("declared",)): Tally(declared=True)}
    run = pytester.runpytest_inprocess(*PLUGINS, "-k", "nothing")
    run.stdout.fnmatch_lines(["no test used a mock"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--execmock-coverage", "--execmock-coverage-file=none/x"],
            "*none/x'; expected a file in a*",
        ),
        (
            ["--execmock-coverage-file=x"],
            "*--execmock-coverage-file is 'x'; expected --execmock-coverage*",
        ),
        (["--execmock-coverge"], "*no option --execmock-coverge. Did you mean '--execmock-coverage'?*"),
    ],
)
def test_what_cannot_be_is_refused_before_any_test(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    run = pytester.runpytest_inprocess(*PLUGINS[:-1], *arguments)
    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stderr.fnmatch_lines([said])
