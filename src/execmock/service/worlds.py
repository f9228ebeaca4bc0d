"""Puts a world into a store: sandboxes, keys, and executions with a past."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from execmock.core.execution import Execution
from execmock.core.findings import Finding
from execmock.core.world import SandboxPlan, World, WorldWords
from execmock.core.world_origin import WorldOrigin
from execmock.errors import WorldError
from execmock.interfaces import Contents, Put
from execmock.loading.located_findings import LocatedFinding
from execmock.loading.worlds import load_world, located, read_world, world_path
from execmock.service.faults.faults import with_faults
from execmock.service.sandboxes import DEFAULT_SANDBOX, EmbedWorkflow, Sandbox, Scope, staying, world_place
from execmock.service.services import Services
from execmock.service.world_contents import ImpossibleWorldError, WorldMaker
from execmock.settings import ServeSettings

__all__ = ["Keys", "Worlds"]

Keys = tuple[tuple[str, Scope], ...]


class Worlds:
    """Makes the sandboxes of worlds. Each replaces the sandbox of its name with everything in it.

    Clock, seed and default scenario of the options win over those of a world.
    """

    def __init__(self, services: Services) -> None:
        self._contract = services.contract
        self._store = services.store
        self._sandboxes = services.sandboxes
        self._registry = services.registry
        self._scenario_sync = services.scenario_sync

    @property
    def words(self) -> WorldWords:
        """What world files may speak of at this time."""
        return WorldWords.of(self._contract, self._registry.current.values())

    async def begin(self, named: Path | str, options: ServeSettings) -> World:
        """Load a world by file or shipped name and start from it; WorldError says what is wrong with it."""
        with options.naming("world"):
            path = world_path(named)
        world = load_world(path, self.words)
        await self.apply(world, options)
        return world

    async def apply(self, world: World, options: ServeSettings) -> None:
        """Make the world's sandboxes; others stay."""
        for plan in world.sandboxes:
            for key, _ in plan.keys:
                known = await self._sandboxes.key(key)
                if known is not None and known.sandbox != plan.name:
                    raise WorldError(f"a key of sandbox {plan.name!r} opens {known.sandbox!r} already")
            with _placing(world):
                await self._put(plan, _origin(world, plan, plan.keys, options), options)

    def impossible(self, world: World, options: ServeSettings) -> Sequence[LocatedFinding]:
        """Return what cannot have come about in a world; nothing is made of it."""
        found: list[Finding] = []
        for plan in world.sandboxes:
            try:
                self._contents(plan, self._sandbox(plan, options))
            except ImpossibleWorldError as error:
                found += error.findings
        return located(found, world)

    async def fill(
        self, name: str, keys: Keys, world: World, options: ServeSettings, seed: int | None = None
    ) -> None:
        """Make a sandbox as the world makes its default one, with other keys; the others stay out."""
        plans = world.sandboxes
        plan = next((plan for plan in plans if plan.name == DEFAULT_SANDBOX), plans[0])
        mine = replace(plan, name=name, keys=keys, seed=plan.seed if seed is None else seed)
        with _placing(world):
            await self._put(mine, _origin(world, plan, keys, options), options)

    async def begin_again(self, sandbox: Sandbox) -> bool:
        """Put a sandbox back to the world that it was started from; False if it was started from none.

        Its organization stays, and so do its ids. WorldError when the world cannot be used any more.
        """
        origin = await self._sandboxes.world_of(sandbox.id)
        if origin is None:
            return False
        read = await asyncio.to_thread(read_world, origin.text, f"world {origin.world}", self.words)
        world, findings = read
        if world is None:
            raise WorldError("\n".join(finding.shown for finding in findings))
        plan = next(plan for plan in world.sandboxes if plan.name == origin.plan)
        options = ServeSettings(
            clock_start=origin.start, speed=origin.speed, frozen=origin.frozen, scenario=origin.scenario
        )
        with _placing(world):
            await self._put(replace(plan, name=sandbox.id, keys=origin.keys), origin, options, sandbox)
        return True

    async def _put(
        self, plan: SandboxPlan, origin: WorldOrigin, options: ServeSettings, same: Sandbox | None = None
    ) -> None:
        """Make a sandbox in the place of one of its name; `same` is the one whose ids it shall have."""
        sandbox = self._sandbox(plan, options)
        if same is not None:
            sandbox = replace(
                sandbox, root=same.root, draw_root=same.draw_root, organization=same.organization
            )
        before = await self._sandboxes.kept(plan.name)
        if before is not None:
            own = {fault.name for fault in sandbox.faults}
            stay = staying(before, self._sandboxes.now(sandbox))
            faults = [*sandbox.faults, *(fault for fault in stay if fault.name not in own)]
            # All counts are gone, so that the additions are numbered anew.
            sandbox = replace(
                sandbox,
                faults=tuple(replace(fault, edition=number) for number, fault in enumerate(faults, 1)),
                fault_edition=len(faults),
                draw_by=before.draw_by,
                journal_size=before.journal_size,
                journal_answers=before.journal_answers,
                timezone=sandbox.timezone or before.timezone,
            )
        # Many executions take seconds, and others are answered meanwhile.
        contents = await asyncio.to_thread(self._contents, plan, sandbox)
        for reference in sorted(
            {put.value.scenario for put in contents.puts if isinstance(put.value, Execution)}
        ):
            await self._scenario_sync.keep(self._registry.version(reference))
        followed = {put.value.scenario for put in contents.puts if isinstance(put.value, Execution)}
        if any(self._registry.version(reference).faulty for reference in followed):
            sandbox = replace(sandbox, step_faults=True)
        await self._sandboxes.replace(sandbox, plan.keys, [Put(world_place(sandbox.id), origin)])
        await self._sandboxes.refill(sandbox.id, contents)

    def _sandbox(self, plan: SandboxPlan, options: ServeSettings) -> Sandbox:
        clock = plan.clock
        made = self._sandboxes.make(
            plan.name,
            seed=plan.seed if options.seed is None else None,
            start=clock.start if options.clock_start is None else options.clock_start,
            speed=options.speed if clock.speed is None or options.speed != 1.0 else clock.speed,
            frozen=options.frozen or clock.frozen,
        )
        wished = options.scenario if plan.name == DEFAULT_SANDBOX else None
        made = with_faults(made, plan.faults, self._sandboxes.clock.now(), stays=True)
        return replace(
            made,
            organization=plan.organization or made.organization,
            default_scenario=wished or plan.scenario,
            timezone=plan.timezone,
            workflows=plan.workflows,
            embed_workflows=tuple(EmbedWorkflow(*workflow) for workflow in plan.embed_workflows),
        )

    def _contents(self, plan: SandboxPlan, sandbox: Sandbox) -> Contents:
        caller = self._sandboxes.key_id(plan.keys[0][0] if plan.keys else "world")
        return WorldMaker(self._registry, self.words.request, caller).contents(plan, sandbox)


@contextmanager
def _placing(world: World) -> Iterator[None]:
    """Show what is impossible in a world at its place in the file."""
    try:
        yield
    except ImpossibleWorldError as error:
        shown = [finding.shown for finding in located(error.findings, world)]
        raise WorldError("\n".join(shown)) from None


def _origin(world: World, plan: SandboxPlan, keys: Keys, options: ServeSettings) -> WorldOrigin:
    return WorldOrigin(
        world=world.name,
        text=world.text,
        plan=plan.name,
        keys=keys,
        start=options.clock_start,
        speed=options.speed,
        frozen=options.frozen,
        scenario=options.scenario,
    )
