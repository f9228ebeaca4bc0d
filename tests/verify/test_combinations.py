"""`verify` accuses no service that is made of legitimate choices, whatever their combination."""

from __future__ import annotations

import pytest

from execmock.verify.outcome import Outcome

from .combinations import accused, combination, hiding
from .target import all_variants

SEEDS = range(1, 13)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_combination_of_legitimate_choices_is_not_accused(seed: int) -> None:
    service = combination(seed)
    report, failed = accused(service, generated=False)
    assert failed == set(), f"seed {seed}: {', '.join(service.variants)}"
    assert report.count(Outcome.PASSED) > 60


def test_a_seed_stands_for_one_combination() -> None:
    assert combination(5) == combination(5)
    assert len({combination(seed).variants for seed in range(1, 60)}) == 59
    taken = {name for seed in range(1, 60) for name in combination(seed).variants}
    assert taken == set(all_variants())
    assert {combination(seed).variants[0] for seed in range(1, 1 + len(hiding()))} == set(hiding())
