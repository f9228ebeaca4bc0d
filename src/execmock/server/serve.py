"""`execmock serve`: one process, or several that share a port."""

from __future__ import annotations

from execmock.errors import ConfigError
from execmock.server.control.access import is_loopback
from execmock.server.process import ProcessOptions, run
from execmock.settings import ServeSettings

__all__ = ["serve"]


def serve(settings: ServeSettings) -> None:
    """Serve until SIGINT or SIGTERM. Raises ExecmockError for what cannot be used."""
    if settings.control_key is None and not is_loopback(settings.host):
        raise ConfigError(
            f"{settings.named('host')} is {settings.host!r}, which other machines can reach, and the control "
            "API with it; expected --control-key KEY too"
        )
    if settings.workers > 1:
        from execmock.server.workers import supervise

        supervise(settings)
    else:
        run(settings, ProcessOptions())
