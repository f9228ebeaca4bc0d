"""The deployment that the documentation describes works, and outlives the death of a replica."""

from __future__ import annotations

from pathlib import Path

from tests.programs import program

from .deployment import behind_nginx


def test_two_replicas_behind_nginx_serve_on_when_one_dies(redis_server: object, tmp_path: Path) -> None:
    program("nginx")
    result = behind_nginx(30, tmp_path)
    assert result.fine, result
