"""Rules on what passes that no probe of `verify` needs: it compares with what it did itself."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from execmock.core.contract.names import CREATE, GET, PUBLIC
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.rule import Check, Rules, check

__all__ = ["RULES"]

RULES = Rules("passing", (GET, PUBLIC), at="responses/200", tags="lifecycle", needs="")
_ID = {CREATE: "/data/execution/id", GET: "/data/execution/id", PUBLIC: "/data/id"}

_UNKNOWN = (400, 404)  # how services answer for an id that they do not know


def _asked(seen: Exchange) -> str:
    """Return the id that a read asks for."""
    return unquote(urlsplit(seen.request.url).path.rpartition("/")[2])


@RULES.expected("read-is-its-own", "A read shows the execution whose id it asks for.", tags="shape")
def read_is_its_own(evidence: Evidence) -> Iterator[Check]:
    """What has no id is judged by the rules on shapes."""
    for seen in evidence.successes(GET, PUBLIC):
        place = _ID[seen.operation]
        shown, asked = seen.at(place), _asked(seen)
        if isinstance(shown, str):
            yield check(shown == asked, seen, asked, at=place)


@RULES.expected(
    "created-is-read", "An execution that was created can be read with the same key.", operations=GET
)
def created_is_read(evidence: Evidence) -> Iterator[Check]:
    """A read that was sent before the create was answered proves nothing."""
    created: dict[tuple[str, str], Exchange] = {}
    for seen in evidence.answers(CREATE, GET):
        if seen.operation == CREATE:
            if seen.ok and isinstance(name := seen.at(_ID[CREATE]), str):
                created.setdefault((seen.identity, name), seen)
            continue
        made = created.get((seen.identity, _asked(seen)))
        if made is not None and made.received <= seen.sent and (seen.ok or seen.status in _UNKNOWN):
            yield check(seen.ok, seen, "the execution that was created", chain=(made,))
