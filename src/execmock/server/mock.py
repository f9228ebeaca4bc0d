"""Puts a mock together from its parts. This is the only place where all of them meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from execmock.clocks import SeededEntropy, SystemClock, SystemEntropy
from execmock.core.contract import Contract
from execmock.core.embed_view import EmbedViews
from execmock.core.views import Views
from execmock.errors import ConfigError, ScenarioError
from execmock.loading.contract import data_path, shipped_contract
from execmock.loading.scenarios import read_folder, vocabularies
from execmock.ports import Clock
from execmock.server.api import Api
from execmock.server.checks import Strictness
from execmock.server.cors import Cors
from execmock.server.doorman import Doorman
from execmock.server.front import Front
from execmock.server.handlers import api_handlers
from execmock.server.pages import contract_pages
from execmock.server.request_ids import RequestIds
from execmock.server.request_log import RequestLog
from execmock.service.choices import Choices, choose
from execmock.service.embed import EmbedExecutions
from execmock.service.executions import Executions
from execmock.service.library import Library
from execmock.service.portraits import Portraits
from execmock.service.sandboxes import DEFAULT_SANDBOX, Sandboxes, Scope
from execmock.service.tracking import Tracking
from execmock.service.worlds import Wishes, Worlds
from execmock.stores import open_store

__all__ = ["Mock", "MockOptions"]


@dataclass(frozen=True, slots=True)
class MockOptions:
    """How a mock behaves. Instants and durations in milliseconds, sizes in bytes."""

    scenarios: tuple[Path, ...] = ()
    scenario: str | None = None
    world: Path | str | None = None
    keys: tuple[tuple[str, Scope], ...] = ()
    strict: bool = False
    choices: tuple[str, ...] = ()
    seed: int | None = None
    start: int | None = None
    speed: float = 1.0
    frozen: bool = False
    zone: str = "America/New_York"
    store: str = "memory:"
    max_body: int = 1 << 20
    cors_origins: tuple[str, ...] = ("*",)
    log_format: str = "text"
    quiet: bool = False


class Mock:
    """A mock ready to serve: its contract, its state, and the handler of its port."""

    def __init__(self, options: MockOptions, clock: Clock | None = None) -> None:
        self.options = options
        self.contract = shipped_contract()
        self.clock = clock or SystemClock()
        self.store = open_store(options.store)
        self.choices = choose(self.contract, options.choices)
        self.library = load_library(self.contract, options.scenarios)
        entropy = SystemEntropy() if options.seed is None else SeededEntropy(options.seed)
        self.sandboxes = Sandboxes(self.store, self.clock, entropy)
        portraits = Portraits(Views(self.contract), self.library)
        self.tracking = Tracking(self.store, self.sandboxes, self.library)
        parts = (self.contract, self.store, self.sandboxes, self.library, self.tracking)
        self.executions = Executions(*parts, portraits, self.choices)
        self.embed = EmbedExecutions(*parts, EmbedViews(self.contract, options.zone), self.choices)
        self.log = RequestLog(options.log_format, quiet=options.quiet)
        self.request_ids = RequestIds(entropy.root("requests"))

    async def prepare(self) -> None:
        """Create the default sandbox, and those of the world."""
        if self.options.scenario and self.options.scenario not in self.library.current:
            self.library.named(self.options.scenario, "executions", "--scenario")
        options = self.options
        sandbox = self.sandboxes.make(DEFAULT_SANDBOX, start=options.start, speed=options.speed)
        if options.frozen:
            sandbox = replace(sandbox, clock=sandbox.clock.freeze(self.clock.now()))
        await self.sandboxes.add(replace(sandbox, default_scenario=options.scenario), options.keys)
        if options.world is not None:
            seeded = options.seed is not None
            wishes = Wishes(seeded, options.start, options.speed, options.frozen, options.scenario)
            worlds = Worlds(self.contract, self.store, self.sandboxes, self.library)
            await worlds.begin(options.world, wishes)

    def front(self, only: Sequence[str] = ()) -> Front:
        """Return the handler of a port; `only` names the operations it serves, all of them if empty."""
        doorman = Doorman(self.sandboxes, strict=self.options.strict, bad_key=int(self.choices["badKey"]))
        api = Api(
            self.contract,
            api_handlers(self.executions, self.embed, self.choices),
            doorman,
            self.request_ids,
            strictness(self.contract, self.choices),
            int(self.choices["wrongMethod"]),
            only,
        )
        cors = Cors(self.options.cors_origins)
        too_large = int(self.choices["bodyTooLarge"])
        front = Front(api, cors, self.log, self.clock, self.request_ids, self.options.max_body, too_large)
        front.pages.update(contract_pages(self.contract, data_path("openapi.yaml")))
        return front

    async def close(self) -> None:
        """Write what is left of the log and let go of the store."""
        self.log.flush()
        await self.store.close()


def load_library(contract: Contract, extra: Sequence[Path]) -> Library:
    """Return the shipped scenarios and those in `extra`, which win; ScenarioError names every mistake."""
    words = vocabularies(contract)
    for path in extra:
        if not path.exists():
            raise ConfigError(f"there is no scenario file or folder {str(path)!r}")
    read = [*read_folder([data_path("fixtures") / "scenarios"], words), *read_folder(extra, words)]
    problems = [str(problem) for file in read for problem in file.problems]
    if problems:
        raise ScenarioError("\n".join(problems))
    return Library(file.scenario for file in read if file.scenario)


def strictness(contract: Contract, choices: Choices) -> dict[str, Strictness]:
    """Return operation id to how it refuses, as the choices say."""
    common = Strictness(
        wrong_content_type=int(choices["wrongContentType"]),
        clamp_limit=choices["limitOverMaximum"] == "clamp",
        clamp_huge=choices["hugeNumber"] == "clamp",
    )
    own = {
        "createExecution": replace(
            common,
            nulls=choices["nullOptional"] == "accept",
            empty_strings=choices["emptyString"] == "accept",
            unknown_properties=choices["unknownProperty"] == "ignore",
        ),
        "getPublicExecution": replace(common, parameters=int(choices["missingPublicToken"])),
        "executeWorkflow": replace(
            common,
            malformed=int(choices["embedMalformedJson"]),
            invalid=int(choices["embedExecutionData"]),
        ),
    }
    return {name: own.get(name, common) for name in contract.operations}
