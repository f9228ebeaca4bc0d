"""How many requests are under way at once, where one that waits goes away."""

from __future__ import annotations

import asyncio

from execmock.service.faults.crowds import Crowd


async def test_one_that_leaves_the_queue_lets_in_no_other() -> None:
    crowd = Crowd()
    assert await crowd.enter(1, 2)
    first, second = (asyncio.ensure_future(crowd.enter(1, 2)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    await asyncio.sleep(0)
    assert not second.done()
    crowd.leave()
    assert await second
    crowd.leave()
    assert crowd.size == 0
