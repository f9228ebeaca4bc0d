"""The contract is a valid OpenAPI document in which each statement says where it comes from."""

from __future__ import annotations

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from .openapi_reading import DOCUMENT, METHODS, PAGES, documented, nodes, operations, resolved, text

PAGE_NAMES = {operation["page"] for operation in PAGES["operations"].values()}
SOURCES = PAGE_NAMES | {"public", "inferred"}


@pytest.mark.parametrize("document", [DOCUMENT, documented()], ids=["expected", "documented"])
def test_the_document_is_valid_openapi_at_both_levels(document) -> None:
    assert document["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_each_operation_response_parameter_header_and_schema_names_its_source() -> None:
    components = DOCUMENT["components"]
    kinds = ("parameters", "headers", "responses", "schemas", "securitySchemes")
    stated = {f"{kind}/{name}": node for kind in kinds for name, node in components[kind].items()}
    for name, operation in operations().items():
        stated[name] = operation
        stated |= {f"{name}/{status}": resolved(node) for status, node in operation["responses"].items()}
        stated |= {f"{name}/{n}": resolved(node) for n, node in enumerate(operation.get("parameters", ()))}
    assert {
        place: node.get("x-source") for place, node in stated.items() if node.get("x-source") not in SOURCES
    } == {}


def test_every_source_is_a_page_or_public_or_inferred() -> None:
    named = {
        text(place): node[key]
        for place, node in nodes(DOCUMENT)
        for key in ("x-source", "source")
        if key in node
    }
    assert {place: source for place, source in named.items() if source not in SOURCES} == {}
    assert set(DOCUMENT["x-sources"]) == PAGE_NAMES


def test_every_operation_comes_from_the_page_that_describes_it() -> None:
    pages = {name: operation["page"] for name, operation in PAGES["operations"].items()}
    found = operations(documented())
    assert {name: operation["x-source"] for name, operation in found.items()} == pages
    for name, operation in found.items():
        assert DOCUMENT["x-sources"][pages[name]] == f"{operation['method']} {operation['path']}"


def test_every_inferred_keyword_stands_beside_its_entry() -> None:
    missing = []
    for place, node in nodes(DOCUMENT):
        for entry in node.get("x-inferred", ()):
            keyword, _, member = entry.partition(".")
            if keyword not in node or (member and member not in node[keyword]):
                missing.append(f"{text(place)}: {entry}")
    assert missing == []


def test_no_inferred_list_is_empty_or_repeats_itself() -> None:
    lists = [node["x-inferred"] for _, node in nodes(DOCUMENT) if "x-inferred" in node]
    assert lists
    assert [entries for entries in lists if not entries or len(set(entries)) < len(entries)] == []


def test_links_lead_to_operations_and_fill_parameters_that_they_have() -> None:
    known = operations()
    for name, operation in known.items():
        for response in operation["responses"].values():
            for link_name, link in resolved(response).get("links", {}).items():
                target = known[link["operationId"]]
                names = {resolved(parameter)["name"] for parameter in target["parameters"]}
                assert set(link.get("parameters", {})) <= names, f"{name}: {link_name}"


def test_the_links_join_create_with_get_list_and_public_read_and_list_with_get_and_create() -> None:
    found = {
        (name, link["operationId"]): set(link.get("parameters", {}))
        for name, operation in operations().items()
        for response in operation["responses"].values()
        for link in resolved(response).get("links", {}).values()
    }
    assert found == {
        ("createExecution", "getExecution"): {"id"},
        ("createExecution", "listExecutions"): set(),
        ("createExecution", "getPublicExecution"): {"id", "token"},
        ("listExecutions", "getExecution"): {"id"},
        ("listExecutions", "createExecution"): set(),
    }


def test_keys_are_asked_for_where_the_vendors_ask_for_them() -> None:
    found = operations()
    assert {name: found[name]["security"] for name in PAGES["operations"]} == {
        "createExecution": [{"bearerAuth": ["read-write"]}],
        "listExecutions": [{"bearerAuth": ["read"]}],
        "getExecution": [{"bearerAuth": ["read"]}],
        "getPublicExecution": [],
        "executeWorkflow": [{"embedKey": []}],
    }
    for scheme in DOCUMENT["components"]["securitySchemes"].values():
        assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def test_every_reference_leads_somewhere_and_every_component_is_used() -> None:
    used = {node["$ref"] for _, node in nodes(DOCUMENT) if "$ref" in node}
    used |= {
        node["$ref"]
        for _, media in nodes(DOCUMENT)
        for node in media.get("examples", {}).values()
        if isinstance(node, dict) and "$ref" in node
    }
    kinds = ("schemas", "responses", "parameters", "headers", "examples")
    existing = {f"#/components/{kind}/{name}" for kind in kinds for name in DOCUMENT["components"][kind]}
    assert used == existing


def test_no_schema_is_called_what_a_language_or_a_generator_calls_something_of_its_own() -> None:
    names = set(DOCUMENT["components"]["schemas"])
    shadowing = {"Error", "Event", "Map", "Object", "Date", "Request", "Response", "Result", "Status"}
    endings = ("Response", "Responses", "Error", "Errors", "Data")
    made = {name[0].upper() + name[1:] + ending for name in operations() for ending in endings}
    assert names & (shadowing | made) == set()
    assert [name for name in names if name.endswith("Response")] == []


def test_answers_are_listed_by_single_statuses() -> None:
    """Generators write a range as a type such as 5XX, which is no name and no number in their languages."""
    statuses = {status for operation in operations().values() for status in operation["responses"]}
    assert {"500", "502", "503"} <= statuses
    assert [status for status in statuses if not status.isdecimal()] == []


def test_a_default_stands_in_a_schema_of_its_own_and_not_among_the_properties_of_a_body() -> None:
    """There, generators take it for a value that is always there, and have clients send it."""
    names = {place[-1] for place, node in nodes(DOCUMENT["components"]["schemas"]) if "default" in node}
    assert names == {"EmbedExecutionData", "EmbedIdType", "EmbedUserKey"}


def test_no_generator_placeholder_is_left_in_the_document() -> None:
    assert re.findall(r"<(?:string|object|integer)>", str(DOCUMENT)) == []


def test_each_path_has_only_operations_and_servers() -> None:
    keys = {key for item in DOCUMENT["paths"].values() for key in item}
    assert keys <= {*METHODS, "servers"}
