"""The marker and the options: what a sandbox is made with, and what is refused."""

from __future__ import annotations

from textwrap import dedent

import pytest

from .conftest import RunTests


def test_the_marker_chooses_scenario_clock_and_seed(run_tests: RunTests) -> None:
    run = run_tests("""
        import pytest
        from client import create

        pytestmark = pytest.mark.execmock(frozen=True, seed=7)
        ids = []

        @pytest.mark.execmock(scenario="node-fails", start="2026-01-01T09:00:00Z")
        @pytest.mark.parametrize("run", [1])
        def test_it(execmock, run):
            created = create(execmock)
            assert created["createdAt"] == "2026-01-01T09:00:00.000Z"
            execmock.clock.advance_until(created["id"], "workflow_failed")

        @pytest.mark.execmock(frozen=False, speed=1000)
        def test_the_closest_marker_wins(execmock):
            assert not execmock.clock.frozen
            execmock.wait(create(execmock)["id"], "workflow_succeeded")
    """)
    run.assert_outcomes(passed=2)


def test_a_seed_gives_the_same_ids_in_every_run(run_tests: RunTests, pytester: pytest.Pytester) -> None:
    source = """
        import pathlib, pytest
        from client import create

        @pytest.mark.execmock(seed=7, start="2026-01-01T09:00:00Z", frozen=True)
        def test_it(execmock):
            with pathlib.Path("ids").open("a") as file:
                file.write(create(execmock)["id"] + "\\n")
    """
    run_tests(source).assert_outcomes(passed=1)
    run_tests(source, subprocess=True).assert_outcomes(passed=1)
    first, second = (pytester.path / "ids").read_text().split()
    assert first == second


def test_a_seed_gives_the_same_outcomes_whatever_the_test_its_folder_and_the_instant(
    run_tests: RunTests, pytester: pytest.Pytester
) -> None:
    source = """
        import pathlib, pytest
        from client import create

        FILE = pathlib.Path({file!r})

        def write(mock):
            orders = [f"order-{{number % 3}}" for number in range(8)]
            made = [create(mock, workflowId="wf_flaky", externalRef=order)["id"] for order in orders]
            mock.clock.advance("1h")
            with FILE.open("a") as file:
                file.write(" ".join(mock.executions[name].status for name in made) + "\\n")

        @pytest.mark.execmock(seed=3, start="2026-01-01T09:00:00Z", frozen=True)
        def test_one(execmock):
            write(execmock)

        @pytest.mark.execmock(seed=3, start="2026-03-01T21:00:01Z", frozen=True)
        def test_two(execmock):
            write(execmock)

        @pytest.mark.execmock(seed=3, frozen=True)
        def test_now(execmock):
            write(execmock)
    """.format(file=str(pytester.path / "outcomes"))
    folder = pytester.mkdir("elsewhere")
    (folder / "test_copied.py").write_text(dedent(source))
    run_tests(source).assert_outcomes(passed=6)
    lines = (pytester.path / "outcomes").read_text().splitlines()
    assert len(lines) == 6
    assert len(set(lines)) == 1, lines
    assert len(set(lines[0].split())) > 1, "some succeed and some fail, or nothing is shown"


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        (
            "scenari='node-fails'",
            "*mark.execmock has no argument 'scenari'. Did you mean 'scenario'?*",
        ),
        ("'node-fails'", "*takes no 'node-fails'; write scenario=...*"),
        ("scenario='node-fail'", "*mark.execmock: Unknown scenario*Did you mean 'node-fails'?*"),
        ("speed=-1", "*mark.execmock: speed is -1; expected a number above 0 *"),
        ("start='yesterday'", "*mark.execmock: start is 'yesterday'; expected an instant such as *"),
        ("scenario={'steps': []}", "*mark.execmock: scenario:3:2: expected at least 1 item, received *"),
    ],
)
def test_what_the_marker_cannot_mean_is_said(run_tests: RunTests, argument: str, message: str) -> None:
    run = run_tests(f"""
        import pytest

        @pytest.mark.execmock({argument})
        def test_it(execmock):
            pass
    """)
    run.assert_outcomes(errors=1)
    run.stdout.fnmatch_lines([message])
    run.stdout.no_fnmatch_line("*Traceback*")
    run.stdout.no_fnmatch_line("*above exception*")
    run.stdout.no_fnmatch_line("*pytest_plugin.py:*")


def test_an_unknown_argument_is_noticed_without_the_fixture(run_tests: RunTests) -> None:
    run = run_tests("""
        import pytest

        @pytest.mark.execmock(speeed=60)
        def test_it():
            pass
    """)
    run.assert_outcomes(errors=1)
    run.stdout.fnmatch_lines(["*Did you mean 'speed'?*"])


def test_the_marker_is_registered(run_tests: RunTests) -> None:
    source = "import pytest\n\n@pytest.mark.execmock(frozen=True)\ndef test_it():\n    pass"
    run_tests(source, "--strict-markers").assert_outcomes(passed=1)


def test_the_speed_option_holds_where_no_marker_says_otherwise(run_tests: RunTests) -> None:
    run = run_tests(
        """
        import pytest

        def test_option(execmock):
            assert execmock.clock.rate == 60

        @pytest.mark.execmock(speed=2)
        def test_marker(execmock):
            assert execmock.clock.rate == 2
        """,
        "--execmock-speed=60",
    )
    run.assert_outcomes(passed=2)


@pytest.mark.parametrize("speed", ["fast", "-1", "0", "2000000"])
def test_a_speed_that_is_none_is_refused_before_any_test_runs(run_tests: RunTests, speed: str) -> None:
    run = run_tests("def test_it(): pass", f"--execmock-speed={speed}")
    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stderr.fnmatch_lines([f"*--execmock-speed is '{speed}'; expected a number above 0*"])
