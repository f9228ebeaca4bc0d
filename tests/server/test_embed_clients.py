"""What the vendor's Ruby client does, and what the reference allows besides, against the mock."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from .conftest import Reply, Server, Start

KEY = "sk_live_51"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
STRICT = {"auth": "strict", "keys": ((KEY, "read-write"),)}


class ClientError(Exception):
    """An error of the client: its class there, and the request id that it keeps."""

    def __init__(self, kind: str, request_id: str | None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.request_id = request_id


ERRORS = {
    400: "InvalidRequestError",
    422: "InvalidRequestError",
    401: "AuthenticationError",
    404: "APIError",
}


class Client:
    """Behaves as the vendor's client: the bodies it sends, and what it makes of an answer."""

    def __init__(self, server: Server, key: str = KEY) -> None:
        self._server = server
        self._key = key

    async def execute(self, workflow: str, **params: Any) -> Any:
        reply = await self._server.execute(workflow, params, key=self._key)
        return self.read(reply)

    def read(self, reply: Reply) -> Any:
        """Return the body of what is no error to the client: any other status whose body is JSON."""
        if reply.status in ERRORS:
            raise ClientError(ERRORS[reply.status], reply.headers.get("x-request-id"))
        return reply.json


@pytest.fixture
async def strict(mock_server: Start) -> Server:
    started: Server = await mock_server(**STRICT)
    return started


@pytest.mark.parametrize("id_type", ["hashid", "key"])
async def test_the_client_executes_by_hashid_and_by_key(strict: Server, id_type: str) -> None:
    """With a key that begins with sk_, which is not the form of the other vendor's."""
    bind = strict.engine.registry.current["embed-running"].bind
    made = await Client(strict).execute(
        str(bind[id_type]), id_type=id_type, execution_data={"user_name": "Ada"}
    )
    assert (made["object"], made["status"]) == ("execution", "running")
    assert made["execution_data"] == {"user_name": "Ada"}


@pytest.mark.parametrize(
    ("key", "workflow", "params", "kind"),
    [
        (KEY, "workflow_15", {"id_type": "key", "execution_data": []}, "InvalidRequestError"),
        (KEY, "workflow_15", {"id_type": "key", "user_key": 5}, "InvalidRequestError"),
        ("sk_wrong", "workflow_15", {"id_type": "key"}, "AuthenticationError"),
        (KEY, "workflow_none", {"id_type": "key"}, "APIError"),
    ],
)
async def test_the_client_tells_errors_apart_and_keeps_the_request_id(
    strict: Server, key: str, workflow: str, params: dict[str, Any], kind: str
) -> None:
    with pytest.raises(ClientError, match=kind) as caught:
        await Client(strict, key).execute(workflow, **params)
    assert str(caught.value.request_id).startswith("req_")


async def test_the_client_finds_the_request_id_of_a_success_too(strict: Server) -> None:
    reply = await strict.execute("workflow_15", {"id_type": "key"}, key=KEY)
    assert reply.headers["x-request-id"].startswith("req_")


async def test_malformed_json_is_an_invalid_request_to_the_client(strict: Server) -> None:
    reply = await strict.execute("workflow_15", data=b"{", key=KEY)
    with pytest.raises(ClientError, match="InvalidRequestError"):
        Client(strict).read(reply)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_the_client_takes_every_other_status_for_a_success(strict: Server, status: int) -> None:
    """A trap that whoever uses the client can try: what it then has is the error's JSON."""
    reply = await strict.execute("workflow_15", {}, key=KEY, headers={"Prefer": f"code={status}"})
    assert reply.status == status
    assert Client(strict).read(reply)["code"] == status


def form(*pairs: tuple[str, str]) -> bytes:
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs).encode()


@pytest.fixture
async def lenient(mock_server: Start) -> Server:
    started: Server = await mock_server(choose=(("embedFormBody", "accept"),))
    return started


async def test_a_form_stands_for_the_object_that_its_names_say(lenient: Server) -> None:
    sent = form(
        ("id_type", "key"),
        ("user_key", "main"),
        ("execution_data[user][name]", "Ada & Co"),
        ("execution_data[user][age]", "36"),
        ("execution_data[tags][]", "a"),
        ("execution_data[tags][]", "\u00e9"),
        ("execution_data[empty]", ""),
    )
    reply = await lenient.execute(
        "workflow_15", data=sent, headers={"Content-Type": f"{FORM['Content-Type']}; charset=utf-8"}
    )
    assert reply.status == 201
    data = {"user": {"name": "Ada & Co", "age": "36"}, "tags": ["a", "\u00e9"], "empty": ""}
    assert reply.json["execution_data"] == data


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"id_type=key&execution_data=text", 422),
        (b"id_type=key&execution_data[a]=1&execution_data[a][b]=2", 400),
        (b"id_type=key&execution_data[a][b]=1&execution_data[a]=2", 400),
        (b"id_type=key&execution_data[a]=1&execution_data[a][]=2", 400),
        (b"id_type=key&execution_data[a][][b]=1", 400),
        (b"id_type=key&execution_data[=1", 400),
        (b"=1", 400),
        (b"a=%ff", 400),
        (b"\xff", 400),
        (b"a" + b"[a]" * 30 + b"=1", 400),
        (b"&".join([b"a=1"] * 1_001), 400),
    ],
)
async def test_a_form_that_stands_for_no_such_object_is_refused(
    lenient: Server, sent: bytes, status: int
) -> None:
    reply = await lenient.execute("workflow_15", data=sent, headers=FORM)
    assert (reply.status, reply.places) == (status, ["body/execution_data" if status == 422 else "body"])


async def test_an_empty_form_is_an_empty_body(lenient: Server) -> None:
    bind = lenient.engine.registry.current["embed-running"].bind
    assert (await lenient.execute(str(bind["id"]), data=b"", headers=FORM)).json["execution_data"] == {}


async def test_forms_are_taken_by_the_embed_operation_alone(lenient: Server) -> None:
    sent = b"workflowId=wf_a&sourceSystem=s&sourceEntityType=o"
    assert (await lenient.send("POST", "/v1/executions", data=sent, headers=FORM)).status == 415
