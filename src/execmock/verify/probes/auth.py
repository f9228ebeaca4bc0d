"""Probes of who may see what: keys, scopes, client tokens, organizations, ids that do not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from execmock.verify.probe import probe
from execmock.verify.requests import CREATE, EXECUTE, GET, LIST, encode
from execmock.verify.session import Created, Lab

__all__ = ["auth", "follow_tokens", "scope", "tenancy", "unknown"]

_GARBAGE: tuple[Mapping[str, str], ...] = (
    {"Authorization": "Bearer garbage"},
    {"Authorization": "Bearer b3sk_00000000000000000000000000000000"},
    {"Authorization": "Bearer "},
)


@probe("auth", needs="")
async def auth(lab: Lab) -> None:
    """Ask every private operation without a key, with nonsense, and with the key under another scheme."""
    for operation, parts in [each async for each in _private(lab)]:
        identity = "embed" if operation == EXECUTE else "a"
        key = lab.key(identity)
        schemes = (f"Basic {key}", f"Token {key}", key)
        for label, headers in (
            ("missing", [{}]),
            ("garbage", _GARBAGE),
            ("wrong-scheme", [{"Authorization": text} for text in schemes]),
        ):
            for header in headers:
                await lab.call(operation, f"{label}/{operation}", identity="none", headers=header, **parts)


async def _private(lab: Lab):  # type: ignore[no-untyped-def]
    page = await lab.list("page")
    known = page.at("/data/items/0/id")
    if lab.writes:
        known = (await lab.created()).id
        yield CREATE, {"body": encode(lab.surface.minimal())}
    yield LIST, {}
    if isinstance(known, str):
        yield GET, {"path": {"id": known}}
    if lab.writes and lab.embeds:
        yield EXECUTE, {"path": {"id": lab.surface.embed_workflow}, "body": encode({})}


@probe("scope", needs="writes read")
async def scope(lab: Lab) -> None:
    """Use the key that may only read."""
    made = await lab.created()
    await lab.create(lab.surface.full(lab.unique("read")), "create-with-read", identity="read", valid=False)
    await lab.get(made.id, "get-with-read", identity="read")
    await lab.list("list-with-read", identity="read")


@probe("public")
async def follow_tokens(lab: Lab) -> None:
    """Follow an execution with its token, without, with other tokens, and with a key beside it."""
    one = await lab.created(lab.surface.full(lab.unique("one")), "create/one")
    two = await lab.created(lab.surface.full(lab.unique("two")), "create/two")
    await lab.public(one.id, None, "missing/absent", valid=False)
    await lab.public(one.id, "", "missing/empty", valid=False)
    await lab.public(one.id, "garbage-token-of-nobody", "wrong/garbage", valid=False)
    await lab.public(_unlike(one.id), "garbage-token-of-nobody", "unknown-id/garbage", valid=False)
    if one.token and two.token:
        await lab.public(one.id, one.token, "right/plain")
        for header in ("Bearer garbage", f"Bearer {lab.key('b') or lab.key('a')}"):
            await lab.public(one.id, one.token, "right/beside-a-key", headers={"Authorization": header})
        origin = {"Origin": "https://shop.example.com"}
        await lab.public(one.id, one.token, "right/from-a-page", headers=origin)
        await lab.public(_unlike(one.id), one.token, "unknown-id/token", valid=False)
        await lab.public(one.id, two.token, "other", valid=False)
        mine = {"Authorization": f"Bearer {lab.key('a')}"}
        await lab.public(one.id, "garbage-token-of-nobody", "wrong/with-a-key", valid=False, headers=mine)
        for label, token in _near(one):
            await lab.public(one.id, token, label, valid=False)
    await lab.get(one.id, "get/one")
    await lab.list("list")


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
    """Return an id of the same form that nobody has: its last characters turned about."""
    tail = "".join(_OTHER.get(letter, "7" if letter != "7" else "3") for letter in name[-6:])
    return name[:-6] + tail


_OTHER = {"-": "-", "_": "_"}


@probe("tenancy", needs="writes b")
async def tenancy(lab: Lab) -> None:
    """Look for one organization's executions with the other's key."""
    mine = await lab.created(lab.surface.full(lab.unique("mine")), "create/a")
    theirs = await lab.created(lab.surface.full(lab.unique("theirs")), "create/b", identity="b")
    await lab.get(mine.id, "foreign/a-by-b", identity="b", valid=False)
    await lab.get(theirs.id, "foreign/b-by-a", identity="a", valid=False)
    await lab.get(_unlike(mine.id), "absent/by-b", identity="b", valid=False)
    await lab.list("list/a", limit=100)
    await lab.list("list/b", identity="b", limit=100)
    owner = mine.seen.at("/data/execution/organizationId")
    if isinstance(owner, str) and owner:
        header = {"X-Org-ID": owner}
        await lab.get(mine.id, "header-get", identity="b", valid=False, headers=header)
        await lab.call(LIST, "header-list", identity="b", headers=header, query={"limit": 100})


@probe("unknown")
async def unknown(lab: Lab) -> None:
    """Ask for executions and workflows that do not exist."""
    made = await lab.created()
    for name in (_unlike(made.id), f"{made.id}x", "nothing", "00000000-0000-4000-8000-000000000000"):
        await lab.get(name, "unknown", valid=False)
    for workflow in ("wf_00000000000000000000", lab.unique("workflow")):
        await lab.create({**lab.surface.minimal(), "workflowId": workflow}, "workflow", valid=False)
