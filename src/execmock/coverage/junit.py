"""A coverage as JUnit XML: a test case for each declared unit, which fails where no client met it."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

from execmock.coverage.model import KINDS, Coverage
from execmock.coverage.summary import TITLES, describe, missing_sentence
from execmock.errors import visible

__all__ = ["as_junit"]


def as_junit(coverage: Coverage) -> str:
    """Return the document."""
    root = Element("testsuites")
    for kind in KINDS:
        declared = [(unit, tally) for unit, tally in coverage.of(kind) if tally.declared]
        suite = SubElement(root, "testsuite", name=f"execmock coverage: {TITLES[kind]}")
        failures = sum(not tally.met for _, tally in declared)
        for name, number in {"tests": len(declared), "failures": failures, "errors": 0, "skipped": 0}.items():
            suite.set(name, str(number))
        for unit, tally in declared:
            case = SubElement(suite, "testcase", classname=f"coverage.{kind}", time="0")
            case.set("name", visible(describe(unit)))
            if not tally.met:
                SubElement(case, "failure", message=visible(missing_sentence(coverage, unit)))
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"
