"""A misspelt parameter, property or path is refused with the nearest name, and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("method", "path", "body", "place", "hint"),
    [
        ("POST", "/clock/advance?sandbx=checkout", {"by": "1s"}, "query/sandbx", "sandbox"),
        ("POST", "/sandboxes/default/reset?emty=true", None, "query/emty", "empty"),
        ("GET", "/executions?statuss=workflow_failed", None, "query/statuss", "status"),
        ("GET", "/executions?waits-for=approve", None, "query/waits-for", "waitsFor"),
        ("GET", "/executions/{id}/wait?status=workflow_failed&time=1", None, "query/time", "timeout"),
        ("GET", "/executions/{id}?sandbx=a", None, "query/sandbx", "sandbox"),
        ("GET", "/journal?operaton=createExecution", None, "query/operaton", "operation"),
        ("DELETE", "/journal?metod=GET", None, "query/metod", "method"),
        ("GET", "/scenarios?sandboxes=a", None, "query/sandboxes", "sandbox"),
        ("GET", "/stream?sandbx=a", None, "query/sandbx", "sandbox"),
        ("PUT", "/clock", {"frozn": True}, "body/frozn", "frozen"),
        ("POST", "/sandboxes", {"nam": "a"}, "body/nam", "name"),
        ("POST", "/sandboxes", {"clock": {"spead": 2}}, "body/clock/spead", "speed"),
    ],
)
async def test_a_misspelt_name_is_refused_with_the_nearest(
    control: Any, method: str, path: str, body: Any, place: str, hint: str
) -> None:
    name = await control.create("wf_waits_for_approval")
    before = await control.get("/snapshot")
    error = await control.refused(400, method, path.replace("{id}", name), body)
    assert error["details"][0]["location"] == place
    assert f"Did you mean '{hint}'?" in error["details"][0]["message"]
    assert await control.get("/snapshot") == before


async def test_an_operation_without_parameters_takes_none(control: Any) -> None:
    for path in ("/health?x=1", "/sandboxes?x"):
        error = await control.refused(400, "GET", path)
        assert error["details"][0]["message"].startswith("query/x: expected no parameters in the query")


async def test_every_unknown_parameter_is_named_and_a_known_one_is_not(control: Any) -> None:
    error = await control.refused(400, "GET", "/executions?b=1&limit=1&a=2")
    assert [detail["location"] for detail in error["details"]] == ["query/b", "query/a"]


async def test_a_query_of_many_unknown_names_is_refused_in_a_few_lines(control: Any) -> None:
    query = "&".join(f"x{number}={'y' * 10}" for number in range(500))
    error = await control.refused(400, "GET", f"/clock?{query}")
    assert len(error["details"]) == 20


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/executions/exec_1/signals", "/_execmock/executions/exec_1/signal"),
        ("/execution", "/_execmock/executions"),
        ("/scenario/quick", "/_execmock/scenarios/quick"),
    ],
)
async def test_an_unknown_path_is_refused_with_the_nearest(control: Any, path: str, nearest: str) -> None:
    error = await control.refused(404, "GET", path)
    (detail,) = error["details"]
    assert detail["expected"] == "a path of the control API, as /_execmock/openapi.yaml describes it"
    assert detail["message"].endswith(f"Did you mean '{nearest}'?")


async def test_a_slash_at_the_end_of_a_path_is_named(control: Any) -> None:
    error = await control.refused(404, "GET", "/clock/")
    said = "Did you mean '/_execmock/clock', without the slash at its end?"
    assert error["details"][0]["message"].endswith(said)


async def test_the_api_itself_ignores_parameters_that_it_does_not_know(control: Any) -> None:
    assert (await control.server.get("/v1/executions?sandbx=1")).status == 200
