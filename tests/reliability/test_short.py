"""Short runs of the drills that docs/reliability.md gives the figures of."""

from __future__ import annotations

from pathlib import Path

from tests.stores.redis_process import RedisProcess

from .kills import kill_under_load
from .outages import disk_full, redis_gone, redis_hangs, redis_restarted
from .replicas import agree, moved


def test_a_killed_server_loses_nothing_in_sqlite(tmp_path: Path) -> None:
    result = kill_under_load(f"sqlite:{tmp_path / 'a.db'}", 3, 1, tmp_path)
    assert result.fine, result
    assert result.acknowledged > 0


def test_a_killed_server_loses_nothing_in_redis(redis_server: RedisProcess, tmp_path: Path) -> None:
    redis_server.ask("FLUSHALL")
    result = kill_under_load(redis_server.url(), 3, 2, tmp_path)
    assert result.fine, result
    assert result.acknowledged > 0


def test_the_drill_would_see_a_loss(tmp_path: Path) -> None:
    result = kill_under_load("memory:", 1, 3, tmp_path)
    assert result.lost > 0


def test_a_redis_that_dies_is_a_503_until_it_is_back(redis_server: object, tmp_path: Path) -> None:
    result = redis_restarted(2, tmp_path)
    assert result.fine, result


def test_a_redis_that_hangs_is_a_503_until_it_answers(redis_server: object, tmp_path: Path) -> None:
    result = redis_hangs(1, tmp_path)
    assert result.fine, result


def test_a_redis_that_comes_back_empty_is_begun_anew(redis_server: object, tmp_path: Path) -> None:
    result = redis_gone(tmp_path)
    assert result.fine, result


def test_a_full_disk_is_a_503_and_loses_nothing(tmp_path: Path) -> None:
    result = disk_full(tmp_path)
    assert result.fine, result


def test_two_servers_over_one_file_agree(tmp_path: Path) -> None:
    result = agree(f"sqlite:{tmp_path / 'a.db'}", 6, tmp_path)
    assert result.fine, result


def test_two_servers_over_one_redis_agree(redis_server: RedisProcess, tmp_path: Path) -> None:
    redis_server.ask("FLUSHALL")
    result = agree(redis_server.url(), 6, tmp_path)
    assert result.fine, result


def test_a_snapshot_moves_between_all_kinds_of_stores(redis_server: RedisProcess, tmp_path: Path) -> None:
    redis_server.ask("FLUSHALL")
    stores = ["memory:", f"sqlite:{tmp_path / 'a.db'}", redis_server.url()]
    result = moved(stores, 20, tmp_path)
    assert result.fine, result
