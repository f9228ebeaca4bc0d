"""A mistake is told alike wherever it is made: where, what came, what was expected, the nearest name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import execmock.testing  # noqa: F401 - pytester forgets what was first imported inside, and C modules load once
from execmock.cli import main
from execmock.errors import ConfigError
from execmock.testing import ExecMock
from execmock.verify import verify

TEST = "import pytest\n\n@pytest.mark.execmock({})\ndef test_it():\n    pass\n"
Places = dict[str, Callable[[str, Any], str]]


@pytest.fixture
def places(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Places:
    """Where an option can be given: a function of its name and value that returns what is said of them."""
    monkeypatch.chdir(pytester.path)

    def command(*arguments: str) -> str:
        main(arguments)
        return capsys.readouterr().err

    def variable(name: str, value: object) -> str:
        monkeypatch.setenv(f"EXECMOCK_{name.upper()}", str(value))
        return command("config", "show")

    def file(name: str, value: object) -> str:
        Path("execmock.yaml").write_text(f"serve:\n  {name}: {value}\n")
        return command("config", "show")

    def called(function: Callable[..., Any]) -> Callable[[str, Any], str]:
        def call(name: str, value: object) -> str:
            with pytest.raises(ConfigError) as caught:
                function(**{name: value})
            return str(caught.value)

        return call

    def inside(*arguments: str, source: str = "", ini: str = "") -> str:
        pytester.makeini(f"[pytest]\n{ini}\n")
        pytester.makepyfile(source)
        unset = "-Wignore:The configuration option:pytest.PytestDeprecationWarning"  # pytest-asyncio's own
        # schemathesis as a plugin takes each run a second
        without = ("-p", "no:schemathesis", "-p", "no:cacheprovider")
        run = pytester.runpytest_inprocess("-Werror", unset, *without, *arguments)
        assert run.ret != 0
        return "\n".join([*run.errlines, *run.outlines])

    return {
        "flag": lambda name, value: command("serve", f"--{name}", str(value)),
        "verify flag": lambda name, value: command("verify", f"--{name}", str(value)),
        "variable": variable,
        "file": file,
        "ExecMock": called(ExecMock),
        "sandbox": called(ExecMock().sandbox),
        "verify": called(lambda **given: verify("http://127.0.0.1:9", **given)),
        "marker": lambda name, value: inside(source=TEST.format(f"{name}={value!r}")),
        "pytest flag": lambda name, value: inside(f"--execmock-{name}={value}"),
        "ini": lambda name, value: inside(ini=f"execmock_{name} = {value}"),
        "ini on the command line": lambda name, value: inside("-o", f"execmock_{name}={value}"),
        "suite": lambda name, value: inside(f"--execmock-{name}={value}"),
    }


@pytest.mark.parametrize(
    ("place", "name", "said", "near"),
    [
        ("flag", "sped", "execmock: execmock serve has no option --sped", "--speed"),
        ("variable", "sped", "EXECMOCK_SPED is no variable of execmock and is ignored", "EXECMOCK_SPEED"),
        ("file", "sped", "execmock: execmock.yaml:2:3: 'sped' is no option of serve", "speed"),
        ("ExecMock", "sped", "ExecMock has no argument 'sped'", "speed"),
        ("sandbox", "sped", "sandbox has no argument 'sped'", "speed"),
        ("verify", "sed", "verify has no argument 'sed'", "seed"),
        ("marker", "sped", "@pytest.mark.execmock has no argument 'sped'", "speed"),
        ("pytest flag", "sped", "ERROR: pytest has no option --execmock-sped", "--execmock-speed"),
        ("ini", "sped", "tox.ini: 'execmock_sped' is no ini option", "execmock_speed"),
        ("ini on the command line", "sped", "-o: 'execmock_sped' is no ini option", "execmock_speed"),
        ("suite", "no-sandbx", "pytest has no option --execmock-no-sandbx", "--execmock-no-sandbox"),
    ],
)
def test_a_wrong_name_is_told_with_the_nearest(
    places: Places, place: str, name: str, said: str, near: str
) -> None:
    assert f"{said}. Did you mean {near!r}?" in places[place](name, 2)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("flag", "execmock: --speed is 'fast'; expected {}\n"),
        ("variable", "execmock: EXECMOCK_SPEED is 'fast'; expected {}\n"),
        ("file", "execmock: execmock.yaml:2:10: serve.speed is 'fast'; expected {}\n"),
        ("ExecMock", "ExecMock: speed is 'fast'; expected {}"),
        ("sandbox", "sandbox: speed is 'fast'; expected {}"),
        ("marker", "@pytest.mark.execmock: speed is 'fast'; expected {}\n"),
        ("pytest flag", "ERROR: --execmock-speed is 'fast'; expected {}\n"),
        ("ini", "tox.ini: execmock_speed is 'fast'; expected {}\n"),
        ("ini on the command line", "-o: execmock_speed is 'fast'; expected {}\n"),
    ],
)
def test_a_wrong_value_is_told_with_what_was_expected(places: Places, place: str, said: str) -> None:
    assert said.format("a number above 0 and at most 1000000") in places[place]("speed", "fast")


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("verify flag", "execmock: --effort is 'quik'; expected {}\n"),
        ("verify", "verify: effort is 'quik'; expected {}"),
        ("suite", "ERROR: --execmock-effort is 'quik'; expected {}\n"),
    ],
)
def test_verify_tells_a_wrong_value_alike(places: Places, place: str, said: str) -> None:
    said = said.format("quick or default or thorough. Did you mean 'quick'?")
    assert said in places[place]("effort", "quik")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("serve --port 4020", "--port and --embed-port are both 4020"),
        ("EXECMOCK_PORT=4020 serve", "EXECMOCK_PORT and --embed-port are both 4020"),
        ("serve port: 4020", "execmock.yaml:2:9: serve.port and --embed-port are both 4020"),
        ("EXECMOCK_HOST=0.0.0.0 serve", "EXECMOCK_HOST is '0.0.0.0', which other machines can reach"),
        ("EXECMOCK_CHOOSE=a=b serve", "EXECMOCK_CHOOSE: unknown choice 'a'"),
        ("serve choose: a=b", "execmock.yaml:2:11: serve.choose: unknown choice 'a'"),
        ("EXECMOCK_CHOOSE=a=b scenarios list", "EXECMOCK_CHOOSE: unknown choice 'a'"),
        ("EXECMOCK_SCENARIO=gone serve", "EXECMOCK_SCENARIO: there is no scenario 'gone'"),
        ("serve --scenarios gone", "--scenarios: there is no scenario file or folder 'gone'"),
        ("EXECMOCK_SCENARIOS=gone scenarios list", "EXECMOCK_SCENARIOS: there is no scenario file or folder"),
        ("serve store: redsi:x", "execmock.yaml:2:10: serve.store: 'redsi:' is not a store"),
        ("EXECMOCK_WORLD=gone serve", "EXECMOCK_WORLD: there is no world 'gone'"),
        (
            "EXECMOCK_DRAW_BY=gone serve",
            "EXECMOCK_DRAW_BY is 'gone'; expected a property of the request body",
        ),
        ("EXECMOCK_CONFIG=gone serve", "gone: there is no such file; EXECMOCK_CONFIG names it"),
        ("verify http://host:99999", "BASE_URL is 'http://host:99999'; expected an address such as"),
        ("verify --url http://host:99999", "--url is 'http://host:99999'; expected an address such as"),
        ("EXECMOCK_URL=host verify", "EXECMOCK_URL is 'host'; expected an address such as"),
        ("EXECMOCK_ONLY=auht verify http://127.0.0.1:9", "EXECMOCK_ONLY: 'auht' is no rule, area, tag or"),
        ("verify http://127.0.0.1:9 --skip auht", "--skip: 'auht' is no rule, area, tag or operation"),
        ("EXECMOCK_REPORT=xml=a verify http://127.0.0.1:9", "EXECMOCK_REPORT: 'xml' is no form of a report"),
    ],
)
def test_a_value_is_called_what_it_is_called_where_it_was_given(
    command: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`command` may begin with a variable; what it holds after a key with a colon stands in the file."""
    monkeypatch.chdir(tmp_path)
    words = command.split()
    if variable := "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        monkeypatch.setenv(name, value)
    if not variable and words[1].endswith(":"):
        Path("execmock.yaml").write_text(f"serve:\n  {words.pop(1)} {words.pop(1)}\n")
    other = ["--embed-port", "4020"] if "4020" in command else []
    assert main([*words, *other]) == 2
    assert f"execmock: {said}" in capsys.readouterr().err


def test_an_argument_is_named_by_what_only_the_server_can_refuse() -> None:
    with pytest.raises(ConfigError, match="choose: unknown choice 'a'"):
        ExecMock(choose={"a": "b"}).start()
    with pytest.raises(ConfigError, match="only: 'auht' is no rule"):
        verify("http://127.0.0.1:9", token="k", only=["auht"])
