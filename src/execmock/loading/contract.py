"""Finds and reads `openapi.yaml`: the one in the package, or one that is named."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from execmock.core.contract import Contract
from execmock.errors import ContractError, Place
from execmock.files import read_file
from execmock.loading.prepared import prepared

if TYPE_CHECKING:
    from execmock.loading.bundle import Bundle
    from execmock.loading.located_findings import LocatedFinding
    from execmock.loading.yaml_marks import Marked

__all__ = [
    "as_yaml",
    "contract_at",
    "contract_mistakes",
    "data_path",
    "load_contract",
    "own_contract",
    "place_in",
    "shipped_contract",
]

_MOST_SHOWN = 20


def data_path(name: str) -> Path:
    """Return where a shipped file or folder lies: inside the wheel, or at the top of a source tree."""
    package = Path(__file__).parents[1]
    packed = package / "_data" / name
    return packed if packed.exists() else package.parent.parent / name


def load_contract(path: str | Path) -> Contract:
    """Read an OpenAPI 3.1 document; ContractError says where it cannot be read."""
    try:
        text = read_file(Path(path))
    except OSError as error:
        raise ContractError(f"cannot be read: {error.strerror}", place=Place(str(path))) from error
    document = prepared("contract", text)
    return Contract(_read_yaml(text, path) if document is None else document, file=str(path), content=text)


def own_contract(path: str | Path) -> Contract:
    """Return a user's own contract; ContractError shows all that is wrong with it, each with its place."""
    from execmock.loading.bundle import Bundle

    bundle = Bundle(Path(path))
    if bundle.content == shipped_contract().content:
        return load_contract(path)
    found = _mistakes(bundle)
    if found:
        shown = [finding.shown for finding in found[:_MOST_SHOWN]]
        more = [f"... and {len(found) - _MOST_SHOWN} more"] if len(found) > _MOST_SHOWN else []
        raise ContractError("\n".join([*shown, *more]))
    return Contract(bundle.data, file=str(path), content=bundle.content, place=bundle.place)


def contract_mistakes(path: Path) -> Sequence[LocatedFinding]:
    """Return all that is wrong with a user's own contract; ContractError for one that is not YAML."""
    from execmock.loading.bundle import Bundle

    bundle = Bundle(path)
    return () if bundle.content == shipped_contract().content else _mistakes(bundle)


def _mistakes(bundle: Bundle) -> Sequence[LocatedFinding]:
    # Imported here: few servers have a contract of their own.
    from execmock.core.contract.check import check_contract

    return bundle.unreadable or bundle.locate(check_contract(bundle.data, shipped_contract()))


def contract_at(path: str | Path | None) -> Contract:
    """Return the contract in a file, or the shipped one where none is named."""
    return shipped_contract() if path is None else own_contract(path)


def place_in(contract: Contract, pointer: str) -> Place:
    """Return where what a pointer leads to stands; of the shipped contract the file is `openapi.yaml`."""
    if contract.place:
        return contract.place(pointer)
    from execmock.core.contract.check.references import data_path as path_in
    from execmock.loading.located_findings import place_of

    return place_of(_shipped_places(), path_in(contract.document, pointer))


@lru_cache(maxsize=1)
def _shipped_places() -> Marked:
    from execmock.loading.yaml_marks import load_marked

    return load_marked(shipped_contract().content.decode(), "openapi.yaml")


def as_yaml(contract: Contract) -> bytes:
    """Return a contract as the text of a YAML file: its own, if it stands in one."""
    if contract.content:
        return contract.content
    from execmock.loading.yaml_text import yaml_text

    return yaml_text(contract.document)


def _read_yaml(text: bytes, path: str | Path) -> Any:
    # Imported here: what is prepared needs no YAML.
    import yaml

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(str(path), mark.line + 1, mark.column + 1) if mark else Place(str(path))
        raise ContractError(f"is not YAML: {getattr(error, 'problem', error)}", place=place) from error


@lru_cache(maxsize=1)
def shipped_contract() -> Contract:
    """Return the executions contract that comes with execmock."""
    return load_contract(data_path("openapi.yaml"))
