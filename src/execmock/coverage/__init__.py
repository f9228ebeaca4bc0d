"""What clients met of a contract, counted: values that add up over sandboxes, servers and test workers."""

from execmock.coverage.file import coverage_as_json, coverage_from_json, read_coverage, write_coverage
from execmock.coverage.model import KINDS, Coverage, Kind, Tally, Unit

__all__ = [
    "KINDS",
    "Coverage",
    "Kind",
    "Tally",
    "Unit",
    "coverage_as_json",
    "coverage_from_json",
    "read_coverage",
    "write_coverage",
]
