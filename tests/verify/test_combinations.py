"""`verify` accuses no service that is made of legitimate choices, whatever their combination."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from execmock.verify.outcome import Outcome

from .combinations import accused, combination, hiding, main, state
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


def test_judging_many_goes_on_from_what_was_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "judge.jsonl"
    known = {"effort": "default", "state": state(), "inconclusive": 0, "seconds": 1.0, "variants": []}
    entries = [{"seed": 1, "failed": [], **known}, {"seed": 2, "failed": ["list.has-more"], **known}]
    entries += [{**entries[0], "seed": 2, "state": "of another verify"}]
    record.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    assert main(["--count", "1", "--record", str(record)]) == 0
    assert main(["--count", "2", "--record", str(record)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "0 of 1 services accused",
        "1 of 2 services accused: seeds [2]",
    ]
