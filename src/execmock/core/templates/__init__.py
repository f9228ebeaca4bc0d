"""Texts with `{{ expressions }}` in scenarios and worlds.

No code runs. An expression looks up names, calculates with numbers and passes the result through filters:
`{{ request.requestPayload.cents / 100 | number(2) }}`. Names are `execution.<property>`,
`request.<property>...`, `signal.name`, `signal.payload...`, `step.name`, `step.at`, `steps.<step name>.at`;
`signal` is the last one that moved the execution. What cannot be is an error when the file is loaded; what
merely has no value yet becomes null, or nothing inside a longer text.
"""

from __future__ import annotations

from execmock.core.templates.limits import Measure
from execmock.core.templates.names import Names
from execmock.core.templates.template import (
    Template,
    compile_template,
    has_template,
    is_templated,
    is_whole,
    literal,
    render,
    wrong_templates,
)

__all__ = [
    "Measure",
    "Names",
    "Template",
    "compile_template",
    "has_template",
    "is_templated",
    "is_whole",
    "literal",
    "render",
    "wrong_templates",
]
