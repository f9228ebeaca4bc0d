"""Finds and reads `openapi.yaml`: the one in the package, or one that is named."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import yaml

from execmock.core.contract import Contract
from execmock.errors import ContractError, Place

__all__ = ["data_path", "load_contract", "shipped_contract"]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def data_path(name: str) -> Path:
    """Return where a shipped file or folder lies: inside the wheel, or at the top of a source tree."""
    package = Path(str(files("execmock")))
    packed = package / "_data" / name
    return packed if packed.exists() else package.parent.parent / name


def load_contract(path: str | Path) -> Contract:
    """Read an OpenAPI 3.1 document; ContractError says where it cannot be read."""
    try:
        document = yaml.load(Path(path).read_bytes(), Loader=_Loader)  # noqa: S506 - a safe loader, in C
    except OSError as error:
        raise ContractError(f"cannot be read: {error.strerror}", place=Place(str(path))) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(str(path), mark.line + 1, mark.column + 1) if mark else Place(str(path))
        raise ContractError(f"is not YAML: {getattr(error, 'problem', error)}", place=place) from error
    return Contract(document, file=str(path))


@lru_cache(maxsize=1)
def shipped_contract() -> Contract:
    """Return the executions contract that comes with execmock."""
    return load_contract(data_path("openapi.yaml"))
