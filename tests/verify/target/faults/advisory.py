"""What had better be otherwise: request ids, time texts, headers, drift."""

from __future__ import annotations

from ..behaviour import Behaviour
from ..catalogue import fault
from ..plans import PARTIAL
from ..values import Answer, Execution, Moment, RefusalError, Request, amended, without


@fault("request-id-constant", "Every answer has the requestId abc-123.", "advisory.request-id-unique")
class RequestIdConstant(Behaviour):
    def new_request_id(self) -> str:
        return "abc-123"


@fault(
    "request-id-empty", "The requestId is empty.", "advisory.request-id-present", also=("envelope.fields",)
)
class RequestIdEmpty(Behaviour):
    async def answer(self, request: Request) -> Answer:
        answer = await super().answer(request)
        has = isinstance(answer.body, dict) and "requestId" in answer.body
        return amended(answer, requestId="") if has else answer


class Timed(Behaviour):
    """Writes the times of executions in another form."""

    def fields(self, execution: Execution, moment: Moment) -> dict[str, object]:
        fields = super().fields(execution, moment)
        return {n: self.rewrite(str(v)) if v and n.endswith("At") else v for n, v in fields.items()}

    def rewrite(self, text: str) -> object:
        """Return the time in the other form."""
        return text


@fault("times-with-blank", "Times have a blank for T and no zone.", "time.rfc3339")
class TimesWithBlank(Timed):
    def rewrite(self, text: str) -> object:
        return text.replace("T", " ").removesuffix("Z")


@fault("times-in-seconds", "Times are strings of seconds since 1970.", "time.rfc3339")
class TimesInSeconds(Timed):
    def fields(self, execution: Execution, moment: Moment) -> dict[str, object]:
        fields = super().fields(execution, moment)
        return {**fields, "createdAt": str(int(execution.created.timestamp()))}


@fault("times-without-date-sense", "A time names the 30th of February.", "time.rfc3339")
class TimesWithoutDateSense(Timed):
    def rewrite(self, text: str) -> object:
        return f"{text[:4]}-02-30{text[10:]}"


@fault("nulls-for-absent", "Properties without a value are null.", "advisory.null-for-absent")
class NullsForAbsent(Behaviour):
    def without_absent(self, fields: dict[str, object]) -> dict[str, object]:
        return fields


@fault("publicly-cacheable", "Private answers may be cached by everyone.", "advisory.cache-headers")
class PubliclyCacheable(Behaviour):
    def headers(self, request: Request, answer: Answer) -> dict[str, str]:
        return {**super().headers(request, answer), "Cache-Control": "public, max-age=60"}


@fault("no-security-headers", "Answers lack nosniff and its like.", "advisory.security-headers")
class NoSecurityHeaders(Behaviour):
    def headers(self, request: Request, answer: Answer) -> dict[str, str]:
        return without(
            super().headers(request, answer),
            *("X-Content-Type-Options", "X-Frame-Options", "Content-Security-Policy"),
            *("Referrer-Policy", "Strict-Transport-Security"),
        )


@fault("tells-software", "Answers name the software that made them.", "advisory.security-headers")
class TellsSoftware(Behaviour):
    def headers(self, request: Request, answer: Answer) -> dict[str, str]:
        return {**super().headers(request, answer), "X-Powered-By": "Workflows/4.1"}


@fault(
    "sniffing-on", "X-Content-Type-Options has a value that switches nothing.", "advisory.security-headers"
)
class SniffingOn(Behaviour):
    def headers(self, request: Request, answer: Answer) -> dict[str, str]:
        return {**super().headers(request, answer), "X-Content-Type-Options": "sniff"}


@fault("known-drift", "Executions end as workflow_partial.", "advisory.known-drift")
class KnownDrift(Behaviour):
    default_plan = PARTIAL

    def plan_for(self, workflow_id: object) -> tuple:
        return PARTIAL


@fault("other-success-message", "The message of a success is OK.", "advisory.success-message")
class OtherSuccessMessage(Behaviour):
    success_message = "OK"


@fault(
    "429-without-retry-after",
    "Now and then a request is refused with 429, without Retry-After.",
    "advisory.retry-after",
)
class TooManyWithoutRetryAfter(Behaviour):
    count = 0

    async def perform(self, operation: str, request: Request) -> Answer:
        self.count += 1
        if self.count % 20 == 0:  # each costs the run a second
            raise RefusalError(429, "Too many requests")
        return await super().perform(operation, request)


@fault("no-cors", "The public read does not let browsers in.", "advisory.cors")
class NoCors(Behaviour):
    def headers(self, request: Request, answer: Answer) -> dict[str, str]:
        headers = super().headers(request, answer)
        return {name: value for name, value in headers.items() if not name.startswith("Access-Control-")}


@fault("event-times-odd", "Times of events are written as in a letter.", "time.rfc3339")
class EventTimesOdd(Behaviour):
    def events(self, execution: Execution, moment: Moment) -> list[dict[str, object]]:
        events = super().events(execution, moment)
        dated = zip(events, moment.passed, strict=True)
        return [{**event, "createdAt": at.strftime("%d %B %Y %H:%M:%S.%f")} for event, (_, at) in dated]


class Telling(Behaviour):
    """Refuses with more words than are good for it."""

    more = ""

    def failure(self, request: Request, refusal: RefusalError) -> Answer:
        told = RefusalError(refusal.status, f"{refusal.message}{self.more}", refusal.details, refusal.headers)
        return super().failure(request, told)


@fault("tells-python", "Refusals show a traceback of Python.", "advisory.no-internals")
class TellsPython(Telling):
    more = '\nTraceback (most recent call last):\n  File "/srv/app.py", line 7, in create'


@fault("tells-node", "Refusals show a stack of Node.", "advisory.no-internals")
class TellsNode(Telling):
    more = "\n    at Layer.handle (/srv/app/node_modules/express/lib/router/layer.js:95:5)"


@fault("tells-java", "Refusals show a stack of the JVM.", "advisory.no-internals")
class TellsJava(Telling):
    more = "\n\tat com.example.Executions.create(Executions.java:88)"


@fault("tells-sql", "Refusals show the query.", "advisory.no-internals")
class TellsSql(Telling):
    more = ": SELECT id, status FROM executions WHERE id = $1"


@fault(
    "refusal-names-nothing",
    "The refusal of a body says that it is not valid.",
    "advisory.refusal-names-property",
)
class RefusalNamesNothing(Behaviour):
    def failure(self, request: Request, refusal: RefusalError) -> Answer:
        return super().failure(request, RefusalError(refusal.status, refusal.message, (), refusal.headers))
