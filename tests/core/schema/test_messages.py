"""What is said of values that break a schema stays as it is, down to the last byte."""

from __future__ import annotations

from functools import reduce
from operator import getitem

import pytest
from tests.core.schema.golden import groups, messages


@pytest.mark.parametrize("name", groups())
def test_the_messages_are_those_of_the_file(name: str) -> None:
    group = groups()[name]
    validator = group.validator
    assert [messages(validator, case.value) for case in group.cases] == [
        case.messages for case in group.cases
    ]


@pytest.mark.parametrize("name", groups())
def test_each_violation_leads_to_what_came(name: str) -> None:
    group = groups()[name]
    validator = group.validator
    for value in (case.value for case in group.cases):
        for violation in validator.violations(value):
            assert violation.where == "/".join([group.where, *map(str, violation.path)])
            above = reduce(getitem, violation.path[:-1], value)
            if violation.missing:
                assert violation.path[-1] not in above
                continue
            came = above[violation.path[-1]] if violation.path else value
            is_name = isinstance(violation.received, str) and isinstance(came, dict)
            assert violation.received in came if is_name else violation.received is came
