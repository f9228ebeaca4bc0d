"""Lists with wrong pages, wrong order, wrong items."""

from __future__ import annotations

from datetime import timedelta

from ..behaviour import Behaviour
from ..catalogue import fault
from ..ids import digest
from ..values import Answer, Execution, RefusalError, Request, without
from ..variants.habits import ListLate


@fault(
    "list-default-50", "A page without limit holds 50.", "list.default-limit", also=("list.parameter-forms",)
)
class ListDefault50(Behaviour):
    default_limit = 50


@fault(
    "list-default-offset-1",
    "A list without offset begins at the second.",
    "list.default-offset",
    also=("list.contains-created",),
)
class ListDefaultOffset1(Behaviour):
    default_offset = 1


@fault("list-no-maximum", "A page may hold a thousand.", "list.page-maximum", also=("list.shape",))
class ListNoMaximum(Behaviour):
    most = 1000


@fault("has-more-by-full-page", "hasMore is true whenever the page is full.", "list.has-more")
class HasMoreByFullPage(Behaviour):
    def has_more(self, total: int, shown: int, limit: int, offset: int) -> bool:
        return shown == limit


@fault(
    "has-more-never",
    "hasMore is always false.",
    "list.has-more",
    also=(
        "list.contains-created",
        "list.no-gaps",
    ),
)
class HasMoreNever(Behaviour):
    def has_more(self, total: int, shown: int, limit: int, offset: int) -> bool:
        return False


@fault("has-more-off-by-one", "hasMore is false when one is left.", "list.has-more")
class HasMoreOffByOne(Behaviour):
    def has_more(self, total: int, shown: int, limit: int, offset: int) -> bool:
        return offset + shown + 1 < total


@fault("page-one-short", "A page holds one less than asked.", "list.page-items", also=("list.default-limit",))
class PageOneShort(Behaviour):
    def slice(self, everything: list[Execution], limit: int, offset: int) -> list[Execution]:
        return everything[offset : offset + max(1, limit - 1)]


@fault(
    "page-one-more",
    "A page holds one more than asked.",
    "list.page-items",
    also=(
        "list.parameter-forms",
        "list.default-limit",
        "list.page-maximum",
        "list.shape",
    ),
)
class PageOneMore(Behaviour):
    def slice(self, everything: list[Execution], limit: int, offset: int) -> list[Execution]:
        return everything[offset : offset + limit + 1]


@fault("offset-is-page-number", "The offset counts pages.", "list.page-items")
class OffsetIsPageNumber(Behaviour):
    def slice(self, everything: list[Execution], limit: int, offset: int) -> list[Execution]:
        return everything[offset * limit : (offset + 1) * limit]


@fault(
    "offset-ignored",
    "The offset is ignored.",
    "list.page-items",
    "list.no-duplicates",
    also=("list.past-end",),
)
class OffsetIgnored(Behaviour):
    def slice(self, everything: list[Execution], limit: int, offset: int) -> list[Execution]:
        return everything[:limit]


@fault(
    "past-end-last-page",
    "Past the end the last page comes again.",
    "list.past-end",
    also=(
        "list.page-items",
        "list.default-limit",
    ),
)
class PastEndLastPage(Behaviour):
    def slice(self, everything: list[Execution], limit: int, offset: int) -> list[Execution]:
        return everything[offset : offset + limit] or everything[-limit:]


@fault("past-end-refused", "Past the end is 400.", "list.past-end")
class PastEndRefused(Behaviour):
    def slice(self, everything: list[Execution], limit: int, offset: int) -> list[Execution]:
        if everything and offset >= len(everything):
            raise RefusalError(400, "The offset is past the end")
        return super().slice(everything, limit, offset)


@fault("limit-text-ignored", "A limit that is no number is ignored.", "list.bad-parameters")
class LimitTextIgnored(Behaviour):
    def not_a_number(self, name: str, default: int) -> int:
        return default


@fault("limit-zero-taken", "A limit of 0 gives an empty page.", "list.bad-parameters")
class LimitZeroTaken(Behaviour):
    def limit(self, request: Request) -> int:
        return 0 if request.query.get("limit") == "0" else super().limit(request)


@fault("offset-negative-taken", "A negative offset is taken for 0.", "list.bad-parameters")
class OffsetNegativeTaken(Behaviour):
    def offset(self, request: Request) -> int:
        return max(0, self.number(request, "offset", 0))


@fault(
    "huge-limit-500",
    "A limit of more than 64 bits breaks the server.",
    "list.huge-parameters",
    also=("robust.no-5xx",),
)
class HugeLimit500(Behaviour):
    def too_big(self, name: str, text: str) -> int:
        raise RefusalError(500, "integer out of range")


@fault(
    "offset-32-bits",
    "An offset of more than 31 bits breaks the server.",
    "list.huge-parameters",
    also=("robust.no-5xx",),
)
class Offset32Bits(Behaviour):
    def offset(self, request: Request) -> int:
        if (offset := super().offset(request)) > 2**31 - 1:
            raise RefusalError(500, "integer out of range")
        return offset


@fault(
    "pages-with-gaps",
    "Each page but the first passes over one.",
    "list.no-gaps",
    also=(
        "list.has-more",
        "list.past-end",
    ),
)
class PagesWithGaps(Behaviour):
    def slice(self, everything: list[Execution], limit: int, offset: int) -> list[Execution]:
        return super().slice(everything, limit, offset + 1 if offset else 0)


@fault("pages-overlap", "Each page but the first repeats one.", "list.no-duplicates", also=("list.has-more",))
class PagesOverlap(Behaviour):
    def slice(self, everything: list[Execution], limit: int, offset: int) -> list[Execution]:
        return super().slice(everything, limit, max(0, offset - 1))


@fault(
    "order-shuffled",
    "Each list has another order.",
    "list.stable-order",
    also=(
        "list.page-items",
        "list.past-end",
        "list.no-duplicates",
    ),
)
class OrderShuffled(Behaviour):
    def listed(self, organization: str) -> list[Execution]:
        turn = self.ids.draw("order")
        return sorted(super().listed(organization), key=lambda e: digest(turn, e.id))


@fault(
    "order-by-update",
    "The list is ordered by the last update.",
    "list.stable-order",
    also=("list.no-duplicates",),
)
class OrderByUpdate(Behaviour):
    def listed(self, organization: str) -> list[Execution]:
        return sorted(super().listed(organization), key=lambda e: self.present(e).updated)


@fault("order-by-id-hash", "The order has nothing to do with time.", "list.time-order", "list.newest-first")
class OrderByIdHash(Behaviour):
    def listed(self, organization: str) -> list[Execution]:
        return sorted(super().listed(organization), key=lambda e: digest(e.id))


@fault("order-by-text", "The list is ordered by externalRef.", "list.time-order", "list.newest-first")
class OrderByText(Behaviour):
    def listed(self, organization: str) -> list[Execution]:
        return sorted(
            super().listed(organization),
            key=lambda e: digest(e.body.get("externalRef"), e.sequence % 7, e.id),
        )


@fault("items-slim", "Items lack the payload that a read shows.", "list.item-equals-read")
class ItemsSlim(Behaviour):
    def item(self, execution: Execution) -> dict[str, object]:
        return without(super().item(execution), "requestPayload", "externalRef")


@fault(
    "items-stale",
    "Items show the status that the execution began with.",
    "list.item-equals-read",
    also=(
        "lifecycle.reachable",
        "lifecycle.terminal-final",
        "lifecycle.updated-at",
    ),
)
class ItemsStale(Behaviour):
    def item(self, execution: Execution) -> dict[str, object]:
        return self.private(execution, self.moment(execution, execution.created))


@fault(
    "list-lags",
    "A new execution is listed two days later.",
    "list.contains-created",
    also=("list.default-limit", "list.page-items"),
)
class ListLags(Behaviour):
    def listed(self, organization: str) -> list[Execution]:
        old = self.now() - timedelta(days=2)
        return [e for e in super().listed(organization) if e.created <= old]


@fault("list-late-a-little", "A new execution is listed 60 milliseconds later.", "advisory.late-views")
class ListLateALittle(ListLate):
    pass


@fault("list-shows-token", "Items carry the client token.", "list.leaks-token")
class ListShowsToken(Behaviour):
    def item(self, execution: Execution) -> dict[str, object]:
        return {**super().item(execution), "clientToken": execution.token}


@fault("list-forgets-old", "The list ends after 25.", "list.no-gaps", "list.page-items")
class ListForgetsOld(Behaviour):
    def listed(self, organization: str) -> list[Execution]:
        return super().listed(organization)[:25]


@fault("list-offset-wraps", "An offset is kept in 32 bits.", "list.far-offset")
class ListOffsetWraps(Behaviour):
    def offset(self, request: Request) -> int:
        return super().offset(request) % 2**32


@fault("list-204-when-empty", "An empty page answers 204.", "status-codes", also=("list.shape",))
class List204WhenEmpty(Behaviour):
    async def list_executions(self, request: Request) -> Answer:
        answer = await super().list_executions(request)
        return answer if answer.body["data"]["items"] else Answer(204)


class ListingOtherwise(Behaviour):
    """Shows a page's items as something else where there are none."""

    shown: object = None

    def page(self, everything: list[Execution], limit: int, offset: int) -> dict[str, object]:
        page = super().page(everything, limit, offset)
        return page if page["items"] else {**page, "items": self.shown}


@fault("empty-items-null", "The items of an empty page are null.", "list.items")
class EmptyItemsNull(ListingOtherwise):
    pass


@fault("empty-items-object", "The items of an empty page are an object.", "list.items", also=("list.shape",))
class EmptyItemsObject(ListingOtherwise):
    shown: object = {}


@fault("items-null", "The items of every page are null.", "list.items")
class ItemsNull(Behaviour):
    def page(self, everything: list[Execution], limit: int, offset: int) -> dict[str, object]:
        return {**super().page(everything, limit, offset), "items": None}


class ReadingForms(Behaviour):
    """Takes parameters that are not written plainly for something."""

    def many(self, request: Request, name: str) -> list[str]:
        """Return what a parameter is as a list, when it is one: repeated, or with brackets."""
        plain = [value for key, value in request.pairs if key == name]
        return [value for key, value in request.pairs if key == f"{name}[]"] or (
            plain if len(plain) > 1 else []
        )


@fault(
    "limit-repeated-500",
    "A limit that is given twice breaks the server.",
    "list.parameter-forms",
    "robust.no-5xx",
)
class LimitRepeated500(ReadingForms):
    def limit(self, request: Request) -> int:
        if self.many(request, "limit"):
            raise RefusalError(500, "limit.trim is not a function")
        return super().limit(request)


@fault(
    "limit-list-is-all",
    "A limit that is a list counts as none.",
    "list.parameter-forms",
    also=("list.shape",),
)
class LimitListIsAll(ReadingForms):
    def limit(self, request: Request) -> int:
        return 10**6 if self.many(request, "limit") else super().limit(request)


@fault("limit-joined", "A limit that is given twice is put together.", "list.parameter-forms")
class LimitJoined(ReadingForms):
    def limit(self, request: Request) -> int:
        several = self.many(request, "limit")
        return int("".join(several)) if several else super().limit(request)


@fault(
    "limit-shown-as-list",
    "A page shows the limit as it came, also a list.",
    "list.parameter-forms",
    also=("list.shape",),
)
class LimitShownAsList(ReadingForms):
    async def list_executions(self, request: Request) -> Answer:
        answer = await super().list_executions(request)
        if several := self.many(request, "limit"):
            answer.body["data"]["limit"] = several
        return answer


@fault("limit-empty-is-zero", "Empty parameters count as 0.", "list.parameter-forms")
class LimitEmptyIsZero(Behaviour):
    def limit(self, request: Request) -> int:
        return 0 if request.query.get("limit") == "" else super().limit(request)

    def offset(self, request: Request) -> int:
        return 0 if request.query.get("offset") == "" else super().offset(request)
