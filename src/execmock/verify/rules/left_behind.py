"""Rules on what a refused create leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.json_values import texts
from execmock.verify.reader import parse_json
from execmock.verify.requests import CREATE, LIST
from execmock.verify.rule import Check, Rules, check, not_judged

_PROBES = ("bodies", "idempotency")

_LEFT = Rules("create", (CREATE, LIST), probes=_PROBES, at="responses/400", tags="validation idempotency")


@_LEFT.expected(
    "refused-leaves-nothing",
    "A create that is refused leaves no execution in the list.",
    under="idempotency.same list.shape",
)
def refused_leaves_nothing(evidence: Evidence) -> Iterator[Check]:
    """Refused for its body, or for an idempotency key that another body has used; known by its own texts."""
    for probe in _PROBES:
        refused = [(seen, _mark(seen)) for seen in evidence.seen(probe) if _is_refused(seen)]
        for page in evidence.ok(probe, "left-behind"):
            if page.unread:
                yield not_judged(page.unread, page)
                continue
            shown = set(texts(page.at("/data/items")))
            left = next((seen for seen, mark in refused if mark in shown and seen.received < page.sent), None)
            chain = () if left is None else (left,)
            wanted = "no execution with the texts of a create that was refused"
            yield check(left is None, page, wanted, _named(left), at="/data/items", chain=chain)


def _is_refused(seen: Exchange) -> bool:
    wrong = seen.label.startswith(("missing/", "wrong-type/")) or seen.label == "conflict"
    return wrong and seen.operation == CREATE and 400 <= seen.status < 500


def _mark(seen: Exchange) -> Any:
    """Return the text that this request alone sent."""
    body = parse_json(seen.request.body)
    if seen.label == "conflict":
        return body["requestPayload"]["other"]
    name = seen.label.split("/")[1]
    return body["sourceEntityId" if name == "externalRef" else "externalRef"]


def _named(left: Exchange | None) -> str:
    return "" if left is None else f"an execution with {_mark(left)}"
