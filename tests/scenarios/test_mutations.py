"""A valid file with something changed is either accepted and plays, or rejected with a place inside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.effort import examples

from execmock.core.preview import Entered, Script, as_table
from execmock.core.scenario import Scenario
from execmock.core.world import World, WorldWords, drafts
from execmock.loading.contract import shipped_contract
from execmock.loading.located_findings import LocatedFinding
from execmock.loading.scenarios import read_folder, read_text, vocabularies
from execmock.loading.worlds import read_world
from execmock.loading.yaml_marks import load_marked
from execmock.service.preview import PREVIEW_START, Preview, preview

FIXTURES = Path(__file__).parents[2] / "fixtures"
CONTRACT = shipped_contract()
WORDS = vocabularies(CONTRACT)
FILES = read_folder([FIXTURES / "scenarios"], WORDS)
SCENARIOS = [file.text for file in FILES]
WORLDS = [path.read_text(encoding="utf-8") for path in sorted((FIXTURES / "worlds").glob("*.yaml"))]
WORLD_WORDS = WorldWords.of(CONTRACT, [file.scenario for file in FILES if file.scenario])

PIECES = [
    *(
        "{",
        "}",
        "[",
        "]",
        ":",
        ": ",
        "- ",
        "\n",
        "\n  ",
        "#",
        '"',
        "'",
        "&a ",
        "*a",
        "!!str ",
        "<<: ",
        "|",
        ">",
        "?",
        "%",
    ),
    *(
        "\t",
        "\r",
        "\x85",
        "\u2028",
        "\x00",
        "\ufeff",
        "\x0c",
        "é",
        "🧾",
        "{{",
        "}}",
        "{{ execution.id }}",
        "{{ x }}",
    ),
    *(
        "null",
        "true",
        "0",
        "-1",
        "1e999",
        "99999999999999999999",
        "0s",
        "1w",
        "100y",
        "9..1",
        "1s..2s",
        "wf_x",
        "---\n",
        "...\n",
    ),
    *(
        "after",
        "polls",
        "signal",
        "to",
        "chance",
        "status",
        "workflow_failed",
        "running",
        "next",
        "embed",
        "step",
    ),
]


@st.composite
def changed_texts(draw: st.DrawFn, sources: Sequence[str]) -> str:
    """Cut, insert, double or swap pieces of a valid file's text."""
    text = draw(st.sampled_from(sources))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        piece = draw(st.sampled_from(PIECES) | st.text(max_size=3))
        other = draw(st.integers(0, len(text)))
        text = draw(
            st.sampled_from(
                [
                    text[:start] + text[end:],
                    text[:start] + piece + text[start:],
                    text[:start] + piece + text[end:],
                    text[:end] + text[start:],
                    text[:other] + text[start:end] + text[other:],
                    text[:start],
                ]
            )
        )
    return text


values = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        0.5,
        10**30,
        "",
        "x",
        "1s",
        "0s",
        "9w",
        "2s..1s",
        "{{ signal.payload }}",
        "{{",
        [],
        {},
        [{}],
        {"a": []},
    ]
)


@st.composite
def changed_data(draw: st.DrawFn, sources: Sequence[str]) -> str:
    """Drop, rename, replace or double values of a valid file's data; return it as JSON, which is YAML."""
    data = json.loads(json.dumps(load_marked(draw(st.sampled_from(sources)), "x").data))
    for _ in range(draw(st.integers(1, 3))):
        places = list(containers(data))
        if not places:
            break
        change(draw, draw(st.sampled_from(places)))
    return json.dumps(data, indent=draw(st.sampled_from([None, 1])), ensure_ascii=draw(st.booleans()))


def containers(data: Any) -> list[Any]:
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    own = [data] if isinstance(data, dict | list) and data else []
    return own + [found for item in inner for found in containers(item)]


def change(draw: st.DrawFn, container: Any) -> None:
    keys = list(container) if isinstance(container, dict) else list(range(len(container)))
    key = draw(st.sampled_from(keys))
    how = draw(st.sampled_from(["drop", "replace", "move", "double"]))
    if how == "drop":
        del container[key]
    elif how == "replace":
        container[key] = deepcopy(draw(values))
    elif isinstance(container, list):
        container.insert(
            draw(st.integers(0, len(container))),
            deepcopy(container[key]) if how == "double" else container.pop(key),
        )
    else:
        name = draw(st.sampled_from([key + "x", key.upper(), key[:-1], "", "a/b", "0", "~1"]))
        container[name] = deepcopy(container[key]) if how == "double" else container.pop(key)


def judged(text: str, found: Scenario | World | None, problems: Sequence[LocatedFinding]) -> None:
    assert (found is None) == bool(problems)
    lines = text.splitlines() or [""]
    for problem in problems:
        place = problem.place
        assert place.file == "x.yaml"
        assert 1 <= place.line <= len(lines) + 1
        width = len(lines[place.line - 1]) if place.line <= len(lines) else 0
        assert 1 <= place.column <= width + 1, (place, problem.message)
        assert problem.message
        assert problem.shown


def plays(scenario: Scenario) -> None:
    shown = preview(scenario, CONTRACT, Preview(Script(until=3 * 3_600_000, polls_every=30_000)))
    assert as_table(shown)
    statuses = [entry.status for entry in shown.entries if isinstance(entry, Entered)]
    graph = WORDS[scenario.api].graph(scenario.drift)
    assert statuses[0] in graph.initial
    assert all(graph.allows(before, after) for before, after in pairwise(statuses))


@settings(max_examples=examples(100))
@given(text=changed_texts(SCENARIOS) | changed_data(SCENARIOS))
def test_a_changed_scenario_plays_or_is_rejected_with_a_place(text: str) -> None:
    file = read_text(text, "x.yaml", WORDS)
    judged(text, file.scenario, file.findings)
    if file.scenario:
        plays(file.scenario)


@settings(max_examples=examples(50))
@given(text=changed_texts(WORLDS) | changed_data(WORLDS))
def test_a_changed_world_can_be_made_or_is_rejected_with_a_place(text: str) -> None:
    world, problems = read_world(text, "x.yaml", WORLD_WORDS)
    judged(text, world, problems)
    for plan in world.sandboxes if world else ():
        if sum(generated.count for generated in plan.generated) <= 1000:
            made = list(drafts(plan, b"root", PREVIEW_START))
            assert all(WORLD_WORDS.request.is_valid(draft.request) for draft in made)
            assert [draft.created_at for draft in made] == sorted(draft.created_at for draft in made)
