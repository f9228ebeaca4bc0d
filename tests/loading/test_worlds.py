"""World files: every mistake is found where it stands, and the shipped ones have none."""

from __future__ import annotations

from pathlib import Path

import pytest

from execmock.core.world import WorldWords
from execmock.errors import WorldError
from execmock.loading.contract import data_path, shipped_contract
from execmock.loading.scenarios import read_folder, vocabularies
from execmock.loading.worlds import load_world, read_world, shipped_worlds, world_path

CONTRACT = shipped_contract()
FILES = read_folder([data_path("fixtures") / "scenarios"], vocabularies(CONTRACT))
WORDS = WorldWords.of(CONTRACT, [file.scenario for file in FILES if file.scenario])

BODY = "{workflowId: wf_a, sourceSystem: s, sourceEntityType: t}"
HEAD = f"world: w\nsandboxes:\n  shop:\n    request: {BODY}\n"
LISTED = HEAD + "    executions:\n"
MANY = HEAD + "    generate:\n      - count: 3\n        scenarios: {flaky: 1}\n"


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read_world(text, "w.yaml", WORDS)[1]]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1: the file is empty; expected a world, with the keys `world` and"),
        ("world: [", "1:8: not valid YAML: the [ that opens here is not closed; expected ]"),
        (
            "wrld: w\nworld: w\n",
            "1:1: unknown key 'wrld'; expected one of world, ",
        ),
        ("world: w\nclock: {start: noon}\n", "2:9: 'noon' is not an instant; expected RFC 3339"),
        (
            "world: w\nclock: {speed: 0}\n",
            "2:9: expected a number above 0 and at most 1000000, or `frozen: true` for",
        ),
        ("world: w\nsandboxes: {a/b: {}}\n", "2:13: 'a/b' is no name of a sandbox; expected letters, digits"),
        (
            "world: w\nsandboxes:\n  a: {keys: {b3sk_x: read}}\n  b: {keys: {b3sk_x: read}}\n",
            "4:14: this key opens the sandbox 'a' already",
        ),
        (
            "world: w\nsandboxes: {a: {keys: {b3sk_x: write}}}\n",
            "2:24: expected one of read, read-write",
        ),
        (
            "world: w\nsandboxes: {a: {keys: {b x: read}}}\n",
            "2:24: 'b x' is no key; expected printable",
        ),
        (
            "world: w\nsandboxes: {a: {scenario: flakey}}\n",
            "2:17: unknown scenario 'flakey'. Did you mean",
        ),
        ("world: w\nsandboxes: {a: {scenario: embed-running}}\n", "2:17: unknown scenario 'embed-running'."),
        (
            "world: w\nsandboxes: {a: {embedWorkflows: [{id: i, hashid: TOOLONG, key: k, name: n}]}}\n",
            '2:42: expected text such as 6opb4, received "TOOLONG"',
        ),
        (
            "world: w\nsandboxes:\n  a:\n    executions: [{request: {workflowId: x, sourceSystem: s}}]\n",
            "4:28: the request lacks sourceEntityType; expected a string",
        ),
        (
            LISTED + "      - request: {workflowID: x}\n",
            "6:19: 'workflowID' is not in a request",
        ),
        (
            LISTED + "      - request: {externalRef: 5}\n",
            "6:19: expected a string, received 5",
        ),
        (
            LISTED + "      - {age: soon}\n",
            "6:10: 'soon' is not a duration; expected a number and a unit, such as 500ms",
        ),
        (LISTED + "      - {age: 9999999w}\n", "6:10: '9999999w' is longer than 100 years"),
        (
            LISTED + "      - {createdAt: 2026-01-01T00:00:00Z}\n",
            "6:10: needs a clock with a `start`",
        ),
        (LISTED + "      - {scenario: flakey}\n", "6:10: unknown scenario 'flakey'. Did you mean 'flaky'?"),
        (
            LISTED + "      - {scenario: waits-for-approval, age: 1h, signals: [{signal: aprove, at: 5s}]}\n",
            "6:60: the scenario waits for no 'aprove'; expected approve, reject. Did you mean 'approve'?",
        ),
        (
            LISTED + "      - {scenario: waits-for-approval, age: 1m, signals: [{signal: reject, at: 2h}]}\n",
            "6:76: lies after the start of the world; send it then",
        ),
        (
            LISTED + "      - {request: {idempotencyKey: k}}\n      - {request: {idempotencyKey: k}}\n",
            "7:10: execution 1 of this list has the key 'k' already",
        ),
        (
            HEAD + "    workflows: [wf_b]\n    executions: [{}]\n",
            "6:18: 'wf_a' is no workflow of the sandbox",
        ),
        (MANY + "        count: 0\n", "8:9: the key 'count' stands twice; it is also on line 6"),
        (
            HEAD + "    generate: [{count: 0, scenarios: {flaky: 1}}]\n",
            "5:17: expected at least 1,",
        ),
        (HEAD + "    generate: [{count: 1, scenarios: {}}]\n", "5:27: expected at least 1 key, received {}"),
        (
            HEAD + "    generate: [{count: 1, scenarios: {flaky: 0}}]\n",
            "5:39: expected more than 0,",
        ),
        (
            HEAD + "    generate: [{count: 1, scenarios: {flak: 1}}]\n",
            "5:39: unknown scenario 'flak'",
        ),
        (MANY + "        pick: {a: []}\n", "8:16: expected at least 1 item, received []"),
        (
            MANY + "        pick: {a: some}\n",
            '8:16: expected a list, or a range of whole numbers such as 1..9, received "some"',
        ),
        (
            HEAD + "    timezone: Europe/Berlim\n",
            "5:5: unknown time zone 'Europe/Berlim'; expected one such as",
        ),
        (
            MANY + "        pick: {a: 9..1}\n",
            "8:16: '9..1' is no range; expected the lower",
        ),
        (
            MANY + f"        pick: {{a: {'9' * 5_000}..1}}\n",
            f"8:16: '{'9' * 79}…' is no range; expected the lower",
        ),
        (
            MANY + "        pick: {name: [x]}\n        request: {externalRef: '{{ pick.nam }}'}\n",
            "9:19: unknown name 'pick.nam'. Did you mean 'name'? Valid: name",
        ),
        (
            MANY + "        request: {externalRef: '{{ nmber }}'}\n",
            "8:19: unknown name 'nmber'",
        ),
        (
            MANY + "        request: {requestPayload: '{{ number }}'}\n",
            "8:19: expected an object",
        ),
    ],
)
def test_a_mistake_is_found_at_its_place(text: str, problem: str) -> None:
    found = problems(text)
    assert len(found) == 1, found
    assert found[0].startswith(f"w.yaml:{problem}")


def test_a_created_at_lies_before_the_start_and_stands_without_an_age() -> None:
    clock = "clock: {start: 2026-01-02T00:00:00Z}\n"
    item = "      - {createdAt: 2026-01-03T00:00:00Z}\n      - {createdAt: 2026-01-01T00:00:00Z, age: 1h}\n"
    assert problems(LISTED + item + clock) == [
        "w.yaml:6:10: lies after the start of the clock",
        "w.yaml:7:43: an execution has either an age or a createdAt; received both",
    ]


@pytest.mark.parametrize("name", ["demo", "empty"])
def test_a_shipped_world_has_no_mistake(name: str) -> None:
    assert load_world(world_path(name), WORDS).name == name
    assert set(shipped_worlds()) == {"demo", "empty"}


def test_an_unknown_world_is_named_with_the_nearest_one() -> None:
    with pytest.raises(WorldError, match="no world 'demmo'; expected a file or one of demo, empty"):
        world_path("demmo")


def test_a_file_that_cannot_be_used_is_an_error_that_shows_its_lines(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="cannot be read: No such file or directory"):
        load_world(tmp_path / "none.yaml", WORDS)
    path = tmp_path / "w.yaml"
    path.write_text("world: w\nsede: 1\n")
    with pytest.raises(WorldError) as caught:
        load_world(path, WORDS)
    assert str(caught.value).splitlines()[1:] == ["  sede: 1", "  ^"]
    path.write_bytes(b"\xff")
    with pytest.raises(WorldError, match="is not UTF-8 text"):
        load_world(path, WORDS)
