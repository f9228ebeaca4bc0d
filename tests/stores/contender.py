"""One of several processes that change the same state at once: `python contender.py URL NAME TIMES`.

Prints, as JSON, what it was told that it had made.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from execmock.core.execution import Execution, Idempotency
from execmock.core.progress import Progress, begin
from execmock.core.visit import Visit
from execmock.interfaces import Key, Put
from execmock.stores import open_store

BOX = "contended"
COUNTED = Key(BOX, "execution", "counted")
WALKED = Key(BOX, "execution", "walked")


def execution(name: str, progress: Progress) -> Execution:
    return Execution(name, BOX, 1, "s@1", b"{}", "me", progress)


def counted(old: Any) -> Sequence[Put]:
    polls = old.progress.polls + 1 if old else 1
    return [Put(COUNTED, execution("counted", replace(begin(1), polls=polls)))]


def walked(old: Any) -> Sequence[Put]:
    """Go one step on: never is a step taken twice, none left out."""
    visits = old.progress.visits if old else ()
    return [Put(WALKED, execution("walked", Progress((*visits, Visit(len(visits), len(visits))))))]


async def contend(url: str, name: str, times: int) -> dict[str, Any]:
    store = open_store(url)
    made, drawn, lengths = {}, [], []
    for number in range(times):
        await store.update(COUNTED, counted)
        drawn.append(await store.next_number(BOX))
        lengths.append(len((await store.update(WALKED, walked)).progress.visits))
        seen = await store.get(WALKED)
        lengths.append(len(seen.progress.visits))
        place = Key(BOX, "idempotency", f"key-{number}")
        mine = execution(f"exec-{name}-{number}", begin(1))
        record = Idempotency(place.id, "digest", mine.id)
        puts = [Put(place, record), Put(Key(BOX, "execution", mine.id), mine)]
        kept = await store.update(place, lambda old, puts=puts: [] if old else puts)
        made[place.id] = kept.made
    await store.close()
    return {"made": made, "drawn": drawn, "lengths": lengths}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(contend(sys.argv[1], sys.argv[2], int(sys.argv[3])))))
