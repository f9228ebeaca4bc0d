"""The server of a mock: started on a free port in the background, stopped clean."""

from __future__ import annotations

from collections.abc import Sequence

from execmock.loading.contract import shipped_contract
from execmock.loading.scenarios import Vocabularies
from execmock.server.control import control_contract
from execmock.server.mock import Mock, MockOptions
from execmock.server.ports import Listener, bind
from execmock.service.engine import load_library
from execmock.testing.background import Background
from execmock.testing.control import Control

__all__ = ["Server"]

# Read with the import, once a process, so that each mock starts in a few milliseconds.
control_contract()
load_library(shipped_contract(), ())


class Server:
    """A running server. `control` is about the sandbox that it starts with."""

    def __init__(self, options: MockOptions, host: str, port: int, background: Background) -> None:
        """Start it; ExecmockError for options that cannot be used or a port that cannot be had."""
        self._mock = Mock(options)
        self._background = background
        background.hold()
        try:
            self._listener = background.run(self._start(host, port))
        except BaseException:
            background.release()
            raise
        self.url = self._listener.url
        self.control = Control(self._mock.control, background, "default")

    @property
    def words(self) -> Vocabularies:
        """What scenarios may say."""
        return self._mock.engine.words

    @property
    def operations(self) -> Sequence[str]:
        """The names of the contract's operations."""
        return list(self._mock.engine.contract.operations)

    def stop(self) -> None:
        """Stop listening and forget everything."""
        try:
            self._background.run(self._stop())
        finally:
            self._background.release()

    async def _start(self, host: str, port: int) -> Listener:
        await self._mock.prepare()
        listener = Listener(self._mock.front(), bind(host, port, "port="))
        await listener.start()
        return listener

    async def _stop(self) -> None:
        self._mock.control.end()
        await self._listener.stop()
        await self._mock.close()
