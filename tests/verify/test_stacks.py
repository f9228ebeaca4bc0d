"""`verify` finds services in other stacks conforming, and the mistakes that such teams make.

A run takes seconds, so mistakes that do not stand in each other's way are made and judged together, half
of a service's at a time. THOROUGH=1 makes each alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from execmock.verify import verify
from execmock.verify.report import Report
from tests.effort import THOROUGH
from tests.verify.judging import broken
from tests.verify.stacks.running import HERE, NAMES, Mistake, mistakes, options, running

AT_ONCE = 8
KINDS = 15


def judged(stack: str, folder: Path, made: tuple[Mistake, ...] = ()) -> Report:
    """Judge a stack's service: all of it, or by the rules that the mistakes made in it should break."""
    rules = tuple(rule for mistake in made for rule in mistake.found_by)
    with running(stack, folder, made) as url:
        return verify(url, **options(stack, url), effort="quick", only=rules, generated=not made)


def together() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield which mistakes are made at once, by stack."""
    for stack in NAMES:
        names = tuple(mistakes(stack))
        groups = len(names) if THOROUGH else -(-len(names) // AT_ONCE)
        for start in range(groups):
            yield stack, names[start::groups]


@pytest.mark.parametrize("stack", NAMES)
def test_an_honest_service_conforms(stack: str, tmp_path: Path) -> None:
    report = judged(stack, tmp_path)
    assert {result.rule.id for result in report.violations} == set()
    assert report.exit_code == 0, report.shortfall


@pytest.mark.parametrize(
    ("stack", "names"),
    [pytest.param(stack, names, id="+".join((stack, *names))) for stack, names in together()],
)
def test_each_mistake_is_found(stack: str, names: tuple[str, ...], tmp_path: Path) -> None:
    made = tuple(mistakes(stack)[name] for name in names)
    found = broken(judged(stack, tmp_path, made))
    assert {
        mistake.name: set(mistake.found_by) - found for mistake in made if set(mistake.found_by) - found
    } == {}


@pytest.mark.parametrize("stack", NAMES)
def test_a_service_has_fifteen_mistakes_to_make(stack: str, tmp_path: Path) -> None:
    made = mistakes(stack).values()
    assert len(made) == KINDS
    for mistake in made:
        shutil.copytree(HERE / stack, tmp_path / mistake.name)
        mistake.made(tmp_path / mistake.name)  # ValueError where the service is not as the mistake knows it


def test_the_mistakes_of_the_services_are_of_different_kinds() -> None:
    kinds = [mistake.found_by for stack in NAMES for mistake in mistakes(stack).values()]
    assert len(set(kinds)) >= 50
