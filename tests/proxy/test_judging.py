"""The proxy judges what passes: it accuses no service that keeps the contract, and finds each that drifts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from execmock.errors import ConfigError
from execmock.loading.contract import shipped_contract
from execmock.proxy.judging import COUNT
from execmock.proxy.program import Proxy
from execmock.settings import ProxySettings
from execmock.testing import ExecMock
from execmock.verify.outcome import Outcome
from execmock.verify.report import har, json_
from execmock.verify.report.model import Report
from execmock.verify.report.terminal import lines
from tests.proxy.parties import says, upstream
from tests.verify.mock_faults import FOUND, Found

BODY = {
    "workflowId": "wf_paid_happy_path",
    "sourceSystem": "shop",
    "sourceEntityType": "order",
    "externalRef": "a",
}
EMBED = {"id_type": "key", "execution_data": {}}
OWN = {
    "{wrong: another}": ["passing.read-is-its-own"],
    "{wrong: create-lost}": ["passing.created-is-read"],
    "{wrong: has-more}": ["passing.has-more"],
    "{wrong: twice}": ["passing.no-item-twice"],
    "{operation: listExecutions, stale: 30s}": ["passing.created-is-listed"],
    "{operation: getPublicExecution, stale: 10s}": ["public.not-stale"],
    "{wrong: created-twice}": ["passing.created-once"],
    "{wrong: {how: skewed, by: 2h}}": ["passing.created-now"],
}
"""What the rules of the proxy find, which no probe of `verify` needs."""


@pytest.fixture(scope="module")
def mock() -> Iterator[ExecMock]:
    with ExecMock(seed=7, auth="open", quiet_faults=True, frozen=True) as mock:
        yield mock


class Seconds:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def proxy(
    mock: ExecMock, seconds: Seconds | None = None, **options: Any
) -> AsyncIterator[tuple[Proxy, list[str]]]:
    said: list[str] = []
    settings = ProxySettings(url=mock.url, port=0, **{"level": "advisory", **options})
    async with Proxy(shipped_contract(), settings, said.append, seconds or Seconds()) as between:
        yield between, said


async def tour(url: str, sandbox: Any, seconds: Seconds, steps: int = 6) -> None:
    """Do what a client does: create, follow, list and turn pages, look at the public view, execute."""
    async with aiohttp.ClientSession(url, headers=sandbox.headers) as client:

        async def call(method: str, path: str, **more: Any) -> Any:
            async with client.request(method, path, **more) as answer:
                return await answer.json() if answer.ok else {}

        async def pass_(milliseconds: int) -> None:
            await asyncio.to_thread(sandbox.clock.advance, timedelta(milliseconds=milliseconds))
            seconds.now += milliseconds / 1000

        created = []
        for number in (1, 2):
            made = await call("POST", "/v1/executions", json={**BODY, "sourceEntityId": str(number)})
            created.append(made.get("data") or {})
            await pass_(100)
        await call("POST", "/api/v1/workflows/workflow_15/execute", json=EMBED)
        for _ in range(steps):
            for each in created[:1]:
                name = (each.get("execution") or {}).get("id", "exec_missing")
                for _ in range(2):
                    await call("GET", f"/v1/executions/{name}")
                await call(
                    "GET", f"/v1/public/executions/{name}", params={"token": each.get("clientToken", "")}
                )
            for page in ("", "", "?limit=1", "?limit=1&offset=1", "?limit=1&offset=2"):
                await call("GET", f"/v1/executions{page}")
            await pass_(2500)


def broken(report: Report) -> set[str]:
    return {result.rule.id for result in (*report.violations, *report.notices)}


async def judged(mock: ExecMock, *faults: Any, **options: Any) -> tuple[Report, list[str]]:
    sandbox = mock.sandbox(frozen=True)
    for fault in faults:
        sandbox.fault(fault)
    seconds = Seconds()
    async with proxy(mock, seconds, **options) as (between, said):
        await tour(between.url, sandbox, seconds)
    return await between.judging.report(), said


async def test_a_service_that_keeps_the_contract_is_not_accused(mock: ExecMock) -> None:
    report, said = await judged(mock)
    assert (broken(report), said, report.exit_code) == (set(), [], 0)
    assert report.judged > 50
    assert not report.unjudged


@pytest.mark.parametrize("found", [one for one in FOUND if one.rule], ids=lambda one: one.text)
async def test_each_drift_is_found(mock: ExecMock, found: Found) -> None:
    report, said = await judged(mock, found.fault)
    assert broken(report)
    assert broken(report).issuperset(OWN.get(found.text, ()))
    assert any(line.startswith("VIOLATION") for line in said)
    again = [line for line in lines(report) if "again:" in line and "=passing." in line]
    assert [line for line in again if "execmock proxy http" not in line] == []


async def asked(url: str, path: str = "/v1/executions", **more: Any) -> tuple[int, Any, Any]:
    async with (
        aiohttp.ClientSession(url, headers={"Authorization": "Bearer b3sk_one"}) as client,
        client.request(more.pop("method", "GET"), path, **more) as answer,
    ):
        return (
            answer.status,
            answer.headers,
            await answer.json() if answer.status != 200 else await answer.read(),
        )


WRONG = {"wrong": {"how": "retyped", "property": "status"}, "operation": "createExecution"}


async def test_a_violation_is_counted_in_a_header_and_told_once_with_its_place(mock: ExecMock) -> None:
    sandbox = mock.sandbox()
    sandbox.fault(WRONG)
    post = {"method": "POST", "json": BODY, "headers": sandbox.headers}
    async with proxy(mock, level="documented") as (between, said):
        counts = [(await asked(between.url, **post))[1][COUNT] for _ in range(2)]
    assert set(counts).isdisjoint({"0"})
    told = "VIOLATION create.shape [documented] 200 at /data/execution/status"
    shape = [line for line in said if line.startswith(told)]
    assert len(shape) == 1
    assert "openapi.yaml:" in said[said.index(shape[0]) + 2]
    assert (await between.judging.report()).exit_code == 1


async def test_with_fail_a_wrong_answer_becomes_a_502_in_the_api_s_form(mock: ExecMock) -> None:
    sandbox = mock.sandbox()
    sandbox.fault(WRONG)
    async with proxy(mock, fail=True) as (between, _):
        post = {"method": "POST", "json": BODY, "headers": sandbox.headers}
        status, headers, body = await asked(between.url, **post)
        assert (status, headers[COUNT] != "0") == (502, True)
        assert body["message"].startswith("The exchange breaks the contract in ")
        assert body["details"][0]["location"] == "answer/data/execution/status"
        assert (body["details"][0]["expected"], body["details"][0]["received"]) == ("a string", 17)
        sandbox.faults.clear()
        assert (await asked(between.url, **post))[0] == 200


async def test_an_answer_past_the_bound_passes_and_counts_as_not_judged(mock: ExecMock) -> None:
    async with proxy(mock, hold=20, fail=True) as (between, _):
        status, headers, _ = await asked(between.url)
    assert (status, COUNT in headers) == (200, False)
    report = await between.judging.report()
    assert report.exit_code == 3
    assert "the answer is longer than 20 bytes" in report.shortfall


async def test_other_paths_pass_untouched_unless_only_the_contract_s_may(mock: ExecMock) -> None:
    async with proxy(mock) as (between, _):
        status, headers, body = await asked(between.url, "/openapi.yaml")
        assert (status, COUNT in headers, body) == (200, False, (await asked(mock.url, "/openapi.yaml"))[2])
    assert (await between.judging.report()).exit_code == 3
    async with proxy(mock, only_contract=True) as (between, _):
        status, _, body = await asked(between.url, "/openapi.yaml")
        assert (status, body["message"]) == (404, "The contract has no operation for GET /openapi.yaml")


async def test_a_wrong_request_counts_where_it_was_taken() -> None:
    body = {"workflowId": 5, "sourceSystem": "shop", "sourceEntityType": "order"}
    with ExecMock(seed=7, auth="open") as mock:
        async with proxy(mock, only=("request",)) as (between, said):
            assert (await asked(between.url, method="POST", json=body))[0] == 400
            assert said == []
    async with upstream(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")) as base:
        settings = ProxySettings(url=base, port=0, only=("request",))
        async with Proxy(shipped_contract(), settings, said.append) as between:
            _, headers, _ = await asked(between.url, method="POST", json=body)
    assert headers[COUNT] == "1"
    assert said[1].startswith("  expected: in the request, body/workflowId: a string; came: 5")


async def test_what_is_waived_is_reported_as_waived_and_fails_nothing(mock: ExecMock, tmp_path: Path) -> None:
    file = tmp_path / "waivers.yaml"
    sandbox = mock.sandbox()
    sandbox.fault(WRONG)
    post = {"method": "POST", "json": BODY, "headers": sandbox.headers}

    async def passed(expires: str, rules: Iterable[str]) -> tuple[tuple[int, str], list[str], Report]:
        entries = [{"rule": name, "reason": "known", "expires": expires} for name in rules]
        file.write_text(json.dumps(entries), encoding="utf-8")
        async with proxy(mock, waive=file, fail=True, level="documented") as (between, said):
            status, headers, _ = await asked(between.url, **post)
        return (status, headers[COUNT]), said, await between.judging.report()

    answer, _, report = await passed("2020-12-31", ["create.shape"])
    assert (answer[0], report.exit_code) == (502, 1)
    assert "its waiver expired on 2020-12-31: known" in [result.reason for result in report.violations]
    failed = {result.rule.id for result in report.violations}
    answer, said, report = await passed("2999-12-31", failed)
    assert (answer, said, broken(report)) == ((200, "0"), [], set())
    assert {each.rule.id for each in report.results if each.outcome is Outcome.WAIVED} == failed


async def test_a_waiver_of_a_rule_that_there_is_not_is_refused(mock: ExecMock, tmp_path: Path) -> None:
    file = tmp_path / "waivers.yaml"
    # `verify` alone has the first, the proxy alone the second.
    names = ("auth.garbage", "passing.created-now", "create.shap")
    entries = [{"rule": name, "reason": "known", "expires": "2999-12-31"} for name in names]
    file.write_text(json.dumps(entries), encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"waivers\.yaml:1:\d+: 'create\.shap' is not a rule\..*create\.shape"
    ):
        Proxy(shipped_contract(), ProxySettings(url=mock.url, waive=file), print)


async def test_keys_that_passed_are_in_no_report(mock: ExecMock) -> None:
    sandbox = mock.sandbox()
    sandbox.fault(WRONG)
    async with proxy(mock) as (between, said):
        headers = {**sandbox.headers, "Cookie": "session=s3cret-of-the-page"}
        await asked(between.url, method="POST", json=BODY, headers=headers)
        await asked(between.url, "/v1/public/executions/exec_1?token=t0ken-of-before")
    key = sandbox.headers["Authorization"].removeprefix("Bearer ")
    report = await between.judging.report()
    assert report.violations
    for form in (json_, har):
        text = form.render(report)
        assert [each for each in (key, "s3cret-of", "t0ken-of") if each in text] == []
    assert key not in "\n".join([*said, *lines(report)])


async def test_a_create_that_is_repeated_later_accuses_no_clock(mock: ExecMock) -> None:
    sandbox = mock.sandbox()
    post = {"json": {**BODY, "idempotencyKey": "k"}, "headers": sandbox.headers}
    async with proxy(mock) as (between, said):
        for _ in range(2):
            _, _, body = await asked(between.url, method="POST", **post)
            name = json.loads(body)["data"]["execution"]["id"]
            await asyncio.to_thread(sandbox.clock.advance, "1h")
            await asked(between.url, f"/v1/executions/{name}", headers=sandbox.headers)
    assert (broken(await between.judging.report()), said) == (set(), [])
