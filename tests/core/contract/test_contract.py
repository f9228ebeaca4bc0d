"""The contract as values: operations, levels, choices, pointers; a document that is none is refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from execmock.core.contract import Contract, SchemaPlace, names, pointer_to
from execmock.core.contract.document import JSON
from execmock.core.contract.names import CREATE_BODY, EXECUTION
from execmock.core.contract.pointers import follow
from execmock.errors import ContractError
from execmock.loading.contract import shipped_contract

CONTRACT = shipped_contract()
DOCUMENTED = CONTRACT.at_level("documented")
UNDOCUMENTED = {"public", "inferred"}


def small(**parts: Any) -> dict[str, Any]:
    operation = {"operationId": "one", "responses": {"200": {"description": "Yes"}, "4XX": {}, "default": {}}}
    return {"openapi": "3.1.0", "paths": {"/one": {"get": {**operation, **parts}}}}


def test_five_operations_of_two_vendors_are_documented() -> None:
    assert {name: (o.method, o.path) for name, o in DOCUMENTED.operations.items()} == {
        "createExecution": ("POST", "/v1/executions"),
        "listExecutions": ("GET", "/v1/executions"),
        "getExecution": ("GET", "/v1/executions/{id}"),
        "getPublicExecution": ("GET", "/v1/public/executions/{id}"),
        "executeWorkflow": ("POST", "/api/v1/workflows/{id}/execute"),
    }
    assert CONTRACT.operation("createExecution").servers == ("https://api.example.com",)
    assert CONTRACT.operation("executeWorkflow").servers == ("https://embedworkflow.com",)


def test_an_operation_knows_its_keys_and_scopes() -> None:
    assert CONTRACT.operation("createExecution").scopes == ("read-write",)
    assert CONTRACT.operation("listExecutions").security == ("bearerAuth",)
    assert CONTRACT.operation("getPublicExecution").security == ()


def test_a_parameter_is_found_by_its_name() -> None:
    limit = CONTRACT.operation("listExecutions").parameter("limit")
    assert (limit.location, limit.required, limit.schema["default"]) == ("query", False, 20)
    assert limit.pointer == "#/components/parameters/Limit"
    with pytest.raises(KeyError):
        CONTRACT.operation("listExecutions").parameter("page")


def test_the_most_exact_answer_covers_a_status() -> None:
    operation = Contract(small()).operation("one")
    found = [operation.response(status) for status in (200, 404, 500)]
    assert [response and response.status for response in found] == ["200", "4XX", "default"]
    assert CONTRACT.operation("getExecution").response(302) is None


def test_an_unknown_operation_names_the_nearest() -> None:
    with pytest.raises(ContractError, match="no operation 'getExecutions'"):
        CONTRACT.operation("getExecutions")


@pytest.mark.parametrize("document", [None, [], "x", {}, {"openapi": "3.0.3"}, {"swagger": "2.0"}])
def test_what_is_no_openapi_3_1_document_is_refused(document: Any) -> None:
    with pytest.raises(ContractError, match=r"expected an OpenAPI 3\.1 document"):
        Contract(document)


def test_an_operation_without_an_id_is_refused() -> None:
    document = small()
    del document["paths"]["/one"]["get"]["operationId"]
    with pytest.raises(ContractError, match="#/paths/~1one/get has no operationId"):
        _ = Contract(document).operations


def test_own_parameters_win_over_shared_ones_and_references_are_followed() -> None:
    document = small(parameters=[{"name": "a", "in": "query", "schema": {"type": "integer"}}])
    document["paths"]["/one"]["parameters"] = [
        {"name": "a", "in": "query", "schema": {"type": "string"}},
        {"$ref": "#/components/parameters/B"},
    ]
    document["components"] = {
        "parameters": {"B": {"name": "b", "in": "header", "schema": {"type": "string"}}}
    }
    operation = Contract(document).operation("one")
    assert [(p.name, p.schema["type"], p.pointer) for p in operation.parameters] == [
        ("a", "integer", "#/paths/~1one/get/parameters/0"),
        ("b", "string", "#/components/parameters/B"),
    ]


@pytest.mark.parametrize(
    "pointer", ["#/nothing", "#/paths/~1v1~1executions/get/tags/7", "#/openapi/x", "#/paths/x/0"]
)
def test_a_pointer_to_nothing_is_refused(pointer: str) -> None:
    with pytest.raises(ContractError, match="points at nothing: there is no"):
        CONTRACT.look_up(pointer)


def test_a_pointer_leads_through_lists_and_escapes() -> None:
    assert CONTRACT.look_up("#/paths/~1v1~1executions/get/tags/0") == "executions"
    assert Contract({**small(), "x~y": 1}).look_up("#/x~0y") == 1


def test_a_reference_to_itself_is_refused() -> None:
    document = {**small(), "components": {"schemas": {"A": {"$ref": "#/components/schemas/A"}}}}
    with pytest.raises(ContractError, match="refers to itself"):
        Contract(document).resolve({"$ref": "#/components/schemas/A"})


def test_keywords_beside_a_reference_win() -> None:
    found = CONTRACT.resolve({"$ref": "#/components/schemas/Timestamp", "description": "When"})
    assert (found["format"], found["description"]) == ("date-time", "When")


def test_a_choice_lists_its_default_first() -> None:
    choice = CONTRACT.choices["unknownExecution"]
    assert (choice.default, choice.alternatives, choice.values) == (400, (404,), (400, 404))


def nodes(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, Mapping):
        yield node
        for item in node.values():
            yield from nodes(item)
    elif isinstance(node, list):
        for item in node:
            yield from nodes(item)


def test_the_documented_level_keeps_every_documented_operation_property_and_answer() -> None:
    assert DOCUMENTED.operations.keys() <= CONTRACT.operations.keys()
    statuses = {name: set(operation.responses) for name, operation in DOCUMENTED.operations.items()}
    assert statuses == {
        "createExecution": {"200", "400"},
        "listExecutions": {"200", "400"},
        "getExecution": {"200", "400"},
        "getPublicExecution": {"200", "400", "401"},
        "executeWorkflow": {"201", "404"},
    }
    assert (
        DOCUMENTED.schema(EXECUTION)["properties"].keys() == CONTRACT.schema(EXECUTION)["properties"].keys()
    )


def test_the_documented_level_has_no_operation_that_is_inferred_or_public() -> None:
    document = copy.deepcopy(CONTRACT.document)
    added = {"operationId": "one", "responses": {"200": {"description": "Yes", "x-source": "public"}}}
    document["paths"]["/one"] = {"post": {"x-source": "public", **added}}
    more = Contract(document)
    assert more.operations.keys() - CONTRACT.operations.keys() == {"one"}
    assert more.at_level("documented").operations.keys() == DOCUMENTED.operations.keys()


def test_the_documented_level_strips_what_is_inferred_or_public() -> None:
    assert DOCUMENTED.operation("createExecution").security == ()
    assert [p.name for p in DOCUMENTED.operation("createExecution").parameters] == []
    assert [p.name for p in DOCUMENTED.operation("executeWorkflow").parameters] == ["id"]
    assert (
        DOCUMENTED.operation("listExecutions").parameter("limit").schema.keys() & {"minimum", "format"}
        == set()
    )
    request = DOCUMENTED.schema(CREATE_BODY)
    assert request["required"] == CONTRACT.schema(CREATE_BODY)["required"]
    assert request["properties"]["externalRef"]["type"] == "string"
    assert "additionalProperties" not in request["properties"]["requestPayload"]
    assert "required" not in DOCUMENTED.schema(EXECUTION)


def test_the_documented_level_has_neither_lists_of_the_inferred_nor_dangling_references() -> None:
    for node in nodes(DOCUMENTED.document):
        assert "x-inferred" not in node
        if isinstance(node.get("$ref"), str):
            DOCUMENTED.look_up(node["$ref"])


def test_levels_are_cut_once_and_leave_the_contract_as_it_was() -> None:
    before = copy.deepcopy(CONTRACT.document)
    assert CONTRACT.at_level("documented").document == DOCUMENTED.document
    assert CONTRACT.document == before
    assert CONTRACT.at_level("expected") is CONTRACT
    assert DOCUMENTED.at_level("documented") is DOCUMENTED
    with pytest.raises(ContractError, match="cannot be grown again"):
        DOCUMENTED.at_level("expected")
    with pytest.raises(ContractError, match="'strict' is not a level; expected one of documented, expected"):
        CONTRACT.at_level("strict")  # type: ignore[arg-type]


def test_exactly_what_is_marked_goes() -> None:
    document = {
        **small(
            **{
                "x-inferred": ["summary", "tags.b", "absent", "absent.too"],
                "summary": "goes",
                "description": "stays",
                "tags": ["a", "b"],
            }
        ),
        "components": {
            "schemas": {
                "A": {
                    "x-inferred": ["type.null", "minimum"],
                    "type": ["integer", "string", "null"],
                    "minimum": 1,
                    "maximum": 2,
                    "default": {"x-inferred": ["kept, it is a value"]},
                    "properties": {
                        "stays": {"type": "string", "x-source": "page.txt"},
                        "goes": {"type": "string", "x-source": "inferred"},
                        "default": {"x-inferred": ["minLength"], "minLength": 1, "type": "string"},
                    },
                },
            }
        },
    }
    cut = Contract(document).at_level("documented")
    assert cut.look_up("#/paths/~1one/get").keys() == {"operationId", "responses", "description", "tags"}
    assert cut.look_up("#/paths/~1one/get/tags") == ["a"]
    assert cut.look_up("#/components/schemas/A") == {
        "type": ["integer", "string"],
        "maximum": 2,
        "default": {"x-inferred": ["kept, it is a value"]},
        "properties": {"stays": {"type": "string", "x-source": "page.txt"}, "default": {"type": "string"}},
    }


PLACES = [place for place in vars(names).values() if isinstance(place, SchemaPlace)]


def renamed() -> dict[str, Any]:
    """Return the shipped document with other names for all of its schemas, and its longest one in place."""
    text = json.dumps(CONTRACT.document)
    schemas = CONTRACT.document["components"]["schemas"]
    for name in schemas:
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/Our{name}"')
    document: dict[str, Any] = json.loads(text)
    document["components"]["schemas"] = {
        f"Our{name}": schema for name, schema in document["components"]["schemas"].items()
    }
    create = document["paths"]["/v1/executions"]["post"]["requestBody"]["content"]["application/json"]
    create["schema"] = document["components"]["schemas"].pop("OurCreateExecutionRequest")
    return document


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_schema_is_found_from_its_operation_whatever_it_is_called(place: SchemaPlace) -> None:
    found = Contract(renamed()).schema(place)
    assert found["type"] in ("object", "string")
    assert json.dumps(found).replace("schemas/Our", "schemas/") == json.dumps(CONTRACT.schema(place))


def test_without_an_envelope_the_data_is_the_whole_answer() -> None:
    schema = {"type": "object", "properties": {"execution": {"type": "object", "title": "bare"}}}
    operation = {
        "operationId": "createExecution",
        "responses": {"201": {"content": {JSON: {"schema": schema}}}},
    }
    contract = Contract({"openapi": "3.1.0", "paths": {"/things": {"post": operation}}})
    assert contract.schema(names.EXECUTION)["title"] == "bare"
    assert contract.pointer(names.EXECUTION).endswith(
        "/responses/201/content/application~1json/schema/properties/execution"
    )
    with pytest.raises(ContractError, match="there is no 'properties'"):
        contract.schema(names.STATUS)


def test_an_operation_without_a_success_says_so() -> None:
    contract = Contract(small(responses={"400": {}}))
    with pytest.raises(
        ContractError, match="#/paths/~1one/get/responses has no success; expected a status such as 200"
    ):
        contract.pointer(SchemaPlace("one", "data"))


def test_a_circle_of_references_is_refused_on_the_way_too() -> None:
    schemas = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
    with pytest.raises(ContractError, match="refers to itself"):
        follow({"components": {"schemas": schemas}}, "#/components/schemas/A", ["properties"])


def test_what_is_said_of_a_place_is_found_through_references_and_branches_and_once_only() -> None:
    round_about = {
        "anyOf": [
            {"$ref": "#/components/schemas/A"},
            {"properties": {"lines": {"items": {"type": "object"}}}},
        ]
    }
    body = {"content": {JSON: {"schema": {"$ref": "#/components/schemas/A"}}}}
    document = {**small(requestBody=body), "components": {"schemas": {"A": round_about}}}
    contract = Contract(document)
    places = {
        where: pointer_to(contract, contract.operation("one"), where)
        for where in ("body", "body/lines", "body/lines/7/price", "body/other", "header/X", "elsewhere")
    }
    lines = "#/components/schemas/A/anyOf/1/properties/lines"
    assert places == {
        "body": "#/components/schemas/A",
        "body/lines": lines,
        "body/lines/7/price": f"{lines}/items",
        "body/other": "#/components/schemas/A",
        "header/X": "#/paths/~1one/get",
        "elsewhere": "#/paths/~1one/get",
    }
