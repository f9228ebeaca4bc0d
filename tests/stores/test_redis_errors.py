"""A Redis that is not there is said in one sentence, without the password that would open it."""

from __future__ import annotations

import pytest
from tests.ports import free_port

from execmock.errors import StoreError
from execmock.interfaces import Key
from execmock.stores import open_store


async def ask(url: str) -> None:
    store = open_store(url)
    try:
        await store.get(Key("", "sandbox", "default"))
    finally:
        await store.close()


@pytest.mark.parametrize(
    "form",
    [
        "redis://127.0.0.1:{}/0",
        "redis://:secret@127.0.0.1:{}/0",
        "redis://me:se/cret@127.0.0.1:{}/0",
        "redis://me:secret@secret@127.0.0.1:{}/0",
        "redis://127.0.0.1:{}/0?password=secret",
    ],
)
async def test_what_is_said_names_the_place_and_no_password(form: str) -> None:
    port = free_port()
    with pytest.raises(StoreError) as failed:
        await ask(form.format(port))
    assert f"127.0.0.1:{port}" in str(failed.value)
    assert "secret" not in str(failed.value)
    assert "cret" not in str(failed.value)
