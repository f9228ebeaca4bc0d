"""Short runs of the drills in which a master is replaced, or slots move."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.stores.redis_sets import ClusterProcesses

from .failovers import failed_over, failed_over_unsent, resharded


@pytest.mark.parametrize(("kind", "wait"), [("redis_cluster", 1), ("redis_sentinels", 0)])
def test_a_master_that_dies_is_replaced_under_load(
    kind: str, wait: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    result = failed_over(request.getfixturevalue(kind), 1, wait, tmp_path)
    assert result.fine, result
    assert result.refused > 0


def test_what_no_replica_has_is_lost_with_its_master_unless_it_was_waited_for(
    redis_cluster: ClusterProcesses, tmp_path: Path
) -> None:
    result = failed_over_unsent(redis_cluster, 2, 0, tmp_path)
    assert (result.acknowledged, result.lost, result.refused) == (2, 2, 0)
    result = failed_over_unsent(redis_cluster, 2, 1, tmp_path)
    assert (result.acknowledged, result.lost, result.refused) == (0, 0, 2)
    assert result.fine, result


def test_slots_that_move_under_load_lose_nothing(redis_cluster: ClusterProcesses, tmp_path: Path) -> None:
    result = resharded(redis_cluster, 1, tmp_path)
    assert result.fine, result
    assert result.keys > result.slots > 0
