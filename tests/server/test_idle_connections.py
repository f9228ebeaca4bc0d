"""Connections without a request are closed in the end, on a clock that the test holds."""

from __future__ import annotations

import asyncio

from tests.server.test_fast_path import answer, request, running

HALF_AN_HOUR = 1801.0
READ = request("GET /v1/executions")


class HeldLoop(asyncio.SelectorEventLoop):
    """An event loop whose time goes on by itself and can be put forward."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead


async def let_pass(seconds: float) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, HeldLoop)
    loop.ahead += seconds
    for _ in range(5):  # turns of the loop, in which what fell due is done
        await asyncio.sleep(0)


async def ask(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(READ)
    assert b" 200 OK" in await answer(reader)
    return reader, writer


async def scene() -> None:
    async with running(short=True) as server:
        assert server.fast is not None
        (quiet, quiet_end), (busy, busy_end) = await ask(server.port), await ask(server.port)
        await let_pass(HALF_AN_HOUR)
        busy_end.write(READ)
        assert b" 200 OK" in await answer(busy)
        assert len(server.fast.connections) == 2
        await let_pass(HALF_AN_HOUR)
        assert await asyncio.wait_for(quiet.read(), 5) == b""
        busy_end.write(READ)
        assert b" 200 OK" in await answer(busy)
        for end in (quiet_end, busy_end):
            end.close()
            await end.wait_closed()


def test_a_connection_is_closed_when_half_an_hour_passes_without_a_request() -> None:
    with asyncio.Runner(loop_factory=HeldLoop) as runner:
        runner.run(scene())
