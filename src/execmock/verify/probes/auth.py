"""Probes of access: keys, scopes, client tokens, organizations, ids that do not exist."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping

from execmock.verify.probe import probe
from execmock.verify.requests import CREATE, EXECUTE, GET, LIST, PUBLIC, encode
from execmock.verify.session import Created, Session

__all__ = ["auth", "follow_tokens", "scope", "tenancy", "unknown"]

_GARBAGE: tuple[Mapping[str, str], ...] = (
    {"Authorization": "Bearer garbage"},
    {"Authorization": "Bearer b3sk_00000000000000000000000000000000"},
    {"Authorization": "Bearer "},
)


@probe("auth", needs="")
async def auth(session: Session) -> None:
    """Call every private operation without a key, with invalid and nearly valid ones, and another scheme.

    Reads are asked for with the good key first, so that a cache may have the answer.
    """
    for operation, parts in [each async for each in _private(session)]:
        identity = "embed" if operation == EXECUTE else "a"
        key = session.key(identity)
        schemes = (f"Basic {key}", f"Token {key}", key)
        for label, headers in (
            ("missing", [{}]),
            ("garbage", _GARBAGE),
            ("wrong-scheme", [{"Authorization": text} for text in schemes]),
        ):
            for header in headers:
                await session.call(
                    operation, f"{label}/{operation}", identity="none", headers=header, **parts
                )
        near = _near_keys(key)[: None if operation == LIST else _NEAREST]
        await session.all(
            session.call(
                operation,
                f"exact-key/{operation}",
                identity="none",
                headers={"Authorization": f"Bearer {text}"},
                **parts,
            )
            for text in near
        )


_NEAREST = 3


def _near_keys(key: str) -> tuple[str, ...]:
    """Return texts that a comparison takes for the key if it is not exact, the likeliest first."""
    half = len(key) // 2
    if not half:
        return ()
    several = (
        key.swapcase(),
        key[:-1],
        f"{key}xx",
        key.upper(),
        key.lower(),
        key[:half],
        key[half:],
        f"{key[:-1]}%",
        f"{key[:-1]}*",
        "_" * len(key),
        f"%{ord(key[0]):02x}{key[1:]}",
        b64encode(key.encode()).decode(),
        "true",
        "0",
    )
    return tuple(text for text in dict.fromkeys(several) if text != key)


async def _private(session: Session):  # type: ignore[no-untyped-def]
    page = await session.list("page")
    known = page.at("/data/items/0/id")
    if session.writes:
        known = (await session.created()).id
        yield CREATE, {"body": encode(session.requests.minimal())}
    yield LIST, {}
    if isinstance(known, str):
        await session.get(known, "known")
        yield GET, {"path": {"id": known}}
    if session.writes and session.embeds:
        yield EXECUTE, {"path": {"id": session.requests.embed_workflow}, "body": encode({})}


@probe("scope", needs="writes read")
async def scope(session: Session) -> None:
    """Use the key that may only read."""
    known = session.requests.full(session.unique("known"))
    made = await session.created(known, "create")
    await session.create(
        session.requests.full(session.unique("read")), "create-with-read/new", identity="read", valid=False
    )
    await session.create(known, "create-with-read/known", identity="read", valid=False)
    await session.get(made.id, "get-with-read", identity="read")
    await session.list("list-with-read", identity="read")


@probe("public")
async def follow_tokens(session: Session) -> None:
    """Read an execution with its token, without one, with other tokens, and with a key in addition."""
    one = await session.created(session.requests.full(session.unique("one")), "create/one")
    two = await session.created(session.requests.full(session.unique("two")), "create/two")
    await session.public(one.id, None, "missing/absent", valid=False)
    await session.public(one.id, "", "missing/empty", valid=False)
    await session.public(one.id, "garbage-token", "wrong/garbage", valid=False)
    await session.public(_unlike(one.id), "garbage-token", "unknown-id/garbage", valid=False)
    if one.token and two.token:
        await session.public(one.id, one.token, "right/plain")
        for header in ("Bearer garbage", f"Bearer {session.key('b') or session.key('a')}"):
            await session.public(one.id, one.token, "right/with-a-key", headers={"Authorization": header})
        origin = {"Origin": "https://shop.example.com"}
        await session.public(one.id, one.token, "right/from-a-page", headers=origin)
        await session.public(_unlike(one.id), one.token, "unknown-id/token", valid=False)
        await session.public(one.id, two.token, "other", valid=False)
        mine = {"Authorization": f"Bearer {session.key('a')}"}
        await session.public(one.id, "garbage-token", "wrong/with-a-key", valid=False, headers=mine)
        for number, query in enumerate(_FORMS):
            await session.call(PUBLIC, f"form/{number}", identity="none", path={"id": one.id}, query=query)
        for label, token in _near(one):
            await session.public(one.id, token, label, valid=False)
    await session.get(one.id, "get/one")
    await session.list("list")


_FORMS = (
    (("token[]", "garbage-token"),),
    (("token[$ne]", "garbage-token"),),
    (("token", "garbage-one"), ("token", "garbage-two")),
    (("TOKEN", "garbage-token"), ("Token", "")),
)
"""The token as a list, as an operator of a database, repeated, and in other case."""


def _near(made: Created) -> Iterator[tuple[str, str]]:
    token = made.token
    middle = len(token) // 2
    changed = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    yield "wrong/changed", changed
    yield "wrong/id", made.id
    if token.swapcase() != token:
        yield "case/swapped", token.swapcase()
        yield "case/lower", token.lower() if token.lower() != token else token.upper()
    for length in (1, 8, middle, len(token) - 2):
        if 0 < length < len(token):
            yield "prefix/shorter", token[:length]
    yield "prefix/longer", f"{token}xx"
    yield "prefix/spaced", f" {token}"


def _unlike(name: str) -> str:
    """Return an id of the same form that does not exist: its last characters are changed."""
    tail = "".join(_OTHER.get(letter, "7" if letter != "7" else "3") for letter in name[-6:])
    return name[:-6] + tail


_OTHER = {"-": "-", "_": "_"}


@probe("tenancy", needs="writes b")
async def tenancy(session: Session) -> None:
    """Look for one organization's executions with the other's key."""
    mine = await session.created(session.requests.full(session.unique("mine")), "create/a")
    theirs = await session.created(session.requests.full(session.unique("theirs")), "create/b", identity="b")
    await session.get(mine.id, "own/a")
    await session.get(mine.id, "foreign/a-by-b", identity="b", valid=False)
    await session.get(theirs.id, "own/b", identity="b")
    await session.get(theirs.id, "foreign/b-by-a", identity="a", valid=False)
    await session.get(_unlike(mine.id), "absent/by-b", identity="b", valid=False)
    await session.list("list/a", limit=100)
    await session.list("list/b", identity="b", limit=100)
    owner = mine.seen.at("/data/execution/organizationId")
    if isinstance(owner, str) and owner:
        header = {"X-Org-ID": owner}
        await session.get(mine.id, "header-get", identity="b", valid=False, headers=header)
        await session.call(LIST, "header-list", identity="b", headers=header, query={"limit": 100})


@probe("unknown")
async def unknown(session: Session) -> None:
    """Ask for executions and workflows that do not exist."""
    made = await session.created()
    for name in (_unlike(made.id), f"{made.id}x", "nothing", "00000000-0000-4000-8000-000000000000"):
        await session.get(name, "unknown", valid=False)
    for workflow in ("wf_00000000000000000000", session.unique("workflow")):
        await session.create({**session.requests.minimal(), "workflowId": workflow}, "workflow", valid=False)
