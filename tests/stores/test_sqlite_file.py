"""The file of a store in SQLite: one to hand over, and clear words when it cannot be used."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from execmock.core.execution import Execution
from execmock.core.progress import begin
from execmock.errors import StoreError
from execmock.interfaces import Contents, Key, Put, Store
from execmock.stores import open_store
from execmock.stores.sqlite.store import SqliteStore


def put(number: int, size: int = 0) -> Put:
    execution = Execution(f"e{number}", "a", number, "s@1", b" " * size, "me", begin(1))
    return Put(Key("a", "execution", execution.id), execution, number)


async def keep(store: Store, number: int, size: int = 0) -> None:
    await store.update(put(number).key, lambda _: [put(number, size)])


async def test_one_file_is_left_to_hand_over(tmp_path: Path) -> None:
    store = open_store(f"sqlite:{tmp_path / 'a.db'}")
    await keep(store, 1)
    await store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]
    (tmp_path / "a.db").rename(tmp_path / "b.db")
    again = open_store(f"sqlite:{tmp_path / 'b.db'}")
    assert await again.get(put(1).key) == put(1).value
    await again.close()


@pytest.mark.parametrize(("size", "kept"), [(1_000, True), (100_000, False)])
async def test_small_values_alone_are_kept_in_memory(tmp_path: Path, size: int, kept: bool) -> None:
    store = open_store(f"sqlite:{tmp_path / 'a.db'}")
    for number in range(3):
        await keep(store, number, size)
    reads = [await store.get(put(1).key) for _ in range(2)]
    pages = [await store.page("a", "execution", 0, 9) for _ in range(2)]
    assert reads[0] == reads[1] == put(1, size).value
    assert pages[0] == pages[1]
    assert (reads[0] is reads[1], pages[0][0] is pages[1][0]) == (kept, kept)
    await store.close()


async def test_what_is_known_of_a_file_is_what_others_have_written_since(tmp_path: Path) -> None:
    ours, theirs = [open_store(f"sqlite:{tmp_path / 'a.db'}") for _ in range(2)]

    async def seen() -> tuple[bool, int, int]:
        """Return whether the first is there, and how many are listed, to us and to them."""
        pages = [await store.page("a", "execution", 0, 9) for store in (ours, theirs)]
        return await ours.get(put(1).key) is not None, *map(len, pages)

    assert await seen() == (False, 0, 0)
    await keep(theirs, 1)
    assert await seen() == (True, 1, 1)
    await keep(ours, 2)
    assert await seen() == (True, 2, 2)
    await ours.update(put(1).key, lambda _: [Put(put(1).key, put(3).value)])
    assert [await store.get(put(1).key) for store in (ours, theirs)] == [put(3).value] * 2
    await theirs.clear("a")
    assert await seen() == (False, 0, 0)
    await ours.restore("a", Contents(0, [put(1)]))
    assert await seen() == (True, 1, 1)
    for store in (ours, theirs):
        await store.close()


async def test_all_that_a_request_reads_at_once_is_of_one_time(tmp_path: Path) -> None:
    ours, theirs = [SqliteStore(str(tmp_path / "a.db")) for _ in range(2)]
    assert await ours.page("a", "execution", 0, 9) == []
    ours.begin_request()
    assert await ours.get(put(1).key) is None
    await keep(theirs, 1)
    assert await ours.page("a", "execution", 0, 9) == []
    await keep(ours, 2)
    assert len(await ours.page("a", "execution", 0, 9)) == 2
    ours.end_request()
    await keep(theirs, 3)
    assert len(await ours.page("a", "execution", 0, 9)) == 3
    for store in (ours, theirs):
        await store.close()


async def test_a_change_that_fails_is_not_known(tmp_path: Path) -> None:
    store = open_store(f"sqlite:{tmp_path / 'a.db'}")
    await keep(store, 1)
    assert await store.page("a", "execution", 0, 9) == [put(1).value]
    with pytest.raises(TypeError):
        await store.update(put(2).key, lambda _: [put(2), Put(put(3).key, object())])
    assert await store.page("a", "execution", 0, 9) == [put(1).value]
    assert await store.get(put(2).key) is None
    await store.close()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=f"there is no folder {tmp_path}/no"):
        open_store(f"sqlite:{tmp_path}/no/a.db")


def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to look like none at all" * 30)
    with pytest.raises(StoreError, match=r"notes\.txt: file is not a database"):
        open_store(f"sqlite:{text}")
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE music (title TEXT)")
    db.close()
    before = other.read_bytes()
    with pytest.raises(StoreError, match=r"other\.db: it holds something else than a store of version 2"):
        open_store(f"sqlite:{other}")
    assert other.read_bytes() == before


OPEN = """
import asyncio, sys
from execmock.stores import open_store

for number in range(40):
    sys.stdin.readline()
    asyncio.run(open_store(f"sqlite:{sys.argv[1]}/{number}.db").close())
    print(number, flush=True)
"""


def test_processes_that_open_a_new_file_at_once_make_one_store(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", OPEN, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for number in range(40):
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        for process in processes:
            assert process.stdout is not None
            if process.stdout.readline() != f"{number}\n":
                for each in processes:
                    each.kill()
                complaints = [each.communicate()[1] for each in processes]
                pytest.fail("\n".join(complaints))
    for process in processes:
        process.communicate(timeout=60)


async def test_a_write_waits_for_that_of_another_process_and_then_gives_up(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = open_store(f"sqlite:{path}")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(keep(store, 1))
    await asyncio.sleep(0)
    assert await store.get(put(1).key) is None
    other.execute("COMMIT")
    await waiting
    assert await store.get(put(1).key) == put(1).value
    other.close()
    await store.close()


FILL = """
import asyncio, resource, sys
sys.path.insert(0, sys.argv[2])
from test_sqlite_file import keep, open_store, put, StoreError

async def fill():
    store = open_store("sqlite:" + sys.argv[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
    kept = 0
    try:
        while True:
            await keep(store, kept, 5000)
            kept += 1
    except StoreError as error:
        print(kept, error, flush=True)
    assert await store.count("a", "execution") == kept
    assert await store.get(put(kept - 1).key) == put(kept - 1, 5000).value

asyncio.run(fill())
"""


async def test_a_full_disk_is_an_error_and_loses_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk."""
    path = tmp_path / "a.db"
    command = [sys.executable, "-c", FILL, str(path), str(Path(__file__).parent)]
    filled = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 - ours
    kept, _, complaint = filled.stdout.partition(" ")
    assert "the store" in complaint
    store = open_store(f"sqlite:{path}")
    assert await store.count("a", "execution") == int(kept) > 10
    await keep(store, int(kept))
    await store.close()


READ = """
import asyncio, os, sys
sys.path.insert(0, sys.argv[2])
from test_sqlite_file import keep, open_store, put, StoreError
import execmock.stores.sqlite

async def read():
    store = open_store("sqlite:" + sys.argv[1])
    print(await store.get(put(1).key) == put(1).value)
    try:
        await keep(store, 2)
    except StoreError as error:
        print(error)

if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
asyncio.run(read())
"""


async def test_a_file_that_may_only_be_read_is_read_and_refuses_changes() -> None:
    """Root may write to any file, so the reader becomes somebody else, in a folder that all may enter."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        store = open_store(f"sqlite:{folder / 'a.db'}")
        await keep(store, 1)
        (folder / "a.db").chmod(0o444)
        folder.chmod(0o555)
        command = [sys.executable, "-c", READ, str(folder / "a.db"), str(Path(__file__).parent)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - ours
        folder.chmod(0o755)
        assert result.stdout.startswith("True\n"), result.stderr
        assert "attempt to write a readonly database" in result.stdout
        await keep(store, 2)
        await store.close()
