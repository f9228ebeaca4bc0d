"""A contract of one's own: what is wrong with it has its place, and files of its folder belong to it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator

from execmock.core.contract.names import CREATE_BODY
from execmock.errors import ContractError
from execmock.loading.contract import as_yaml, data_path, own_contract, shipped_contract
from execmock.loading.yaml_marks import load_marked
from execmock.loading.yaml_text import yaml_text

from .broken_contracts import BROKEN, Broken

TEXT = data_path("openapi.yaml").read_text(encoding="utf-8")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The path that a contract is to be written to, alone in its folder."""
    (tmp_path / "api").mkdir()
    return tmp_path / "api" / "mine.yaml"


def write(path: Path, *edits: tuple[str, str]) -> Path:
    """Write a copy of the contract in which the first of each pair is replaced by the second."""
    text = TEXT
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path) -> list[str]:
    """Return what is said about a contract that cannot be used, line by line."""
    with pytest.raises(ContractError) as raised:
        own_contract(path)
    return str(raised.value).splitlines()


def edited(case: Broken) -> tuple[str, str]:
    """Return the text of a broken copy, and the line and column that are to be told."""
    assert case.old in TEXT
    marked = TEXT.replace(case.old, case.new, 1)
    at = marked.index("@@") if "@@" in marked else marked.index(case.at)
    before = marked[:at]
    return marked.replace("@@", ""), f"{before.count(chr(10)) + 1}:{at - before.rfind(chr(10))}"


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_told_with_its_place(mine: Path, case: Broken) -> None:
    text, place = edited(case)
    mine.write_text(text, encoding="utf-8")
    assert f"{mine}:{place}: {case.said}" in refusal(mine)


def test_the_line_is_shown_with_a_caret_under_the_place(mine: Path) -> None:
    write(mine, ("        default: 20\n", "        defalt: 20\n"))
    lines = refusal(mine)
    assert lines[1:] == ["          defalt: 20", "          ^"]


def test_of_many_mistakes_twenty_are_shown(mine: Path) -> None:
    mine.write_text(TEXT.replace("- $ref:", "- $reff:").replace("{$ref:", "{$reff:"), encoding="utf-8")
    lines = refusal(mine)
    assert len([line for line in lines if line.startswith(str(mine))]) == 20
    assert lines[-1].startswith("... and ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: [", r"mine\.yaml:1:\d+: not valid YAML"),
        (b"\xff", r"mine\.yaml:1:1: is not UTF-8 text"),
        (b"", r"mine\.yaml:1:1: expected an object, received null"),
        (b"[]", r"mine\.yaml:1:1: expected an object, received \[\]"),
        (b"openapi: 3.1.0\nopenapi: 3.1.0", r"mine\.yaml:2:1: the key 'openapi' stands twice"),
    ],
)
def test_what_is_no_document_says_so(mine: Path, content: bytes, said: str) -> None:
    mine.write_bytes(content)
    with pytest.raises(ContractError, match=said):
        own_contract(mine)


def test_a_file_that_is_not_there_says_so(mine: Path) -> None:
    with pytest.raises(ContractError, match=r"mine\.yaml: cannot be read: No such file"):
        own_contract(mine)


def test_a_copy_is_served_as_it_was_read_whatever_becomes_of_its_file(mine: Path) -> None:
    contract = own_contract(write(mine, ("title: Workflow executions", "title: Ours")))
    text = mine.read_bytes()
    mine.unlink()
    assert contract.document["info"]["title"] == "Ours"
    assert as_yaml(contract) == text


def test_an_untouched_copy_is_the_shipped_contract(mine: Path) -> None:
    assert own_contract(write(mine)).document == shipped_contract().document


FILES = {
    "parts/bodies.yaml": """
Body:
  type: object
  required: [workflowId]
  properties:
    workflowId: {type: string}
    parent: {$ref: "#/Body"}
    when: {$ref: "../mine.yaml#/components/schemas/Timestamp"}
    tag: {$ref: "tag.yaml"}
""",
    "parts/tag.yaml": "type: string\nmaxLength: 9\n",
    "paths/ping.yaml": """
get:
  operationId: ping
  security: []
  responses:
    "204": {description: Here}
    "429": {$ref: "../mine.yaml#/components/responses/TooManyRequests"}
    "503": {$ref: "../parts/busy.yaml"}
""",
    "parts/busy.yaml": "description: Busy\n",
}
TAG = "parts/tag.yaml"
BODY = 'schema: {$ref: "#/components/schemas/CreateExecutionRequest"}'
OUTSIDE = (BODY, 'schema: {$ref: "parts/bodies.yaml#/Body"}')
PING = ("paths:\n  /v1/executions:", 'paths:\n  /ping: {$ref: "paths/ping.yaml"}\n  /v1/executions:')
UNUSED = ("    CreateExecutionRequest:\n", "    Tag: {type: integer}\n    CreateExecutionRequest:\n")


def spread(path: Path, **changed: str) -> Path:
    """Write a contract that refers to other files of its folder."""
    for name, text in {**FILES, **changed}.items():
        file = path.parent / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return write(path, OUTSIDE, PING, UNUSED)


def test_files_of_the_folder_become_one_document(mine: Path) -> None:
    contract = own_contract(spread(mine))
    body = contract.schema(CREATE_BODY)
    assert body["properties"]["parent"] == {"$ref": contract.pointer(CREATE_BODY)}
    assert contract.resolve(body["properties"]["when"])["format"] == "date-time"
    assert contract.resolve(body["properties"]["tag"]) == {"type": "string", "maxLength": 9}
    ping = contract.operation("ping")
    assert (ping.method, ping.path, list(ping.responses)) == ("GET", "/ping", ["204", "429", "503"])
    assert contract.look_up(ping.responses["503"].pointer)["description"] == "Busy"
    assert ping.responses["429"].schema is not None


def test_the_one_document_is_a_file_that_other_tools_read(mine: Path) -> None:
    contract = own_contract(spread(mine))
    read = yaml.safe_load(as_yaml(contract))
    assert read == contract.document
    assert [error.message for error in OpenAPIV31SpecValidator(read).iter_errors()] == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({TAG: "type: strin\n"}, TAG + ":1:1: expected one of string"),
        ({TAG: "a: ["}, TAG + ":1:4: not valid YAML"),
        (
            {TAG: '{$ref: "../../x.yaml"}'},
            TAG + ":1:2: '../../x.yaml' leads out of the folder",
        ),
        ({TAG: '{$ref: "http://x/y"}'}, TAG + ":1:2: 'http://x/y' is on the network"),
        ({TAG: '{$ref: "bodies.yaml#/None"}'}, TAG + ":1:2: 'bodies.yaml#/None' points at nothing"),
        ({TAG: '{$ref: "bodies.yaml#Body"}'}, TAG + ":1:2: 'bodies.yaml#Body' is no place"),
        ({"paths/ping.yaml": '{$ref: "ping.yaml"}'}, "paths/ping.yaml:1:2: 'ping.yaml' refers to itself"),
        (
            {"paths/ping.yaml": "get: {responses: {}}"},
            "paths/ping.yaml:1:6: the key 'operationId' is missing",
        ),
    ],
)
def test_a_mistake_in_another_file_is_told_there(mine: Path, changed: dict[str, str], said: str) -> None:
    lines = refusal(spread(mine, **changed))
    assert [line for line in lines if line.startswith(f"{mine.parent}/{said}")] != []


def test_a_link_of_the_file_system_leads_out_of_the_folder_too(mine: Path) -> None:
    (mine.parent.parent / "secret.yaml").write_text("type: string\n")
    spread(mine)
    (mine.parent / "parts/tag.yaml").unlink()
    (mine.parent / "parts/tag.yaml").symlink_to("../../secret.yaml")
    assert "'tag.yaml' leads out of the folder of the contract; expected a file in it" in refusal(mine)[0]


def test_a_contract_that_is_a_link_has_the_folder_of_its_target(mine: Path) -> None:
    """As a Kubernetes volume has it: the file in sight is a link into a folder that changes."""
    spread(mine)
    seen = mine.parent.parent / "contract.yaml"
    seen.symlink_to(mine)
    assert "ping" in own_contract(seen).operations


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(["1e310", "0o7", "0x1F", "on", ".5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_written_as_yaml_is_read_as_it_was_by_both_versions(value: object) -> None:
    text = yaml_text(value)
    assert yaml.safe_load(text) == value
    assert load_marked(text.decode(), "a.yaml").data == value
