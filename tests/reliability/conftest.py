"""The Redis of the stores' tests."""

from tests.stores.conftest import redis_server

__all__ = ["redis_server"]
