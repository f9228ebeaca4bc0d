"""An option's value comes from the flag, else the variable, else the file, else the default."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from execmock.errors import ConfigError
from execmock.loading.yaml_marks import load_marked
from execmock.settings import (
    SECTIONS,
    ApiKey,
    ServeSettings,
    Setting,
    build,
    check_file,
    options,
    resolve,
    unknown_variables,
)

FILE = "conf/execmock.yaml"


def resolved(
    name: str,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    file: str = "",
) -> Setting:
    marked = load_marked(file, FILE)
    check_file(marked, SECTIONS)
    settings = resolve("serve", ServeSettings, flags or {}, environ or {}, marked)
    return next(setting for setting in settings if setting.option.name == name)


@pytest.mark.parametrize(
    ("flags", "environ", "file", "value", "origin"),
    [
        ({"port": "1"}, {"EXECMOCK_PORT": "2"}, "serve: {port: 3}", 1, "--port"),
        ({"port": None}, {"EXECMOCK_PORT": "2"}, "serve: {port: 3}", 2, "EXECMOCK_PORT"),
        ({}, {"EXECMOCK_PORT": ""}, "serve:\n  port: 3", 3, f"{FILE}:2:9"),
        ({}, {}, "serve: {port: null}", 4010, "default"),
        ({}, {}, "serve:", 4010, "default"),
        ({}, {}, "", 4010, "default"),
    ],
)
def test_flag_over_variable_over_file_over_default(
    flags: dict[str, Any], environ: dict[str, str], file: str, value: int, origin: str
) -> None:
    setting = resolved("port", flags, environ, file)
    assert (setting.value, str(setting.origin)) == (value, origin)


KEYS = (ApiKey("a", "read"), ApiKey("b", "read-write"))


@pytest.mark.parametrize(
    ("flags", "environ", "file"),
    [
        ({"key": ("a=read", "b")}, {"EXECMOCK_KEY": "c"}, "serve: {key: d}"),
        ({"key": ()}, {"EXECMOCK_KEY": "a=read, b,"}, "serve: {key: d}"),
        ({}, {}, "serve: {key: [a=read, b]}"),
        ({}, {}, "serve: {key: {a: read, b: read-write}}"),
    ],
)
def test_a_repeatable_option_takes_all_its_values_from_one_place(
    flags: dict[str, Any], environ: dict[str, str], file: str
) -> None:
    assert resolved("key", flags, environ, file).value == KEYS


def test_a_repeatable_option_may_stand_alone_in_the_file() -> None:
    assert resolved("cors-origin", file="serve: {cors-origin: 'http://a'}").value == ("http://a",)


def test_an_empty_list_in_the_file_overrides_the_default() -> None:
    setting = resolved("cors-origin", file="serve: {cors-origin: []}")
    assert (setting.value, setting.origin.kind) == ((), "file")


@pytest.mark.parametrize(
    ("file", "name", "value"),
    [
        ("{choose: {unknownExecution: 404, nullOptional: accept}}", "choose", "both"),
        ("{choose: [unknownExecution=404, nullOptional=accept]}", "choose", "both"),
        ("{max-body: 512k}", "max-body", 524288),
        ("{max-body: 100}", "max-body", 100),
        ("{speed: 1.5}", "speed", 1.5),
        ("{speed: 60}", "speed", 60.0),
        ("{frozen: true}", "frozen", True),
        ("{clock-start: 1970-01-01T00:00:01Z}", "clock-start", 1000),
    ],
)
def test_the_file_holds_values_of_yaml_types(file: str, name: str, value: Any) -> None:
    both = (("unknownExecution", "404"), ("nullOptional", "accept"))
    assert resolved(name, file=f"serve: {file}").value == (both if value == "both" else value)


@pytest.mark.parametrize(
    ("flags", "file", "paths"),
    [
        ({}, "serve: {scenarios: [a, ../b, /c]}", (Path("conf/a"), Path("conf/../b"), Path("/c"))),
        ({"scenarios": ("a",)}, "serve: {scenarios: b}", (Path("a"),)),
    ],
)
def test_a_path_in_the_file_starts_at_the_files_folder(
    flags: dict[str, Any], file: str, paths: tuple[Path, ...]
) -> None:
    assert resolved("scenarios", flags, file=file).value == paths


@pytest.mark.parametrize(
    ("flags", "environ", "message"),
    [
        ({"port": "abc"}, {}, "--port is 'abc'; expected a whole number from 0 to 65535"),
        ({"port": ""}, {}, "--port is ''; expected a whole number"),
        ({}, {"EXECMOCK_PORT": "99999"}, "EXECMOCK_PORT is '99999'; expected a whole number from 0"),
        ({"auth": "strickt"}, {}, "--auth is 'strickt'; expected open or strict. Did you mean 'strict'?"),
        ({"choose": ("a=1", "b")}, {}, "--choose is 'b'; expected NAME=VALUE"),
        ({"scenario": " " * 99}, {}, f"--scenario is '{' ' * 59}...; expected text"),
        ({"key": ("s3cret=reed",)}, {}, "--key is not usable; expected a key, alone or with =read or"),
        ({}, {"EXECMOCK_CONTROL_KEY": "s3cret x"}, "EXECMOCK_CONTROL_KEY is not usable; expected a key"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_what_was_expected(
    flags: dict[str, Any], environ: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        resolved("port", flags, environ)
    assert str(caught.value).startswith(message)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("- serve", "1:1: the file is a list; expected a mapping"),
        ("0", "1:1: the file is 0; expected a mapping"),
        ("srve: {}", "1:1: 'srve' is no section. Did you mean 'serve'?"),
        ("x: {}", "1:1: 'x' is no section. Expected one of proxy, record, serve"),
        ("serve: [port]", "1:8: serve is a list; expected a mapping"),
        ("serve:\n  prot: 1", "2:3: 'prot' is no option of serve. Did you mean 'port'?"),
        ("serve:\n  log_format: json", "2:3: 'log_format' is no option of serve. Did you mean 'log-format'?"),
        ("serve:\n  xyz: 1", "2:3: 'xyz' is no option of serve. Expected one of auth, body-rate, choose,"),
        ("serve:\n  port: 99999", "2:9: serve.port is 99999; expected a whole number from 0 to 65535"),
        ("serve:\n  port: '80'", "2:9: serve.port is '80'; expected a whole number"),
        ("serve:\n  port: true", "2:9: serve.port is true; expected a whole number"),
        ("serve:\n  port: [1]", "2:9: serve.port is a list; expected a whole number"),
        ("serve: {frozen: yes}", "1:17: serve.frozen is 'yes'; expected true or false"),
        ("serve: {scenario: 404}", "1:19: serve.scenario is 404; expected text"),
        ("serve:\n  choose:\n  - a=1\n  - b", "4:5: serve.choose is 'b'; expected NAME=VALUE"),
        ("serve:\n  choose:\n    a: [1]", "3:8: serve.choose is a list; expected NAME=VALUE"),
        ("serve:\n  key: {s3cret: reed}", "2:17: serve.key is not usable; expected a key, alone"),
        ("serve:\n  key: [null]", "2:9: serve.key is not usable"),
        ("serve:\n  cors-origin: [null]", "2:17: serve.cors-origin is null; expected * or an origin"),
    ],
)
def test_an_error_in_the_file_has_its_place(file: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_file(load_marked(file, FILE), SECTIONS)
    assert str(caught.value).startswith(f"{FILE}:{message}")
    assert "s3cret" not in str(caught.value)


def test_unknown_variables_are_named_with_the_nearest_known_one() -> None:
    environ = {"EXECMOCK_PROT": "1", "EXECMOCK_PORT": "2", "PATH": "x"}
    assert list(unknown_variables(environ, ["EXECMOCK_PORT"])) == [
        "EXECMOCK_PROT is no variable of execmock and is ignored. Did you mean 'EXECMOCK_PORT'?"
    ]


def test_without_any_wish_the_settings_are_the_defaults() -> None:
    assert build(ServeSettings, resolve("serve", ServeSettings, {}, {}, None)) == ServeSettings()


def test_every_default_is_a_value_that_its_own_kind_reads_back() -> None:
    for option in options(ServeSettings):
        for value in option.default if option.many else [option.default]:
            if value is not None:
                assert option.kind.parse(option.kind.show(value)) == value, option.name


def test_two_services_cannot_share_a_port() -> None:
    with pytest.raises(ConfigError, match=r"--port and --embed-port are both 4010; expected two ports"):
        ServeSettings(embed_port=4010)
    assert ServeSettings(port=0, embed_port=0, control_port=0).port == 0
