"""The deployment that the documentation describes works, and outlives the death of a replica."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .deployment import behind_nginx, nginx_program


def test_two_replicas_behind_nginx_serve_on_when_one_dies(redis_server: object, tmp_path: Path) -> None:
    if nginx_program() is None:
        if os.environ.get("CI"):
            pytest.fail("nginx is missing; .ci/run installs it")
        pytest.skip("nginx is not installed (Debian: apt-get install nginx)")
    result = behind_nginx(30, tmp_path)
    assert result.fine, result
