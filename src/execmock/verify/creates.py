"""How many executions a run may create, and how many it has created."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from execmock.verify.exchange import Exchange

__all__ = ["Creates", "NoMoreCreates"]


class NoMoreCreates(Exception):  # noqa: N818 - a state of the run, not an error
    """The executions that the run may create have been created."""


class Creates:
    """Counts executions that were or may have been created; never more than `most`, None for no limit."""

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._open = 0
        self._changed = asyncio.Condition()
        self.made = 0

    async def one(self, sending: Coroutine[Any, Any, Exchange]) -> Exchange:
        """Send a request that may create an execution, once one more is allowed.

        NoMoreCreates when that can no longer be. A refusal creates nothing, a lost answer may have.
        """
        try:
            await self._reserve()
        except BaseException:
            sending.close()
            raise
        made = 1
        try:
            seen = await sending
            made = int(seen.ok or not 0 < seen.status < 500)
            return seen
        finally:
            self._open -= 1
            self.made += made
            async with self._changed:
                self._changed.notify_all()

    async def _reserve(self) -> None:
        async with self._changed:
            while self._most is not None and self.made + self._open >= self._most:
                if self.made >= self._most:
                    raise NoMoreCreates
                await self._changed.wait()
            self._open += 1
