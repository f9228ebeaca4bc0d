"""Whether requests came in an order, and whether any came that was not expected. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from execmock.service.events.seen import DroppedRequests, SeenRequest
from execmock.testing.evidence import MORE, Evidence, listed, times
from execmock.testing.matching import Wanted, nearest_requests

__all__ = ["others_text", "sequence_text"]

_MOST_OTHERS = 10


def sequence_text(evidence: Evidence, steps: Sequence[Wanted]) -> tuple[list[SeenRequest], str]:
    """Return the requests of a sequence, and why it is none, an empty text if it is.

    Other requests may come in between. Each step is the first request that fits after the one before.
    """
    found: list[SeenRequest] = []
    rest = list(evidence.requests)
    for step in steps:
        at = next((place for place, request in enumerate(rest) if step.fits(request)), None)
        if at is None:
            return found, _not_found(evidence, steps, found, rest)
        found.append(rest[at])
        rest = rest[at + 1 :]
    return found, ""


def _not_found(
    evidence: Evidence, steps: Sequence[Wanted], found: Sequence[SeenRequest], rest: Sequence[SeenRequest]
) -> str:
    step = steps[len(found)]
    where = f"after step {len(found)}" if found else "first"
    lines = [f"Step {len(found) + 1} of {len(steps)}, {step}, did not come {where}."]
    gone = [one for one in evidence.dropped if any(step.fits_dropped(one) is not False for step in steps)]
    cut = [request for request in rest if step.fits(request) is None]
    if gone or cut:
        number = sum(one.count for one in gone) + len(cut)
        lines[0] = (
            f"Step {len(found) + 1} of {len(steps)}, {step}: whether it came {where} is not known, "
            f"for {number} that may be meant are no longer in the journal, or not whole; {MORE}:"
        )
        return "\n".join([*lines, *listed([*gone, *cut])])
    if found:
        lines += ["These came:", *(f"  {number}. {one}" for number, one in enumerate(found, start=1))]
    before = [request for request in evidence.requests if request not in rest and step.fits(request)]
    earlier = [request for request in before if request not in found]
    if earlier:
        lines += ["It came too early:", *listed(earlier)]
    if rest:
        lines += [
            "The nearest after it:" if found else "The nearest requests:",
            *nearest_requests(step, rest),
        ]
    return "\n".join(
        lines if rest or found or earlier else [lines[0], "No request came for this sandbox at all."]
    )


def others_text(evidence: Evidence, expected: Sequence[Wanted]) -> str:
    """Return the requests that none of what was expected fits, an empty text if all do."""
    kept = [(request, [wanted.fits(request) for wanted in expected]) for request in evidence.requests]
    gone = [(one, [wanted.fits_dropped(one) for wanted in expected]) for one in evidence.dropped]
    others = [request for request, fits in kept if not any(fits) and None not in fits]
    lost = [one for one, fits in gone if not any(fits) and None not in fits]
    said = ", ".join(map(str, expected)) or "no request at all"
    if others or lost:
        number = len(others) + sum(one.count for one in lost)
        lines = [f"Expected nothing but {said}; something else came {times(number)}:"]
        lines += listed(lost) if lost else []
        for request in others[:_MOST_OTHERS]:
            lines += [f"  {request}", *_nearest_expected(request, expected)]
        return "\n".join(
            lines + ([f"  ({len(others) - _MOST_OTHERS} more)"] if len(others) > _MOST_OTHERS else [])
        )
    unsure: list[SeenRequest | DroppedRequests] = [one for one, fits in gone if _may(fits)]
    unsure += [request for request, fits in kept if _may(fits)]
    if unsure:
        first = f"Expected nothing but {said}, which is not known:"
        return "\n".join(
            [f"{first} these are no longer in the journal, or not whole; {MORE}:", *listed(unsure)]
        )
    return ""


def _may(fits: Sequence[bool | None]) -> bool:
    return not any(fits) and None in fits


def _nearest_expected(request: SeenRequest, expected: Sequence[Wanted]) -> list[str]:
    """Return what keeps a request from the expectation that it comes nearest to."""
    options = [list(wanted.differences(request)) for wanted in expected]
    same = [
        found
        for wanted, found in zip(expected, options, strict=True)
        if wanted.operation in (None, request.operation)
    ]
    return [f"      {difference}" for difference in min(same, key=len, default=[])]
