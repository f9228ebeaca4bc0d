"""`verify --contract FILE`: a service is held to the user's own copy of the contract."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from execmock.cli import main
from execmock.loading.contract import data_path
from execmock.testing import ExecMock
from execmock.verify import verify
from execmock.verify.report.model import Report
from execmock.verify.report.terminal import lines

from .test_suite import suite_run

TEXT = data_path("openapi.yaml").read_text(encoding="utf-8")


def write(folder: Path, *edits: tuple[str, str]) -> Path:
    """Write a copy of the contract in which the first of each pair is replaced by the second everywhere."""
    text = TEXT
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def judged(mock: ExecMock, contract: Path | None, *only: str) -> Report:
    """Judge a mock by a contract, by few rules and fast."""
    return verify(
        mock.url, token=mock.key, contract=contract, only=only, effort="quick", generated=False, sandbox=False
    )


V2 = ("/v1/executions", "/v2/runs")


def test_a_service_with_other_paths_conforms_to_the_contract_that_has_them(tmp_path: Path) -> None:
    mine = write(tmp_path, V2, ("/v1/public/executions", "/v2/seen"))
    with ExecMock(contract=mine, auth="open") as mock:
        rules = ("list.default-limit", "create.status-200", "public.private-fields", "http.unknown-path")
        report = judged(mock, mine, *rules)
        by_the_shipped = judged(mock, None, "list.default-limit")
    assert report.conforms, list(lines(report))
    assert {seen.request.url.split("/")[3] for seen in report.journal if seen.operation} == {"v2"}
    assert not by_the_shipped.conforms


def test_a_finding_stands_in_the_contract_that_it_breaks(tmp_path: Path) -> None:
    mine = write(tmp_path, ("        default: 20\n", "        default: 7\n"))
    with ExecMock(auth="open") as mock:
        report = judged(mock, mine, "list.default-limit")
    assert not report.conforms
    said = "\n".join(lines(report))
    found = re.search(rf"contract: {re.escape(str(mine))}:(\d+) (#\S+)", said)
    assert found
    line = mine.read_text(encoding="utf-8").splitlines()[int(found[1]) - 1]
    assert (found[2][-13:], line.strip()) == ("/parameters/0", '- $ref: "#/components/parameters/Limit"')
    assert f"--contract={mine}" in said


def test_methods_that_the_contract_has_are_not_held_to_be_wrong(tmp_path: Path) -> None:
    delete = """    delete:
      operationId: deleteExecution
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"204": {description: Gone}}
"""
    mine = write(tmp_path, ("  /v1/executions/{id}:\n", "  /v1/executions/{id}:\n" + delete))
    with ExecMock(auth="open") as mock:
        report = judged(mock, mine, "http.method-not-allowed")
    sent = {seen.label for seen in report.journal if seen.label.startswith("method/")}
    assert "method/getExecution/PUT" in sent
    assert "method/getExecution/DELETE" not in sent


def test_a_contract_that_cannot_be_used_ends_the_command_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = write(tmp_path, ("operationId: getExecution\n", "operationId: getExecutions\n"))
    assert main(["verify", "http://127.0.0.1:1", "--token", "k", "--contract", str(mine)]) == 2
    assert re.match(rf"execmock: {mine}:\d+:7: no operation has the operationId", capsys.readouterr().err)


def test_the_suite_takes_it_too(tmp_path: Path) -> None:
    mine = write(tmp_path, ("operationId: getExecution\n", "operationId: getExecutions\n"))
    given = ("--execmock-url=http://127.0.0.1:1", "-k", "list.default-limit", f"--execmock-contract={mine}")
    code, said = suite_run(tmp_path, *given)
    assert code == 4
    assert any(f"{mine}:" in line and "no operation has the operationId" in line for line in said)
    assert not any("Traceback" in line for line in said)


def test_rules_of_required_properties_follow_the_contract(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = write(
        tmp_path,
        (
            "required: [sourceEntityType, sourceSystem, workflowId]",
            "required: [sourceEntityType, workflowId]",
        ),
    )
    assert main(["verify", "--rules", "--contract", str(mine)]) == 0
    named = capsys.readouterr().out
    assert "create.required.sourceEntityType" in named
    assert "create.required.sourceSystem" not in named
