"""From method and path to operation: literal segments win, parameters are decoded, the rest says why not."""

from __future__ import annotations

from types import MappingProxyType
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from execmock.core.contract import Operation, Router
from execmock.loading.contract import shipped_contract

ROUTER = shipped_contract().router


def operation(method: str, path: str) -> Operation:
    nothing = MappingProxyType({})
    return Operation(f"{method} {path}", method, path, "", (), (), None, nothing, (), (), (), "", "")


OWN = Router(
    operation(*pair.split())
    for pair in (
        "GET /a/{id}",
        "PUT /a/{name}",
        "GET /a/b",
        "GET /a/b/c",
        "GET /a/{id}/d",
        "GET /{one}/{two}/{three}/e",
    )
)


@pytest.mark.parametrize(
    ("method", "path", "found", "parameters"),
    [
        ("GET", "/a/x", "GET /a/{id}", {"id": "x"}),
        ("PUT", "/a/x", "PUT /a/{name}", {"name": "x"}),
        ("GET", "/a/b", "GET /a/b", {}),
        ("GET", "/a/b/d", "GET /a/{id}/d", {"id": "b"}),
        ("GET", "/a/b/c/e", "GET /{one}/{two}/{three}/e", {"one": "a", "two": "b", "three": "c"}),
        ("GET", "/a/x%2Fy", "GET /a/{id}", {"id": "x/y"}),
        ("GET", "/a/%C3%A9%20+", "GET /a/{id}", {"id": "é +"}),
        ("GET", "/a/%zz%", "GET /a/{id}", {"id": "%zz%"}),
        ("GET", "/a/%ff%00", "GET /a/{id}", {"id": "\ufffd\0"}),
        ("GET", "/a/..", "GET /a/{id}", {"id": ".."}),
    ],
)
def test_a_path_leads_to_an_operation(method: str, path: str, found: str, parameters: dict[str, str]) -> None:
    match = OWN.match(method, path)
    assert match.operation is not None
    assert (match.operation.id, match.parameters) == (found, parameters)


@given(st.text(min_size=1))
def test_any_text_comes_through_encoded(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    assume(text not in ("stats", "stream"))
    match = ROUTER.match("GET", f"/v1/executions/{quote(text, safe='')}")
    assert match.parameters == {"id": text}


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/v1/executions", ("GET", "HEAD", "POST")),
        ("/v1/executions/x", ("GET", "HEAD")),
        ("/v1/public/executions/x", ("GET", "HEAD")),
        ("/api/v1/workflows/x/execute", ("POST",)),
    ],
)
@pytest.mark.parametrize("method", ["DELETE", "get", ""])
def test_a_known_path_names_its_methods(method: str, path: str, allow: tuple[str, ...]) -> None:
    match = ROUTER.match(method, path)
    assert (match.operation, match.allow) == (None, allow)


def test_head_leads_where_get_leads() -> None:
    match = ROUTER.match("HEAD", "/v1/executions/x")
    assert match == ROUTER.match("GET", "/v1/executions/x")
    assert ROUTER.match("HEAD", "/api/v1/workflows/x/execute").allow == ("POST",)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "*",
        "x",
        "/v1",
        "/v1/executions/",
        "/v1/executions//",
        "//v1/executions",
        "/v1/executions/a/b",
        "/V1/executions",
    ],
)
def test_an_unknown_path_leads_nowhere(path: str) -> None:
    match = ROUTER.match("GET", path)
    assert (match.operation, match.allow) == (None, ())


ELSEWHERE = shipped_contract().known_elsewhere


@pytest.mark.parametrize("path", ELSEWHERE)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_path_that_the_vendor_has_elsewhere_is_no_operation_and_no_id(method: str, path: str) -> None:
    match = ROUTER.match(method, path.replace("{id}", "x"))
    assert (match.operation, match.parameters, match.allow, match.known_elsewhere) == (None, None, (), True)


@pytest.mark.parametrize("path", ["/v1/executions/streams", "/v1/executions/stat", "/v1/executions/strea%6D"])
def test_an_id_that_resembles_such_a_path_is_an_id(path: str) -> None:
    match = ROUTER.match("GET", path)
    assert match.operation is not None
    assert match.operation.id == "getExecution"


def test_an_operation_at_such_a_path_is_served() -> None:
    router = Router(
        [operation("GET", "/a/{id}"), operation("GET", "/a/stats"), operation("POST", "/a/{id}/stop")],
        ["/a/stats", "/a/{id}/stop", "/a/stream"],
    )
    found = router.match("GET", "/a/stats").operation
    assert found is not None
    assert found.path == "/a/stats"
    assert router.match("GET", "/a/x/stop").allow == ("POST",)
    assert router.match("GET", "/a/stream").known_elsewhere
    assert not router.match("GET", "/a/x/y").known_elsewhere
