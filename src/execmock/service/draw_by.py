"""Checks what the draw key is made of against the contract's request bodies."""

from __future__ import annotations

from collections.abc import Sequence

from execmock.core.apis import APIS
from execmock.core.contract import Contract
from execmock.errors import ConfigError, nearest_or_all

__all__ = ["checked_draw_by", "known_fields"]


def known_fields(contract: Contract) -> list[str]:
    """Return the properties of create and execute bodies, which a draw key can be made of."""
    bodies = (contract.schema(api.body)["properties"] for api in APIS.values())
    return list(dict.fromkeys(name for body in bodies for name in body))


def checked_draw_by(contract: Contract, draw_by: Sequence[str], where: str = "--draw-by") -> tuple[str, ...]:
    """Return the fields as they are; ConfigError for one that no request body has."""
    known = known_fields(contract)
    for path in draw_by:
        name, _, rest = path.partition(".")
        if name not in known or path.endswith(".") or rest.startswith("."):
            raise ConfigError(
                f"{where} is {path!r}; expected a property of the request body, such as externalRef or "
                f"requestPayload.tier.{nearest_or_all(name, known)}"
            )
    return tuple(draw_by)
