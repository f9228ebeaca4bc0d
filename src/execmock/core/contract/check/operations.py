"""Do the operations of a document fit together: ids, paths, parameters, answers, keys?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from execmock.core.contract.check.structure import METHODS
from execmock.core.contract.names import OPERATIONS
from execmock.core.contract.pointers import resolve
from execmock.core.contract.reserved import RESERVED, first_segment
from execmock.core.findings import DataPath, Finding
from execmock.errors import closest, nearest

__all__ = ["operation_findings"]

_STATUS = re.compile(r"[1-5](\d\d|XX)|default")
_PARAMETER = re.compile(r"\{[^{}/]+\}")


def operation_findings(document: Any) -> list[Finding]:
    """Return what is wrong with paths and operations; references are known to lead somewhere."""
    found = [*_path_findings(document), *_scheme_findings(document)]
    ids: dict[str, DataPath] = {}
    for path, method, operation in _operations(document):
        place: DataPath = ("paths", path, method)
        name = operation["operationId"]
        first = ids.setdefault(name, place)
        if first != place:
            whose = f"{first[2].upper()} {first[1]}"  # type: ignore[union-attr]
            found.append(Finding((*place, "operationId"), f"{name!r} is the operationId of {whose} already"))
        found += _parameter_findings(document, path, operation, place)
        found += _response_findings(operation, place)
        found += _security_findings(document, operation, place)
    return [*found, *_missing_findings(ids), *_link_findings(document, ids)]


def _operations(document: Any) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in document["paths"].items():
        if not path.startswith("x-"):
            yield from ((path, method, item[method]) for method in item if method in METHODS)


def _path_findings(document: Any) -> Iterator[Finding]:
    shapes: dict[str, str] = {}
    for path in document["paths"]:
        if path.startswith("x-"):
            continue
        place: DataPath = ("paths", path)
        odd = [part for part in path.split("/") if set(part) & {"{", "}"} and not _PARAMETER.fullmatch(part)]
        if not path.startswith("/"):
            yield Finding(place, f"the path {path!r} begins with no slash; expected {'/' + path!r}")
        elif first_segment(path) in RESERVED:
            yield Finding(place, f"the mock serves {first_segment(path)} itself; expected another path")
        elif odd:
            yield Finding(
                place, f"{odd[0]!r} mixes text and a parameter; expected a whole segment such as '{{id}}'"
            )
        elif "//" in path or "?" in path or (path.endswith("/") and path != "/"):
            yield Finding(
                place, f"the path {path!r} has an empty segment or a query; expected one such as /a/b"
            )
        first = shapes.setdefault(_PARAMETER.sub("{}", path), path)
        if first != path:
            yield Finding(place, f"the path is the same as {first}, but for the names of its parameters")


def _parameter_findings(
    document: Any, path: str, operation: Mapping[str, Any], place: DataPath
) -> Iterator[Finding]:
    named = [name.strip("{}") for name in _PARAMETER.findall(path)]
    declared = []
    for where, holder in ((("paths", path), document["paths"][path]), (place, operation)):
        for index, entry in enumerate(holder.get("parameters", ())):
            parameter = resolve(document, entry)
            if parameter["in"] == "path":
                declared.append(parameter["name"])
                if parameter["name"] not in named:
                    hint = nearest(parameter["name"], named)
                    yield Finding(
                        (*where, "parameters", index),
                        f"the path has no {{{parameter['name']}}} for this parameter.{hint}",
                    )
    for name in named:
        if name not in declared:
            yield Finding(
                place, f"the parameter {name!r} of the path is not declared; expected one with `in: path`"
            )


def _response_findings(operation: Mapping[str, Any], place: DataPath) -> Iterator[Finding]:
    statuses = [status for status in operation["responses"] if not status.startswith("x-")]
    for status in statuses:
        if not _STATUS.fullmatch(status):
            yield Finding(
                (*place, "responses", status),
                f"{status!r} is no status; expected 200, 4XX or default, for example",
            )
    if not any(re.fullmatch(r"2\d\d", status) for status in statuses):
        yield Finding((*place, "responses"), "there is no success; expected a status such as 200")


def _security_findings(document: Any, operation: Mapping[str, Any], place: DataPath) -> Iterator[Finding]:
    known = document.get("components", {}).get("securitySchemes", {})
    own = "security" in operation
    for index, requirement in enumerate((operation if own else document).get("security", ())):
        for name in requirement:
            if name not in known:
                path = (*(place if own else ()), "security", index, name)
                yield Finding(path, f"{name!r} is not in components/securitySchemes.{nearest(name, known)}")


def _missing_findings(ids: Mapping[str, DataPath]) -> Iterator[Finding]:
    others = [name for name in ids if name not in OPERATIONS]
    for name in OPERATIONS:
        if name not in ids:
            text = f"no operation has the operationId {name!r}, which the mock needs"
            close = closest(name, others)
            if close:
                yield Finding((*ids[close], "operationId"), f"{text}. Is {close!r} meant to be it?")
            else:
                yield Finding(("paths",), text)


def _link_findings(document: Any, ids: Mapping[str, DataPath]) -> Iterator[Finding]:
    for path, method, operation in _operations(document):
        for status, entry in operation["responses"].items():
            where: DataPath = ("paths", path, method, "responses", status, "links")
            for name, link in resolve(document, entry).get("links", {}).items():
                target = resolve(document, link).get("operationId")
                if target is not None and target not in (*ids, *OPERATIONS):
                    text = f"the link leads to no operation {target!r}.{nearest(target, ids)}"
                    yield Finding((*where, name, "operationId"), text)


def _scheme_findings(document: Any) -> Iterator[Finding]:
    for name, entry in document.get("components", {}).get("securitySchemes", {}).items():
        scheme = resolve(document, entry)
        if (scheme["type"], str(scheme.get("scheme", "")).lower()) != ("http", "bearer"):
            yield Finding(
                ("components", "securitySchemes", name),
                f"the mock reads bearer keys alone; expected {name!r} with `type: http` and `scheme: bearer`",
            )
