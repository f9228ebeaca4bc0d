"""`use` in scenario files: the beginning of another scenario, written out where it is used.

What is used is taken as it is when the file is read, so a scenario never changes under those who use it, and
its text as it is kept holds all of its steps. A finding about a step that is used is shown at the `use`, and
names the place of the step too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from execmock.core.findings import DataPath, Finding
from execmock.core.scenario import Scenario
from execmock.errors import ScenarioError, nearest
from execmock.files import read_file
from execmock.loading.contract import data_path
from execmock.loading.located_findings import place_of

if TYPE_CHECKING:
    from execmock.loading.yaml_marks import Marked

__all__ = ["Expansion", "UsableScenarios", "UsedText", "expand", "uses_others"]

_DEEPEST = 10
_MOST_STEPS = 1000
_OVERRIDES = ("set", "events", "faults", "next")

Shape = Callable[[Any], Sequence[Finding]]
"""Returns what is wrong with the keys and values of a scenario's data."""


@dataclass(frozen=True, slots=True)
class UsedText:
    """A scenario's text, and what it is called in messages."""

    file: str
    text: str


class UsableScenarios:
    """The scenarios that a file can use: those of `texts`, of `paths` and their folders, the shipped ones."""

    def __init__(self, paths: Iterable[Path] = (), texts: Mapping[str, UsedText] | None = None) -> None:
        self._paths = paths
        self._texts = dict(texts or {})

    @classmethod
    def of(cls, scenarios: Iterable[Scenario], paths: Iterable[Path] = ()) -> UsableScenarios:
        """Return those that were read already, and those of files."""
        texts = {one.name: UsedText(f"scenario {one.name}", one.text) for one in scenarios}
        return cls(paths, texts)

    def get(self, name: str) -> UsedText | None:
        """Return the scenario of a name, or None."""
        found = self._found.get(name)
        return _read(found) if isinstance(found, Path) else found

    @property
    def names(self) -> list[str]:
        """The names of all that can be used."""
        return sorted(self._found)

    @cached_property
    def _found(self) -> Mapping[str, UsedText | Path]:
        shipped = {path.stem: path for path in (data_path("fixtures") / "scenarios").glob("*.yaml")}
        folders = dict.fromkeys(path.parent for path in self._paths)
        near = [path for folder in folders for path in sorted(folder.glob("*.y*ml"))]
        read = (_read(path) for path in dict.fromkeys([*near, *self._paths]))
        own = {_name_in(used): used for used in read if used is not None}
        return {**shipped, **own, **self._texts}


def _read(path: Path) -> UsedText | None:
    try:
        return UsedText(str(path), read_file(path).decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return None  # it is told where the file itself is read


def _name_in(used: UsedText) -> str:
    from execmock.loading.yaml_marks import load_marked

    try:
        data = load_marked(used.text, used.file, ScenarioError).data
    except ScenarioError:
        return ""
    name = data.get("scenario") if isinstance(data, dict) else None
    return name if isinstance(name, str) else ""


@dataclass(frozen=True, slots=True)
class _Step:
    """A step's data, the position of the entry it comes from, and where it stands if it is a used one."""

    data: Mapping[str, Any]
    entry: int
    used: str = ""


@dataclass(frozen=True, slots=True)
class Expansion:
    """A scenario's data with all its steps, what was wrong with it, and the names of what it uses."""

    data: Mapping[str, Any]
    findings: Sequence[Finding]
    uses: frozenset[str]
    _entries: Sequence[Mapping[str, Any]] = field(repr=False)
    _steps: Sequence[_Step] = field(repr=False)

    def placed(self, finding: Finding) -> Finding:
        """Return a finding about the data with all steps, where it stands in the file."""
        match finding.path:
            case ("steps", int(position), *inner):
                step = self._steps[position]
                path: DataPath = ("steps", step.entry)
                if not step.used or _is_own(inner, self._entries[step.entry]):
                    return Finding((*path, *inner), finding.message)
                return Finding((*path, "use"), f"{finding.message.rstrip('.')}; it is in {step.used}")
        return finding


def _is_own(inner: Sequence[str | int], entry: Mapping[str, Any]) -> bool:
    """Whether what stands at a path inside a used step was written where it is used."""
    if not inner or inner[0] not in entry:
        return False
    return inner[0] != "set" or len(inner) == 1 or inner[1] in entry["set"]


def uses_others(data: Any) -> bool:
    """Whether any of the steps of a scenario's data is another scenario's."""
    steps = data.get("steps") if isinstance(data, dict) else None
    return isinstance(steps, list) and any(isinstance(step, dict) and "use" in step for step in steps)


def expand(data: Mapping[str, Any], usable: UsableScenarios, shape: Shape) -> Expansion:
    """Return a scenario's data with the steps that it uses written out; its shape is known to be right."""
    expander = _Expander(data, usable, shape)
    steps = expander.steps(data, (data["scenario"],), lambda entry: "")
    written = {**data, "steps": [step.data for step in steps]}
    return Expansion(written, expander.findings, frozenset(expander.uses), data["steps"], steps)


class _UnusableError(Exception):
    """Another scenario cannot be used; the argument says why."""


class _Expander:
    def __init__(self, root: Mapping[str, Any], usable: UsableScenarios, shape: Shape) -> None:
        self._api = root.get("api", "executions")
        self._usable = usable
        self._shape = shape
        self._count = 0
        self._read: dict[str, Marked] = {}
        self.findings: list[Finding] = []
        self.uses: set[str] = set()

    def steps(
        self, data: Mapping[str, Any], stack: tuple[str, ...], told: Callable[[int], str]
    ) -> list[_Step]:
        """Return all steps of a scenario; `told` says where an entry stands, "" in the file itself."""
        made: list[_Step] = []
        for entry, step in enumerate(data["steps"]):
            if "use" not in step:
                self._count += 1
                made.append(_Step(step, entry, told(entry)))
                continue
            try:
                used = self._used(step, stack)
            except _UnusableError as error:
                if len(stack) > 1:
                    raise
                self.findings.append(Finding(("steps", entry, "use"), str(error)))
            else:
                made += [_Step(inner.data, entry, inner.used) for inner in used]
        return made

    def _used(self, entry: Mapping[str, Any], stack: tuple[str, ...]) -> list[_Step]:
        if wrong := next((key for key in entry if key not in ("use", *_OVERRIDES)), None):
            raise _UnusableError(
                f"a step that is used keeps its {wrong}; expected {', '.join(_OVERRIDES)} only"
            )
        name, _, wanted = entry["use"].partition(".")
        if name in stack:
            raise _UnusableError(f"goes round in a circle: {' uses '.join(map(repr, (*stack, name)))}")
        if len(stack) > _DEEPEST:
            raise _UnusableError(f"uses others more than {_DEEPEST} levels deep")
        inner = self._all_of(name, stack)
        statuses = [step.data.get("status", "") for step in inner]
        names = [step.data.get("name") or status for step, status in zip(inner, statuses, strict=True)]
        if wanted not in (*names, *statuses):
            hint = nearest(wanted, names)
            raise _UnusableError(
                f"{name!r} has no step {wanted!r}; expected one of {', '.join(names)}.{hint}"
            )
        end = names.index(wanted) if wanted in names else statuses.index(wanted)
        return [*inner[:end], _Step(_overridden(inner[end].data, entry), inner[end].entry, inner[end].used)]

    def _all_of(self, name: str, stack: tuple[str, ...]) -> list[_Step]:
        if name not in self._read:
            self._read[name] = self._load(name)
        marked = self._read[name]
        if marked.data.get("api", "executions") != self._api:
            raise _UnusableError(f"{name!r} is a scenario of the other API; expected one of {self._api}")

        def told(entry: int) -> str:
            return f"a step of {name!r}, at {marked.place(('steps', entry))}"

        steps = self.steps(marked.data, (*stack, name), told)
        if self._count > _MOST_STEPS:
            raise _UnusableError(f"there are more than {_MOST_STEPS} steps with all that are used")
        return steps

    def _load(self, name: str) -> Marked:
        from execmock.loading.yaml_marks import load_marked

        self.uses.add(name)
        found = self._usable.get(name)
        if found is None:
            raise _UnusableError(f"there is no scenario {name!r}.{nearest(name, self._usable.names)}")
        try:
            marked = load_marked(found.text, found.file, ScenarioError)
        except ScenarioError as error:
            raise _UnusableError(f"{name!r} cannot be read: {error}") from None
        for finding in self._shape(marked.data):
            raise _UnusableError(
                f"{name!r} has a mistake: {place_of(marked, finding.path)}: {finding.message}"
            )
        return marked


def _overridden(step: Mapping[str, Any], entry: Mapping[str, Any]) -> Mapping[str, Any]:
    own = {key: entry[key] for key in _OVERRIDES if key in entry}
    if "set" in own:
        own["set"] = {**step.get("set", {}), **own["set"]}
    return {**step, **own}
