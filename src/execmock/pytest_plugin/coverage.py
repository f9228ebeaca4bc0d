"""`--execmock-coverage`: what the tests met, written at the end of a run, whatever workers it has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from execmock.coverage import Coverage

__all__ = ["FILE_FLAG", "FLAG", "CoveragePlugin", "declare_coverage", "wanted_coverage"]

FLAG, FILE_FLAG = "--execmock-coverage", "--execmock-coverage-file"


def declare_coverage(group: pytest.OptionGroup) -> None:
    """Declare the two options."""
    about = "Write what the tests met of the contract into a file that `execmock coverage` reads."
    group.addoption(FLAG, dest="execmock_coverage", action="store_true", default=None, help=about)
    about = f"The file of {FLAG}.  [default: .execmock-coverage]"
    group.addoption(FILE_FLAG, dest="execmock_coverage_file", metavar="FILE", default=None, help=about)


def wanted_coverage(config: pytest.Config) -> CoveragePlugin | None:
    """Return what collects, None where nothing does; UsageError for a file that cannot be written."""
    file = config.getoption("execmock_coverage_file", None)
    if not config.getoption("execmock_coverage", None):
        if file is not None:
            raise pytest.UsageError(f"{FILE_FLAG} is {file!r}; expected {FLAG} with it")
        return None
    from execmock.coverage.file import FILE_NAME

    path = config.invocation_params.dir / (file or FILE_NAME)
    if not path.parent.is_dir() or path.is_dir():
        raise pytest.UsageError(f"{FILE_FLAG} is {str(path)!r}; expected a file in a folder that exists")
    return CoveragePlugin(path, getattr(config, "workerinput", {}).get("workerid"))


class CoveragePlugin:
    """Collects in this process. A worker of xdist writes a part, which the run that started it adds up."""

    def __init__(self, path: Path, worker: str | None) -> None:
        from execmock.testing.coverage_collection import COLLECTION

        self._path = path if worker is None else path.with_name(f"{path.name}.{worker}")
        self._is_worker = worker is not None
        self._told: list[str] = []
        if not self._is_worker:
            # A run that was killed may have left some.
            for part in self._parts():
                part.unlink(missing_ok=True)
        COLLECTION.begin()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write what was met."""
        from execmock.errors import CoverageError
        from execmock.testing.coverage_collection import COLLECTION

        try:
            self._write(COLLECTION.end())
        except CoverageError as error:
            self._told = [str(error)]
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print how much was met, and the first of what never was."""
        if self._told:
            terminalreporter.section("execmock coverage")
            for line in self._told:
                terminalreporter.write_line(line)

    def _write(self, total: Coverage) -> None:
        from execmock.coverage.file import read_all, write_coverage
        from execmock.coverage.text import as_text

        parts = [] if self._is_worker else self._parts()
        total = total + read_all(parts)
        write_coverage(self._path, total)
        for part in parts:
            part.unlink(missing_ok=True)
        if not self._is_worker:
            text = as_text(total) if total.tallies else "no test used a mock"
            self._told = [*text.splitlines(), f"written to {self._path}"]

    def _parts(self) -> list[Path]:
        from execmock.coverage.file import parts_of

        first = len(self._path.name) + len(".gw")
        return [part for part in parts_of(self._path) if part.name[first - 3 :].startswith(".gw")]
