"""The contract says all that the five pages say, and marks whatever they do not say."""

from __future__ import annotations

from typing import Any

import pytest

from .openapi_reading import (
    DOCUMENT,
    PAGES,
    documented,
    json_content,
    nodes,
    operations,
    resolved,
    shape,
    text,
)

CUT = documented()
NAMES = list(PAGES["operations"])
CONSTRAINTS = {
    *("required", "enum", "const", "default", "format", "pattern", "additionalProperties"),
    *("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties"),
    *("oneOf", "anyOf", "allOf", "not"),
}


def follow(node: Any) -> Any:
    return resolved(node, CUT)


def page(name: str) -> dict[str, Any]:
    found: dict[str, Any] = PAGES["operations"][name]
    return found


def operation(name: str) -> dict[str, Any]:
    return operations(CUT)[name]


def answer(name: str) -> dict[str, Any]:
    """The schema of an operation's success, as documented."""
    status = next(status for status in operation(name)["responses"] if status.startswith("2"))
    schema: dict[str, Any] = follow(operation(name)["responses"][status])["content"]["application/json"][
        "schema"
    ]
    return schema


def test_the_contract_has_the_operations_of_the_pages() -> None:
    """What comes from elsewhere may stand in the contract too, and says so."""
    assert set(operations(CUT)) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_method_server_path_and_summary_are_the_pages(name: str) -> None:
    found = operation(name)
    told = (found["method"], [server["url"] for server in found["servers"]], found["path"], found["summary"])
    assert told == (page(name)["method"], [page(name)["server"]], page(name)["path"], page(name)["summary"])


@pytest.mark.parametrize("name", NAMES)
def test_documented_parameters_are_the_pages(name: str) -> None:
    found = {}
    for node in map(follow, operation(name)["parameters"]):
        found[node["name"]] = {"in": node["in"], "required": node["required"]} | {
            key: node["schema"][key] for key in ("type", "default") if key in node["schema"]
        }
        clamp = node["schema"].get("x-clamp", {})
        found[node["name"]] |= {"most": clamp["maximum"]} if clamp else {}
        assert node["description"].startswith(page(name)["parameters"][node["name"]]["description"])
    told = {
        name: {key: value for key, value in parameter.items() if key != "description"}
        for name, parameter in page(name)["parameters"].items()
    }
    assert found == told


@pytest.mark.parametrize("name", NAMES)
def test_documented_statuses_are_the_pages(name: str) -> None:
    assert list(operation(name)["responses"]) == page(name)["statuses"]


@pytest.mark.parametrize("name", NAMES)
def test_documented_errors_say_nothing_of_their_body(name: str) -> None:
    errors = {status: node for status, node in operation(name)["responses"].items() if status[0] in "45"}
    assert errors
    assert [status for status, node in errors.items() if "content" in follow(node)] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_documented_answer_has_exactly_the_properties_of_the_page(name: str) -> None:
    assert shape(answer(name), follow) == page(name)["answer"]


@pytest.mark.parametrize("name", NAMES)
def test_enums_are_the_pages(name: str) -> None:
    assert dict(enums(answer(name))) == page(name)["enums"]


def enums(schema: Any, place: str = "") -> list[tuple[str, list[str]]]:
    schema = follow(schema)
    here = [(place, schema["enum"])] if "enum" in schema else []
    for name, child in schema.get("properties", {}).items():
        here += enums(child, f"{place}.{name}" if place else name)
    return here + (enums(schema["items"], place + "[]") if "items" in schema else [])


@pytest.mark.parametrize("name", [name for name in NAMES if "body" in page(name)])
def test_the_documented_request_body_is_the_pages(name: str) -> None:
    body = operation(name)["requestBody"]
    schema = follow(body["content"]["application/json"]["schema"])
    kept = ("type", "default", "enum")
    properties = {
        name: {key: follow(node)[key] for key in kept if key in follow(node)}
        for name, node in schema["properties"].items()
    }
    told = page(name)["body"]
    assert (body["required"], properties) == (told["required"], told["properties"])
    assert sorted(schema.get("required", [])) == sorted(told["needed"])


def test_no_other_constraint_is_passed_off_as_documented() -> None:
    """What is left beside names and types is on a page, and this is all of it."""
    left = {
        kind: {name: node for name, node in CUT["components"][kind].items() if is_from_a_page(node)}
        for kind in ("schemas", "parameters")
    }
    kept = {
        f"{text(place)} {keyword}"
        for place, node in nodes({"components": left, "paths": CUT["paths"]})
        if place[-1:] != ("properties",)
        for keyword in CONSTRAINTS & set(node)
        if not isinstance(node[keyword], bool)
    }
    page_of_items = "#/components/schemas/ListExecutionsEnvelope/properties/data/properties"
    assert kept == {
        "#/components/parameters/Limit/schema default",
        "#/components/parameters/Limit/schema/x-clamp maximum",
        "#/components/parameters/Offset/schema default",
        "#/components/schemas/CreateExecutionRequest required",
        "#/components/schemas/ExecutionStatus enum",
        "#/components/schemas/EmbedExecutionData default",
        "#/components/schemas/EmbedIdType default",
        "#/components/schemas/EmbedUserKey default",
        f"{page_of_items}/items maxItems",
        f"{page_of_items}/limit maximum",
    }


def is_from_a_page(node: dict[str, Any]) -> bool:
    return node["x-source"] in DOCUMENT["x-sources"]


def test_a_page_of_the_list_is_bounded_by_the_documented_maximum() -> None:
    data = answer("listExecutions")
    data = follow(data)["properties"]["data"]["properties"]
    most = page("listExecutions")["parameters"]["limit"]["most"]
    assert (data["limit"]["maximum"], data["items"]["maxItems"]) == (most, most)


@pytest.mark.parametrize("name", NAMES)
def test_null_is_only_accepted_where_the_contract_says_that_it_is_inferred(name: str) -> None:
    schema = json_content(operations()[name].get("requestBody", {})).get("schema", {})
    properties = resolved(schema).get("properties", {})
    nullable = {name for name, node in properties.items() if "null" in resolved(node)["type"]}
    optional = set(properties) - set(resolved(schema).get("required", []))
    assert nullable == (optional if name == "createExecution" else set())


@pytest.mark.parametrize(
    ("public", "private"), [("PublicExecution", "Execution"), ("PublicExecutionEvent", "ExecutionEvent")]
)
def test_what_the_public_view_hides_is_what_only_the_private_page_lists(public: str, private: str) -> None:
    schemas = DOCUMENT["components"]["schemas"]
    only_private = set(schemas[private]["properties"]) - set(schemas[public]["properties"])
    assert set(schemas[public]["x-hidden"]) == only_private


def test_the_choices_are_all_there_with_the_values_that_are_accepted() -> None:
    kept = ("default", "alternatives", "notices", "mock-only")
    found = {
        name: {key: choice[key] for key in kept if key in choice}
        for name, choice in DOCUMENT["x-choices"].items()
    }
    assert found == PAGES["choices"]


def test_every_status_that_a_choice_names_is_an_answer_of_some_operation() -> None:
    answers = {status for operation in operations().values() for status in operation["responses"]}
    named = {
        str(value)
        for choice in DOCUMENT["x-choices"].values()
        for value in [choice["default"], *choice["alternatives"]]
        if isinstance(value, int)
    }
    assert named <= answers
