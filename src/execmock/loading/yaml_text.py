"""Plain data as the text of a YAML file that readers of YAML 1.1 and 1.2 understand alike."""

from __future__ import annotations

import re
from typing import Any

import yaml

__all__ = ["yaml_text"]

_BASE: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_BASE):  # type: ignore[misc]
    """Writes values in place, without anchors, and in quotes what either version takes for more than text."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+")
_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", _NUMBER, list("-+.0123456789"))


def yaml_text(data: Any) -> bytes:
    """Return the text of a YAML file that holds `data`."""
    written: bytes = yaml.dump(
        data, Dumper=_Dumper, encoding="utf-8", allow_unicode=True, sort_keys=False, width=110
    )
    return written
