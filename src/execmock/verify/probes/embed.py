"""The probe of the embed API: one operation of another vendor."""

from __future__ import annotations

from execmock.verify.probe import probe
from execmock.verify.requests import EXECUTE, encode
from execmock.verify.session import Blocked, Session

__all__ = ["embed"]

_ROUNDS = {"quick": 4, "default": 8, "thorough": 24}
_NOBODY = "00000000-0000-7000-8000-000000000000"


@probe("embed", needs="embed writes")
async def embed(session: Session) -> None:
    """Execute with and without a body, with data, by other ids, twice with one key, and wrongly."""
    first = await session.execute(None, "plain/no-body")
    if not first.ok:
        first = await session.execute({}, "plain/empty")
    if not first.ok:
        raise Blocked(first)
    await session.execute({}, "plain/empty")
    for number in range(_ROUNDS[session.effort]):
        data = {"mark": session.unique("data"), "number": number, "deep": {"list": [1, {"é": None}]}}
        await session.execute({"execution_data": data}, "data")
    await session.all(session.execute({"execution_data": {"n": number}}, "at-once") for number in range(8))
    await _ids(session, first.at("/key"))
    await _wrong(session)
    key = {"Idempotency-Key": session.unique("key")}
    for turn in ("first", "second"):
        await session.execute({"execution_data": {"once": 1}}, f"repeat/{turn}", headers=key)
    await session.execute({"execution_data": {"once": 2}}, "repeat/another-body", headers=key)


async def _ids(session: Session, key: object) -> None:
    """The same workflow by its id type, by its key, and by ids that do not fit their type."""
    await session.execute({"id_type": "id"}, "id-type/id")
    if isinstance(key, str) and key:
        await session.execute({"id_type": "key"}, "id-type/key", id_=key, valid=False)
        await session.execute({"id_type": "id"}, "misfit/key-as-id", id_=key, valid=False)
    await session.execute({"id_type": "hashid"}, "misfit/id-as-hashid", valid=False)
    await session.execute({"id_type": "key"}, "misfit/id-as-key", valid=False)
    await session.execute({"id_type": "nonsense"}, "unknown-type", valid=False)
    await session.execute({}, "unknown-id", id_=_NOBODY, valid=False)
    await session.execute({"id_type": "key"}, "unknown-id", id_=session.unique("unknown"), valid=False)


async def _wrong(session: Session) -> None:
    """Execution data that is no object, bodies that are no JSON or no object."""
    for value in ("text", 7, ["text"], True):
        await session.execute({"execution_data": value}, "bad-data", valid=False)
    path = {"id": session.requests.embed_workflow}
    for body in (b"{", b'{"execution_data": }', encode(["no object"])):
        await session.call(EXECUTE, "malformed", identity="embed", path=path, body=body)
