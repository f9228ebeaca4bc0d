"""`bind` says which requests a scenario is for: places in a request, with values or tests of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execmock.core.scenario.bind import bound_texts, example_request
from execmock.core.scenario.conditions import conditions_of, may_meet
from execmock.core.scenario.conflicts import overlaps
from execmock.core.schema.patterns import LONGEST_MATCHED
from execmock.loading.contract import shipped_contract
from execmock.loading.scenarios import read_data, vocabularies
from execmock.service.scenarios.registry import ScenarioRegistry

WORDS = vocabularies(shipped_contract())
STEPS = [{"status": "workflow_queued", "next": {"after": "1s"}}, {"status": "workflow_failed"}]
REQUEST = {
    "workflowId": "wf_a",
    "requestPayload": {
        "tier": "gold",
        "amount": 10_500,
        "express": True,
        "coupon": None,
        "items": [{"sku": "X-1"}, {"sku": "Y-2"}],
    },
}


def fits(bind: dict[str, Any], request: dict[str, Any] = REQUEST) -> bool:
    return all(condition.fits(request) for condition in conditions_of(bind))


@pytest.mark.parametrize(
    "bind",
    [
        {"workflowId": ["wf_b", "wf_a"]},
        {"requestPayload.tier": "gold"},
        {"requestPayload.amount": 10_500},
        {"requestPayload.amount": 10_500.0},
        {"requestPayload.amount": {"greater": 10_000}},
        {"requestPayload.amount": {"atLeast": 10_500, "atMost": 10_500}},
        {"requestPayload.amount": {"greater": 10_000, "less": 11_000}},
        {"requestPayload.express": True},
        {"requestPayload.tier": {"oneOf": ["silver", "gold"]}},
        {"requestPayload.tier": {"equals": "gold"}},
        {"requestPayload.tier": {"matches": "^g"}},
        {"requestPayload.tier": {"not": "silver"}},
        {"requestPayload.tier": {"not": ["silver", "bronze"]}},
        {"requestPayload.tier": {"not": {"matches": "^s"}}},
        {"requestPayload.missing": {"not": "silver"}},
        {"requestPayload.missing": {"exists": False}},
        {"requestPayload.coupon": {"exists": False}},
        {"requestPayload.tier": {"exists": True}},
        {"requestPayload.items.0.sku": "X-1"},
        {"requestPayload.items.*.sku": "Y-2"},
        {"requestPayload.*": "gold"},
        {"requestPayload.items": {"exists": True}},
        {"workflowId": "wf_a", "requestPayload.tier": "gold", "requestPayload.express": True},
    ],
)
def test_a_request_fits(bind: dict[str, Any]) -> None:
    assert fits(bind)


@pytest.mark.parametrize(
    "bind",
    [
        {"workflowId": ["wf_b", "wf_c"]},
        {"requestPayload.tier": "silver"},
        {"requestPayload.amount": "10500"},
        {"requestPayload.amount": {"greater": 10_500}},
        {"requestPayload.amount": {"less": 10_500}},
        {"requestPayload.amount": {"greater": 10_000, "less": 10_200}},
        {"requestPayload.express": 1},
        {"requestPayload.express": {"atLeast": 0}},
        {"requestPayload.tier": {"greater": 0}},
        {"requestPayload.amount": {"matches": "1"}},
        {"requestPayload.tier": {"not": ["silver", "gold"]}},
        {"requestPayload.tier": {"exists": False}},
        {"requestPayload.coupon": {"exists": True}},
        {"requestPayload.items.2.sku": "X-1"},
        {"requestPayload.items." + "9" * 5_000: "X-1"},
        {"requestPayload.items.*.sku": "Z-3"},
        {"requestPayload.tier.deeper": "gold"},
        {"workflowId": "wf_a", "requestPayload.tier": "silver"},
    ],
)
def test_a_request_does_not_fit(bind: dict[str, Any]) -> None:
    assert not fits(bind)


def test_a_longer_text_than_the_longest_matched_one_never_matches() -> None:
    bind = {"requestPayload.note": {"matches": "x"}}
    assert fits(bind, {"requestPayload": {"note": "x" * LONGEST_MATCHED}})
    assert not fits(bind, {"requestPayload": {"note": "x" * (LONGEST_MATCHED + 1)}})


def findings(bind: dict[str, Any], **more: Any) -> list[tuple[tuple[str | int, ...], str]]:
    _, found = read_data({"scenario": "x", "steps": STEPS, "bind": bind, **more}, "", WORDS)
    return [(finding.path, finding.message) for finding in found]


@pytest.mark.parametrize(
    ("bind", "path", "message"),
    [
        ({"workflowid": "x"}, ("bind", "workflowid"), "'workflowid' is not in a request; expected one of"),
        ({"requestPaylod.tier": "x"}, ("bind", "requestPaylod.tier"), "Did you mean 'requestPayload'?"),
        ({"requestPayload.": "x"}, ("bind", "requestPayload."), "expected names between dots"),
        ({"externalRef.x": "x"}, ("bind", "externalRef.x"), "externalRef is text, so nothing stands inside"),
        ({"workflowId": 5}, ("bind", "workflowId"), "is text, so it is never 5; write it in quotes"),
        ({"workflowId": ["a", True]}, ("bind", "workflowId"), "is text, so it is never True; write it in"),
        ({"workflowId": {"less": 5}}, ("bind", "workflowId"), "is text, so this never fits; expected a text"),
        (
            {"requestPayload": {"tier": "gold"}},
            ("bind", "requestPayload", "tier"),
            "atMost, exists, not. A place inside is written `requestPayload.tier: ...`",
        ),
        ({"workflowId": []}, ("bind", "workflowId"), "expected at least 1 item, received []"),
        ({"requestPayload.x": {}}, ("bind", "requestPayload.x"), "no test stands here; expected a value"),
        (
            {"requestPayload.x": {"not": {"graeter": 1}}},
            ("bind", "requestPayload.x", "not", "graeter"),
            "Did you mean 'greater'?",
        ),
        (
            {"requestPayload.x": {"matches": "(a"}},
            ("bind", "requestPayload.x", "matches"),
            "cannot be used as a regular expression; expected one that is well formed",
        ),
        (
            {"requestPayload.x": {"matches": "(?=a)"}},
            ("bind", "requestPayload.x", "matches"),
            "does not look around or back",
        ),
        (
            {"requestPayload.x": {"matches": "(a{900}){900}"}},
            ("bind", "requestPayload.x", "matches"),
            "large",
        ),
        ({"requestPayload.x": ["{{ y }}"]}, ("bind", "requestPayload.x", 0), "it takes no {{ names }}"),
    ],
)
def test_what_no_request_can_meet_is_told(
    bind: dict[str, Any], path: tuple[str | int, ...], message: str
) -> None:
    [(where, said)] = findings(bind)
    assert where == path
    assert message in said


def test_an_embed_scenario_makes_one_workflow_and_others_may_bind_its_key_and_data() -> None:
    steps = [{"name": "a", "status": "running", "next": {"after": "1s"}}, {"status": "completed"}]
    made = {"id": "0198f3aa-0b7e-7c11-8d52-7e0a4b9c6d21", "hashid": "ma1l1", "key": ["a", "b"]}
    [(path, said)] = findings(made, api="embed", steps=steps)
    assert path == ("bind", "key")
    assert said == "id, hashid and key make a workflow; expected one text for its key"
    others = {"key": ["a", "b"], "execution_data.tier": "gold"}
    assert findings(others, api="embed", steps=steps) == []


def test_bind_in_words() -> None:
    bind = {"workflowId": ["a", "b"], "requestPayload.n": {"greater": 1, "not": 5}}
    assert bound_texts(bind) == [("workflowId", "a, b"), ("requestPayload.n", "greater 1 and not 5")]


@pytest.mark.parametrize(
    "bind",
    [
        {
            "workflowId": ["a", "b"],
            "requestPayload.tier": "gold",
            "requestPayload.n": {"greater": 5, "less": 7},
        },
        {"clientSafeMetadata.a.b": True},
    ],
)
def test_an_example_meets_what_it_is_an_example_of(bind: dict[str, Any]) -> None:
    assert fits(bind, example_request(bind))


PLACES = st.sampled_from(["workflowId", "requestPayload.n", "requestPayload.n.m", "requestPayload.*"])
VALUES = st.sampled_from(["a", "b", 1, 2, 2.5, True])
TESTS = st.recursive(
    VALUES | st.lists(VALUES, min_size=1, max_size=2),
    lambda inner: (
        st.dictionaries(
            st.sampled_from(["greater", "atLeast", "less", "atMost"]),
            st.integers(0, 3),
            min_size=1,
            max_size=2,
        )
        | st.booleans().map(lambda wanted: {"exists": wanted})
        | inner.map(lambda test: {"not": test})
        | st.just({"matches": "a"})
    ),
    max_leaves=3,
)
BINDS = st.dictionaries(PLACES, TESTS, min_size=1, max_size=3)
REQUESTS = st.fixed_dictionaries(
    {"workflowId": st.sampled_from(["a", "b"])},
    optional={
        "requestPayload": st.fixed_dictionaries(
            {}, optional={"n": st.none() | VALUES | st.fixed_dictionaries({"m": VALUES})}
        )
    },
)


@given(BINDS, BINDS, REQUESTS)
def test_scenarios_that_fit_one_request_are_known_to(
    first: dict[str, Any], second: dict[str, Any], request: dict[str, Any]
) -> None:
    if fits(first, request) and fits(second, request):
        assert may_meet(conditions_of(first), conditions_of(second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"workflowId": "a"}, {"workflowId": ["b", "c"]}),
        ({"requestPayload.n": {"greater": 5}}, {"requestPayload.n": {"atMost": 5}}),
        ({"requestPayload.n": {"greater": 5}}, {"requestPayload.n": {"matches": "5"}}),
        ({"requestPayload.n": {"greater": 5}}, {"requestPayload.n": [1, 2]}),
        ({"requestPayload.n": {"exists": False}}, {"requestPayload.n": {"not": {"exists": False}}}),
        ({"requestPayload": {"exists": False}}, {"requestPayload.n": 1}),
        ({"requestPayload.n": "a"}, {"requestPayload.n": {"not": "a"}}),
    ],
)
def test_what_excludes_each_other_is_no_overlap(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert not may_meet(conditions_of(first), conditions_of(second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"requestPayload.*": "a"}, {"requestPayload.*": "b"}),
        ({"requestPayload.n": {"exists": True}}, {"requestPayload.n": {"greater": 5}}),
        ({"requestPayload.n": {"greater": 5}}, {"requestPayload.n": {"less": 6}}),
        ({"requestPayload.n": {"matches": "a"}}, {"requestPayload.n": {"matches": "b"}}),
        ({"requestPayload.n": {"not": {"greater": 1}}}, {"requestPayload.n": {"matches": "b"}}),
        ({"workflowId": "a"}, {"requestPayload.n": 1}),
    ],
)
def test_what_may_fit_together_is_an_overlap(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert may_meet(conditions_of(first), conditions_of(second))


def scenario(name: str, bind: dict[str, Any]) -> Any:
    made, found = read_data({"scenario": name, "steps": STEPS, "bind": bind}, name, WORDS)
    assert made is not None, found
    return made


def test_the_overlap_says_which_wins() -> None:
    made = [
        scenario("any", {"workflowId": ["a", "b"]}),
        scenario("gold", {"workflowId": "a", "requestPayload.tier": "gold"}),
        scenario("large", {"workflowId": "a", "requestPayload.n": {"greater": 5}}),
        scenario("small", {"workflowId": "a", "requestPayload.n": {"atMost": 5}}),
        scenario("other", {"workflowId": "z"}),
        scenario("late", {"requestPayload.n": {"greater": 9}, "workflowId": "a"}),
    ]
    told = [overlap.message for overlap in overlaps([(one.name, one) for one in made])]
    assert [message.removeprefix("'").replace("' and '", "+", 1) for message in told] == [
        "any+gold' can fit the same request, which then follows 'gold': it binds more",
        "any+large' can fit the same request, which then follows 'large': it binds more",
        "any+small' can fit the same request, which then follows 'small': it binds more",
        "any+late' can fit the same request, which then follows 'late': it binds more",
        "gold+large' can fit the same request, which then follows 'gold': it binds more to one value",
        "gold+small' can fit the same request, which then follows 'gold': it binds more to one value",
        "gold+late' can fit the same request, which then follows 'gold': it binds more to one value",
        "large+late' can fit the same request, which then follows 'late': it is loaded last",
    ]


def test_what_is_to_be_said_of_many_is_said_at_once() -> None:
    made = [scenario(f"s{number}", {"workflowId": f"wf_{number}"}) for number in range(5)]
    wide = scenario("wide", {"requestPayload.n": {"greater": 5}})
    told = [overlap.message for overlap in overlaps([(one.name, one) for one in [*made, wide]])]
    others = "'wide' can fit the same request as 's0', 's1' and 3 more, which then follows the other"
    assert told == [f"{others}: it binds more to one value"]


@given(st.lists(BINDS.filter(lambda bind: not findings(bind)), min_size=1, max_size=4), REQUESTS)
def test_a_request_follows_the_winner_among_those_that_it_fits(
    binds: list[dict[str, Any]], request: dict[str, Any]
) -> None:
    made = [scenario(f"s{number}", bind) for number, bind in enumerate(binds)]
    fitting = [(*one.rank, number) for number, one in enumerate(made) if fits(binds[number], request)]
    followed = ScenarioRegistry(made).bound(request, "executions")
    assert followed is (made[max(fitting)[2]] if fitting else None)
