"""Sandboxes: made, read, reset, deleted, and apart from each other."""

from __future__ import annotations

from typing import Any

import pytest

from execmock.clocks import ManualClock

CLOCK = {"now": "2026-01-01T09:00:00Z", "frozen": True}


async def test_the_default_one_is_there_and_empty(control: Any) -> None:
    (only,) = (await control.get("/sandboxes"))["sandboxes"]
    assert (only["id"], only["executions"], only["scenario"]) == ("default", 0, None)
    assert await control.get("/sandboxes/default") == only


async def test_one_is_made_with_its_clock_scenario_and_keys(control: Any) -> None:
    wanted = {
        "name": "checkout",
        "seed": 7,
        "scenario": "node-fails",
        "clock": {**CLOCK, "speed": 60},
        "keys": [{"key": "b3sk_rw"}, {"key": "b3sk_ro", "scope": "read"}],
    }
    reply = await control.send("POST", "/sandboxes", wanted)
    assert reply.status == 201
    made = reply.json
    assert made["keys"] == [
        {"key": "b3sk_rw", "scope": "read-write"},
        {"key": "b3sk_ro", "scope": "read"},
    ]
    assert made["clock"] == {"now": "2026-01-01T09:00:00.000Z", "frozen": True, "speed": 60.0}
    del made["keys"]
    assert await control.get("/sandboxes/checkout") == made
    name = await control.create("wf_any", key="b3sk_rw")
    standing = await control.get(f"/executions/{name}?sandbox=checkout")
    assert standing["scenario"] == "node-fails"
    refused = await control.server.create({}, key="b3sk_ro")
    assert refused.status == 403
    assert (await control.server.get(f"/v1/executions/{name}", key="b3sk_ro")).status == 200


async def test_one_without_wishes_gets_a_name_and_a_key_of_its_own(control: Any) -> None:
    made = [await control.post("/sandboxes", {}) for _ in range(2)]
    assert len({one["id"] for one in made} | {one["keys"][0]["key"] for one in made}) == 4
    assert [one["keys"][0]["scope"] for one in made] == ["read-write"] * 2
    name = await control.create("wf_any", key=made[0]["keys"][0]["key"])
    assert (await control.get(f"/executions/{name}?sandbox={made[0]['id']}"))["id"] == name


async def test_one_may_have_no_key(control: Any) -> None:
    assert (await control.post("/sandboxes", {"name": "closed", "keys": []}))["keys"] == []


async def test_keys_are_shown_when_they_are_made_and_never_again(control: Any) -> None:
    key = await control.sandbox("checkout")
    for path in ("/sandboxes", "/sandboxes/checkout", "/snapshot?sandbox=checkout"):
        assert key not in (await control.send("GET", path)).body.decode()


async def test_a_seed_makes_the_same_ids_tokens_keys_and_chances_in_two_runs(controlled: Any) -> None:
    runs = []
    for server_seed in (1, 2):
        control = await controlled(seed=server_seed)
        made = await control.post("/sandboxes", {"name": "checkout", "seed": 7, "clock": CLOCK})
        key = made["keys"][0]["key"]
        answers = [made]
        for _ in range(3):
            created = await control.server.create({"workflowId": "wf_flaky"}, key=key)
            name = created.data["execution"]["id"]
            answers.append(created.json)
        await control.post("/clock/advance?sandbox=checkout", {"by": "1h"})
        answers.append((await control.server.get(f"/v1/executions/{name}", key=key)).json)
        answers.append(await control.get("/executions?sandbox=checkout"))
        runs.append(answers)
    assert runs[0] == runs[1]


async def test_without_a_seed_nothing_repeats(controlled: Any) -> None:
    made = []
    for _ in range(2):
        control = await controlled(seed=None)
        made.append(await control.post("/sandboxes", {"name": "checkout", "clock": CLOCK}))
    assert made[0]["organizationId"] != made[1]["organizationId"]
    assert made[0]["keys"] != made[1]["keys"]


async def test_what_is_made_in_one_is_in_no_other(control: Any) -> None:
    keys = {name: await control.sandbox(name) for name in ("a", "b")}
    name = await control.create("wf_any", key=keys["a"], idempotencyKey="k")
    assert (await control.server.get(f"/v1/executions/{name}", key=keys["b"])).status == 400
    assert (await control.server.get("/v1/executions", key=keys["b"])).data["items"] == []
    assert await control.create("wf_any", key=keys["b"], idempotencyKey="k") != name
    counts = [(await control.get(f"/journal/count?sandbox={sandbox}"))["count"] for sandbox in ("a", "b")]
    assert counts == [1, 3]


async def test_a_reset_forgets_what_was_created_and_keeps_the_rest(control: Any) -> None:
    key = await control.sandbox("a", seed=7, scenario="node-fails", clock=CLOCK)
    other = await control.create("wf_any")
    first = await control.create("wf_any", key=key)
    before = await control.get("/sandboxes/a")
    reset = await control.post("/sandboxes/a/reset")
    assert reset == {**before, "executions": 0}
    assert (await control.get("/journal?sandbox=a"))["count"] == 0
    assert (await control.server.get(f"/v1/executions/{first}", key=key)).status == 400
    # Its numbers start again, so that a test can be run again on the same ids.
    assert await control.create("wf_any", key=key) == first
    assert (await control.server.get(f"/v1/executions/{other}")).status == 200


async def test_a_deleted_one_is_gone_with_all_that_was_in_it(control: Any) -> None:
    key = await control.sandbox("a")
    name = await control.create("wf_any", key=key)
    reply = await control.send("DELETE", "/sandboxes/a")
    assert (reply.status, reply.body) == (204, b"")
    assert [one["id"] for one in (await control.get("/sandboxes"))["sandboxes"]] == ["default"]
    for path in ("/sandboxes/a", "/clock?sandbox=a", f"/executions/{name}?sandbox=a", "/journal?sandbox=a"):
        await control.refused(404, "GET", path)
    await control.refused(404, "DELETE", "/sandboxes/a")


async def test_the_keys_of_a_deleted_one_open_nothing(control: Any) -> None:
    """Not even the default sandbox, which any unknown key opens."""
    key = await control.sandbox("a")
    assert (await control.server.get("/v1/executions", key=key)).status == 200
    await control.delete("/sandboxes/a")
    assert (await control.server.get("/v1/executions", key=key)).status == 401


async def test_one_can_be_made_again_with_the_same_name_and_keys(control: Any) -> None:
    wanted = {"name": "a", "seed": 7, "keys": [{"key": "b3sk_mine"}, {}], "clock": CLOCK}
    first = await control.post("/sandboxes", wanted)
    made = await control.create("wf_any", key="b3sk_mine")
    await control.delete("/sandboxes/a")
    assert await control.post("/sandboxes", wanted) == first
    assert await control.create("wf_any", key="b3sk_mine") == made


async def test_deleted_ones_leave_nothing_in_memory_but_their_latest_keys(control: Any) -> None:
    mock = control.server.mock

    async def kept() -> tuple[int, ...]:
        engine = mock.engine
        everything = sum(len(shelf.ids) for shelf in engine.store._collections.values())
        keys = await engine.store.count("", "key")
        return len(engine.journal._rings), len(mock.request_ids._series), everything - keys

    await control.create("wf_any")
    await control.get("/clock")
    before = await kept()
    for number in range(11):
        key = await control.sandbox(f"s{number}", keys=[{} for _ in range(100)])
        await control.create("wf_any", key=key)
        await control.delete(f"/sandboxes/s{number}")
    assert await kept() == before
    assert await mock.engine.store.count("", "key") == 1000


async def test_the_default_one_stays(control: Any) -> None:
    await control.refused(409, "DELETE", "/sandboxes/default")
    assert (await control.post("/sandboxes/default/reset"))["id"] == "default"


async def test_a_name_and_a_key_are_given_once(control: Any) -> None:
    await control.sandbox("a", keys=[{"key": "b3sk_one"}])
    error = await control.refused(409, "POST", "/sandboxes", {"name": "a"})
    assert error["details"][0]["location"] == "body/name"
    for keys in ([{"key": "b3sk_one"}], [{"key": "b3sk_two"}, {"key": "b3sk_two"}]):
        error = await control.refused(409, "POST", "/sandboxes", {"name": "b", "keys": keys})
        assert error["message"] == "The key opens a sandbox already"
        assert "b3sk_" not in str(error)
    await control.refused(404, "GET", "/sandboxes/b")


@pytest.mark.parametrize(
    ("wanted", "status", "place"),
    [
        ({"name": "a b"}, 400, "body/name"),
        ({"name": ""}, 400, "body/name"),
        ({"seed": -1}, 400, "body/seed"),
        ({"scenario": "node-fail"}, 404, "body/scenario"),
        ({"clock": {"now": "soon"}}, 400, "body/clock/now"),
        ({"clock": {"now": "1969-12-31T23:59:59Z"}}, 409, "body/clock/now"),
        ({"clock": {"now": "9999-01-01T00:00:00Z"}}, 409, "body/clock/now"),
        ({"clock": {"speed": 0}}, 400, "body/clock/speed"),
        ({"keys": [{"scope": "admin"}]}, 400, "body/keys/0/scope"),
        ({"keys": [{"key": "b3sk with spaces"}]}, 400, "body/keys/0/key"),
        ({"seeds": 7}, 400, "body/seeds"),
    ],
)
async def test_one_that_cannot_be_is_refused_with_its_place(
    control: Any, wanted: Any, status: int, place: str
) -> None:
    error = await control.refused(status, "POST", "/sandboxes", wanted)
    assert error["details"][0]["location"] == place
    assert len((await control.get("/sandboxes"))["sandboxes"]) == 1


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/reset"), ("DELETE", "")])
async def test_an_unknown_one_is_not_found(control: Any, method: str, path: str) -> None:
    error = await control.refused(404, method, f"/sandboxes/none{path}")
    assert error["details"][0]["location"] == "path/name"


async def test_every_sandbox_numbers_its_own_requests(controlled: Any) -> None:
    """What happens elsewhere, the control API included, changes no request id of a seeded sandbox."""
    runs = []
    for busy in (False, True):
        control = await controlled()
        key = await control.sandbox("a", seed=7, clock=CLOCK)
        ids = []
        for _ in range(2):
            if busy:
                await control.create("wf_any")
                await control.get("/clock?sandbox=a")
            ids.append((await control.server.create({}, key=key)).json["requestId"])
        runs.append(ids)
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 2


async def test_one_that_is_made_frozen_has_not_run_at_all(controlled: Any) -> None:
    """Real time goes on while it is made; what it shows must be the same in every run."""

    class Hasty(ManualClock):
        def now(self) -> int:
            self.advance(1)
            return super().now()

    control = await controlled(clock=Hasty(), frozen=True)
    await control.sandbox("a", clock=CLOCK)
    for name in ("a", "default"):
        assert (await control.get(f"/clock?sandbox={name}"))["now"] == "2026-01-01T09:00:00.000Z"


async def test_one_may_have_a_time_zone_of_its_own(control: Any) -> None:
    """What was executed keeps its zone wherever its sandbox is restored."""
    wanted = {"name": "berlin", "timezone": "Europe/Berlin", "clock": CLOCK, "keys": [{"key": "b3sk_berlin"}]}
    assert (await control.post("/sandboxes", wanted))["timezone"] == "Europe/Berlin"
    assert (await control.get("/sandboxes/default"))["timezone"] == "America/New_York"
    made = (await control.server.execute("workflow_15", {"id_type": "key"}, key="b3sk_berlin")).json
    assert made["created_at_string"] == "Jan 01, 2026 10:00 am CET"
    assert made["created_at"] == "2026-01-01T10:00:00+01:00"
    snapshot = await control.get("/snapshot?sandbox=berlin")
    await control.put("/snapshot", snapshot)
    standing = await control.get(f"/executions/{made['id']}")
    assert made["created_at_string"] in str(standing)
    for kept in (snapshot["sandbox"], snapshot["values"][0]["value"]):
        name = "timezone" if "timezone" in kept else "zone"
        before, kept[name] = kept[name], "Europe/Berlim"
        error = await control.refused(422, "PUT", "/snapshot", snapshot)
        assert "unknown time zone 'Europe/Berlim'" in str(error)
        kept[name] = before


async def test_an_unknown_time_zone_is_refused_with_the_nearest(control: Any) -> None:
    error = await control.refused(404, "POST", "/sandboxes", {"timezone": "Europe/Berlim"})
    assert error["message"].startswith("unknown time zone 'Europe/Berlim'")
    assert "Did you mean 'Europe/Berlin'?" in error["message"]
