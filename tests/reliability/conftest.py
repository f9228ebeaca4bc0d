"""The Redis of the stores' tests: one, a cluster, and a master behind sentinels."""

from tests.stores.conftest import redis_cluster, redis_sentinels, redis_server

__all__ = ["redis_cluster", "redis_sentinels", "redis_server"]
