"""The Redis of the stores' tests."""

from ..stores.conftest import redis_server

__all__ = ["redis_server"]
