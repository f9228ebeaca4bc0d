"""What a fault does to a request that it strikes. Each kind is a class that registers itself under its word.

The word is the property of a fault that the effect is written as, so a new kind is a class here, that
property in `fault_source.FaultSource`, and its value in `fault_effect_source`. How it is written to a
connection is the server's part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, ClassVar, Literal

from execmock.core.durations import parse_duration
from execmock.core.fault_effect_source import RefusedSource
from execmock.core.faults.words import FaultWords
from execmock.core.json_text import encode

__all__ = ["EFFECTS", "Effect", "Refused"]

EFFECTS: dict[str, type[Effect]] = {}
"""Every kind of effect by its word, in the order in which messages name them."""

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_COME_AGAIN = (429, 503)
_GATEWAYS = (502, 503, 504)
_RETRY: Mapping[str, Literal["end", "next"]] = {"end": "end", "next": "next"}
_WITHOUT_BODY = (204, 205, 304)


class Effect:
    """What happens in place of the usual answer."""

    __slots__ = ()

    word: ClassVar[str]

    def __init_subclass__(cls) -> None:
        EFFECTS[cls.word] = cls

    @classmethod
    def compiled(cls, value: Any) -> Effect:
        """Return the effect for the value of its property; DurationError for a duration that is none."""
        raise NotImplementedError

    @classmethod
    def wrong(cls, value: Any) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield which part of a value cannot be, and why."""
        return iter(())

    @classmethod
    def misnamed(cls, value: Any, words: FaultWords) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield what a value names that does not exist: where inside its property, and a sentence."""
        return iter(())

    @property
    def handled(self) -> bool:
        """Whether the request is served first: what it asks for is then done."""
        return False

    @property
    def in_front(self) -> bool:
        """Whether it comes from what stands in front of the service, where no key is looked at."""
        return False

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations whose answers it can change; empty for all."""
        return ()

    @property
    def said(self) -> str:
        """What it does, in a few words that are fit to be its name too."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Refused(Effect):
    """An answer of its own. `retry_after` is milliseconds, or what it follows from (see the model)."""

    word = "refused"

    status: int
    form: Literal["api", "gateway", "empty"] = "api"
    message: str = ""
    body: bytes | None = None
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: int | Literal["end", "next"] | None = None

    @classmethod
    def compiled(cls, value: Any) -> Refused:
        """Return the effect for a status, or for a model of one."""
        source = RefusedSource(value) if isinstance(value, int) else value
        status = source.status
        text = isinstance(source.body, str)
        form = source.form or ("empty" if status < 400 else "api")
        retry: int | Literal["end", "next"] | None = 1000 if status in _COME_AGAIN else None
        if source.retryAfter is not None:
            retry = _RETRY.get(source.retryAfter) or parse_duration(source.retryAfter)
        body = None
        if source.body is not None:
            body = source.body.encode() if text else encode(source.body)
        default = "text/plain; charset=utf-8" if text else "application/json"
        return cls(
            status,
            form,
            source.message or _PHRASES.get(status, "Refused"),
            body,
            source.mediaType or default,
            dict(source.headers),
            retry,
        )

    @classmethod
    def wrong(cls, value: Any) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield a body that is said twice, and one that the status cannot have."""
        if isinstance(value, int):
            return
        if value.body is not None:
            for other in ("form", "message"):
                if getattr(value, other) is not None:
                    yield (other,), f"`body` is given, so `{other}` says nothing; expected one of them"
        if value.status in _WITHOUT_BODY and (value.body is not None or value.form in ("api", "gateway")):
            yield ("status",), f"an answer with the status {value.status} has no body; expected none here"
        if value.mediaType is not None and value.body is None:
            yield ("mediaType",), "there is no `body` whose media type this could be"
        for name in value.headers:
            if name.lower() in _WRITTEN:
                yield ("headers", name), f"{name} is written by the server; a fault cannot set it"

    @property
    def in_front(self) -> bool:
        """Whether a gateway answers so: by its status, or by its page."""
        return self.form == "gateway" or self.status in _GATEWAYS

    @property
    def said(self) -> str:
        """Return `refused-503`."""
        return f"refused-{self.status}"

    def content(self, request_id: str) -> tuple[bytes, str]:
        """Return the body and its media type, for the request of an id."""
        if self.status in _WITHOUT_BODY:
            return b"", ""
        if self.body is not None:
            return self.body, self.media_type
        if self.form == "empty":
            return b"", ""
        if self.form == "gateway":
            title = f"{self.status} {_PHRASES.get(self.status, 'Error')}"
            page = (
                f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
                f"<center><h1>{title}</h1></center>\r\n<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n"
            )
            return page.encode(), "text/html"
        error = {"code": self.status, "message": self.message, "requestId": request_id, "details": []}
        return encode(error), "application/json"


_WRITTEN = ("connection", "content-length", "content-type", "date", "transfer-encoding")
"""Headers that the server writes; the media type has a property of its own."""
