"""The suite's options, registered with pytest when it starts: a conftest would come too late for them."""

from __future__ import annotations

import os

import pytest

__all__ = ["pytest_addoption"]

_TEXTS = {
    "url": "address of the service to judge",
    "token": "bearer key of the service",
    "token-b": "key of a second organization",
    "token-read": "key with the scope read",
    "embed-url": "address of the embed API",
    "embed-token": "bearer key of the embed API",
    "embed-workflow-id": "the embedded workflow to execute",
    "effort": "quick, default or thorough",
    "level": "documented, expected or advisory",
    "seed": "generate other input",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take --execmock-URL and the like; each can also be a variable, such as EXECMOCK_URL."""
    group = parser.getgroup("execmock")
    for name, about in _TEXTS.items():
        variable = f"EXECMOCK_{name.upper().replace('-', '_')}"
        group.addoption(
            f"--execmock-{name}", default=os.environ.get(variable, ""), help=f"{about} ({variable})"
        )
    group.addoption(
        "--execmock-workflow-id", action="append", default=[], help="a workflow to use; repeatable"
    )
    group.addoption("--execmock-read-only", action="store_true", help="send only GET")
