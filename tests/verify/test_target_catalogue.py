"""Every variant can be seen from outside, and every fault and variant is described once.

That a fault can be seen follows from test_faults: there its rules fail, which pass without it.
"""

from __future__ import annotations

from functools import cache

import pytest

from tests.verify.target import all_faults, all_variants
from tests.verify.tour import OtherAnswerError, Seen, record

# Answers differ in how long they take, after a day, or while pages are turned: no recording shows that.
UNSEEN = {"keys-for-a-day", "others-create", "slow"}


@cache
def conformant() -> list[tuple[str, Seen]]:
    return record()


@pytest.mark.parametrize("name", sorted(all_variants().keys() - UNSEEN))
def test_a_variant_changes_what_is_answered(name: str) -> None:
    with pytest.raises(OtherAnswerError):
        record(variant=name, known=conformant())


def test_names_say_one_thing() -> None:
    sentences = [entry.sentence for entry in (*all_faults().values(), *all_variants().values())]
    assert len(set(sentences)) == len(sentences)
    assert all(sentence.endswith(".") for sentence in sentences)


def test_every_fault_names_its_rules() -> None:
    assert [fault.name for fault in all_faults().values() if not fault.rules] == []
