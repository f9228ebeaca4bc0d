"""Checks of the target before a run: does it answer, is it the API, what are the keys, how does it answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from execmock.verify.exchange import PREFLIGHT, Exchange, Request
from execmock.verify.learned import Learned, learned_from
from execmock.verify.requests import CREATE, EXECUTE, GET, LIST, Requests, encode
from execmock.verify.target_watch import Unreachable, excerpt

if TYPE_CHECKING:
    from execmock.settings import VerifySettings
    from execmock.verify.client import Client
    from execmock.verify.target_clock import TargetClock

__all__ = ["Preflight"]

_ATTEMPTS = 2
_PAUSE = 0.5
_GATEWAY = frozenset({502, 503, 504})
_LARGEST_PAGE = 100
_NO_WORKFLOW = "00000000-0000-7000-8000-000000000000"


class Preflight:
    """Asks for a page with each key, then for what the keys are; Unreachable says why a run is of no use."""

    def __init__(
        self, client: Client, requests: Requests, clock: TargetClock, options: VerifySettings
    ) -> None:
        self._client = client
        self._requests = requests
        self._clock = clock
        self._options = options
        self._seen: list[Exchange] = []
        self._notes: list[str] = []
        self._refused: dict[str, str] = {}
        """Why the list was refused, by identity, until another request shows that the key is good."""
        self._instead: dict[str, str] = {}
        """The execution to read with a key, by identity, where the list is refused to a good one."""
        self.names = {"a": options.named("token"), "time": options.named("token")}
        for identity in ("b", "read"):
            if identity in clock.keys:
                self.names[identity] = options.named(f"token_{identity}")
        if "embed" in clock.keys and requests.serves(EXECUTE) and not options.read_only:
            self.names["embed"] = options.named("embed_token")

    async def check(self, *, keys: bool, creates: bool) -> Learned:
        """Return what was learned; `keys` if they are a user's, `creates` if an execution may be created."""
        for identity in [name for name in self.names if name != "time"]:
            can_show = {"a", "b", "read"} if creates else {"read"}
            await self._look(identity, otherwise=keys and identity in can_show)
        if keys:
            await self._check_keys(creates=creates)
        return self._learned()

    async def ask(self, identity: str, probe: str = "watch") -> Exchange:
        """Ask for a page of the list with a key; with the embed API's, to execute what does not exist."""
        key = self._clock.keys[identity]
        if identity == "embed":
            request = self._requests.request(EXECUTE, key=key, path={"id": _NO_WORKFLOW}, body=b"{}")
        elif identity in self._instead:
            request = self._requests.request(GET, key=key, path={"id": self._instead[identity]})
        else:
            request = self._requests.request(LIST, key=key, query={"limit": 1})
        operation = EXECUTE if identity == "embed" else GET if identity in self._instead else LIST
        return await self._client.send(
            request,
            probe=probe,
            label=identity,
            operation=operation,
            identity=identity,
            valid=operation != EXECUTE,
        )

    @property
    def usual(self) -> int:
        """The status of the first page that was asked for."""
        return next((seen.status for seen in self._seen if seen.operation == LIST), 200)

    async def _look(self, identity: str, *, otherwise: bool) -> None:
        """Ask for a page; `otherwise` if another request can show that a key is good nevertheless."""
        for attempt in range(_ATTEMPTS):
            seen = await self.ask(identity, "preflight")
            if seen.status and seen.status not in _GATEWAY:
                break
            if attempt + 1 < _ATTEMPTS:
                await self._client.wait(_PAUSE)
        self._seen.append(seen)
        if not seen.ok and identity == "a":
            await self._check_base()
        option = self.names[identity]
        url = self._requests.base(seen.operation)
        for reason in _reasons(seen, url, option):
            if not (otherwise and seen.status in (401, 403)):
                raise Unreachable(reason)
            self._refused[identity] = reason
            break

    async def _check_base(self) -> None:
        """Say so if the address ends in a part of the contract's paths, and the API is at its beginning."""
        url = self._options.url.rstrip("/")
        path = self._requests.operation(LIST).path
        parts = path.strip("/").split("/")
        endings = ["/" + "/".join(parts[:end]) for end in range(len(parts), 0, -1)]
        ending = next((each for each in endings if urlsplit(url).path.endswith(each)), "")
        if not ending:
            return
        base = url.removesuffix(ending)
        request = self._requests.request(LIST, key=self._clock.keys["a"], query={"limit": 1})
        status, page = await self._client.send_unrecorded(replace(request, url=base + path + "?limit=1"))
        if 200 <= status < 300 and isinstance(page, dict):
            raise Unreachable(
                f"{self._options.url} ends in {ending}, a part of the contract's paths; give {base} instead"
            )

    async def _check_keys(self, *, creates: bool) -> None:
        known = await (self._create("a") if creates else self._existing())
        if known is None:
            for reason in self._refused.values():
                raise Unreachable(reason)
            return
        if "a" in self._refused:
            self._instead["a"] = known[0]  # operation.answers judges that it may not list
        if "b" in self._refused and (theirs := await self._create("b")):
            self._instead["b"] = theirs[0]
        if "b" in self.names:
            await self._check_other(*known, creates=creates)
        if "read" in self.names:
            await self._check_read(known[0])

    async def _create(self, identity: str) -> tuple[str, str] | None:
        """Create one execution and return its id and organization, None if that fails."""
        body = encode(self._requests.minimal())
        request = self._requests.request(CREATE, key=self._clock.keys[identity], body=body)
        seen = await self._send(request, CREATE, identity, valid=True)
        if identity in self._refused and not seen.ok:
            raise Unreachable(self._refused[identity])
        if seen.status == 403:
            raise Unreachable(
                f"{self._options.url} lets the key of {self.names[identity]} create nothing: 403"
                f" {excerpt(seen)}; give one with the scope read-write, or --read-only"
            )
        if seen.status == self.usual == 404:
            raise Unreachable(_no_path(seen, self._options.url))
        if 400 <= seen.status < 500 and not self._options.workflow_ids:
            workflow = self._requests.minimal()["workflowId"]
            self._notes.append(
                f"{CREATE} answered {seen.status} to the workflow {workflow} of the contract's example;"
                " --workflow-id names one that the service knows"
            )
        return _identified(seen.at("/data/execution")) if seen.ok else None

    async def _existing(self) -> tuple[str, str] | None:
        """Return the id and the organization of an execution on the first page."""
        return next(
            (_identified(seen.at("/data/items/0")) for seen in self._seen if seen.identity == "a"), None
        )

    async def _check_other(self, name: str, organization: str, *, creates: bool) -> None:
        """Refuse two keys of one organization: both see an execution, and what is theirs has one owner."""
        if not organization or not (await self._get(name, "b")).ok:
            return
        if creates:
            theirs = await self._create("b")
        else:
            pages = [page for page in self._seen if page.identity == "b" and page.operation == LIST]
            theirs = _identified(pages[0].at("/data/items/0"))
        if theirs and theirs[1] == organization:
            raise Unreachable(
                f"the keys of {self.names['a']} and {self.names['b']} are of one organization,"
                f" {organization}; give one of another, or leave it out"
            )

    async def _check_read(self, name: str) -> None:
        """Refuse a reading key that sees neither an execution of the first key nor its place in the list."""
        for _ in range(_ATTEMPTS):
            seen = await self._get(name, "read")
            if "read" in self._refused and not seen.ok:
                raise Unreachable(self._refused["read"])
            if "read" in self._refused:
                self._instead["read"] = name  # auth.read-scope judges that it may not list
            if seen.ok or not 400 <= seen.status < 500:
                return
            request = self._requests.request(
                LIST, key=self._clock.keys["read"], query={"limit": _LARGEST_PAGE}
            )
            page = await self._send(request, LIST, "read", valid=True)
            items = page.at("/data/items")
            if not isinstance(items, list) or any(_identified(item, name) for item in items):
                return
            await self._client.wait(_PAUSE)
        raise Unreachable(
            f"the key of {self.names['read']} does not see an execution that the key of"
            f" {self.names['a']} sees; give one of the same organization"
        )

    async def _get(self, name: str, identity: str) -> Exchange:
        request = self._requests.request(GET, key=self._clock.keys[identity], path={"id": name})
        return await self._send(request, GET, identity)

    async def _send(
        self, request: Request, operation: str, identity: str, *, valid: bool = False
    ) -> Exchange:
        seen = await self._client.send(
            request, probe=PREFLIGHT, label=identity, operation=operation, identity=identity, valid=valid
        )
        self._seen.append(seen)
        return seen

    def _learned(self) -> Learned:
        answered = [seen for seen in self._seen if seen.status]
        return learned_from(answered, self._options, self._notes)


def _reasons(seen: Exchange, url: str, option: str) -> Iterator[str]:
    """Yield why there is nothing to judge at an address."""
    kind = seen.header("content-type").partition(";")[0].strip().lower()
    path = seen.request.url.removeprefix(url).partition("?")[0]
    if not seen.status:
        yield f"{url} does not answer: {seen.lost}"
    if seen.status == 407:
        yield f"the proxy before {url} asks for a user name and a password; --proxy takes them in its address"
    if seen.throttled:
        yield f"{url} kept answering {seen.status}, even after the waits that it asked for"
    if seen.status in (401, 403) and (seen.operation == LIST or seen.status == 401):
        yield f"{url} refuses the key of {option} with {seen.status}: {excerpt(seen)}"
    if seen.operation == EXECUTE:
        return
    if seen.status in _GATEWAY:
        yield f"{url} answers {seen.status} to {path}: {excerpt(seen)}"
    if 300 <= seen.status < 400:
        yield f"{url} redirects to {seen.header('location') or 'nowhere'}; give that address instead"
    if kind == "text/html" or seen.body.lstrip()[:1] == b"<":
        yield (
            f"{url} answers with a web page (status {seen.status}, {kind or 'no content type'}), not with the"
            " executions API; is the address right?"
        )
    if seen.status == 404 and not isinstance(seen.json, dict):
        yield _no_path(seen, url)


def _no_path(seen: Exchange, url: str) -> str:
    path = seen.request.url.removeprefix(url.rstrip("/")).partition("?")[0]
    return f"{url} has no path {path}; is the address right?"


def _identified(item: object, name: str = "") -> tuple[str, str] | None:
    """Return the id and the organization of an execution; with a name, only if that is its id."""
    if not isinstance(item, dict):
        return None
    found, owner = item.get("id"), item.get("organizationId")
    if not isinstance(found, str) or not found or (name and found != name):
        return None
    return found, owner if isinstance(owner, str) else ""
