"""Control operations on the clock and on scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from json import dumps
from typing import Any

from execmock.core.clock import ClockState
from execmock.core.durations import DurationError, parse_duration, parse_instant
from execmock.core.json_text import encode
from execmock.core.scenario import Scenario
from execmock.core.validation import Violation
from execmock.loading.scenarios import Vocabularies, read_text
from execmock.server.api import Handler
from execmock.server.calls import Call
from execmock.server.checks import Checked
from execmock.server.control.parts import Parts
from execmock.server.doorman import Caller
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import Sandbox
from execmock.service.steering import clock_as_json

__all__ = ["clock_handlers", "instant", "scenario_as_json", "scenario_handlers"]


def instant(text: str, where: str) -> int:
    """Return a body's instant in milliseconds; Refusal 400 when it is not one."""
    try:
        return parse_instant(text)
    except DurationError as error:
        raise Refusal(400, error.message, [Violation(where, "RFC 3339", text)]) from None


def clock_handlers(parts: Parts) -> Mapping[str, Handler]:
    """Return the operations on clocks."""

    def shown(sandbox: Sandbox) -> bytes:
        return encode(clock_as_json(sandbox.clock, parts.clock.now()))

    async def read(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        return shown(await parts.sandbox(checked))

    async def change(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        body = checked.body

        def move(clock: ClockState, real: int) -> ClockState:
            if "speed" in body:
                frozen = clock.frozen
                clock = clock.at_speed(body["speed"], real)
                clock = clock.freeze(real) if frozen else clock
            if "frozen" in body:
                clock = clock.freeze(real) if body["frozen"] else clock.unfreeze(real)
            return clock

        return shown(await parts.steering.move_clock(checked.parameters["sandbox"], move))

    async def advance(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        body, name = checked.body, checked.parameters["sandbox"]
        if "by" in body:
            by = duration(body["by"], "body/by")
            return shown(await parts.steering.move_clock(name, lambda clock, real: clock.advance(by, real)))
        if "to" in body:
            to = instant(body["to"], "body/to")
        else:
            until = body["until"]
            sandbox = await parts.sandbox(checked)
            to = await parts.steering.instant_of(sandbox, until["execution"], until["status"])
        return shown(await parts.steering.move_clock(name, lambda clock, real: clock.advance_to(to, real)))

    return {"getClock": read, "setClock": change, "advanceClock": advance}


def duration(text: str, where: str) -> int:
    """Return a body's duration in milliseconds; Refusal 409 when it is longer than clocks go."""
    try:
        return parse_duration(text)
    except DurationError as error:
        raise Refusal(409, error.message, [Violation(where, "a duration", text)]) from None


def scenario_handlers(parts: Parts, words: Vocabularies) -> Mapping[str, Handler]:
    """Return the operations on scenarios."""
    library = parts.library

    def known(name: str) -> Scenario:
        scenario = library.current.get(name)
        if scenario is None:
            raise Refusal(404, "Unknown scenario", [Violation("path/name", "the name of a scenario", name)])
        return scenario

    async def list_all(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        current = sorted(library.current.values(), key=lambda scenario: scenario.name)
        return encode({"scenarios": [scenario_as_json(scenario) for scenario in current]})

    async def read(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        scenario = known(checked.parameters["name"])
        return encode({**scenario_as_json(scenario), "text": scenario.text})

    async def put(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        body, name = checked.body, checked.parameters["name"]
        text = body["text"] if "text" in body else dumps(body["scenario"], ensure_ascii=False, indent=1)
        found = read_text(text, name, words)
        if found.scenario is None:
            violations = [
                Violation(f"body:{p.place.line}:{p.place.column}", p.message) for p in found.problems
            ]
            raise Refusal(422, "The scenario has mistakes", violations)
        if found.scenario.name != name:
            violation = Violation("body/scenario", f"{name}, as in the path", found.scenario.name)
            raise Refusal(422, "The scenario has another name", [violation])
        library.put(found.scenario)
        parts.changes.publish("", "scenario", {"name": name, "version": found.scenario.version})
        return encode(scenario_as_json(found.scenario))

    async def read_default(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        return encode({"scenario": (await parts.sandbox(checked)).default_scenario})

    async def set_default(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        name, sandbox = checked.body["scenario"], await parts.sandbox(checked)
        if name is not None:
            known(name)
        await parts.sandboxes.change(sandbox.id, lambda old: replace(old, default_scenario=name))
        return encode({"scenario": name})

    return {
        "listScenarios": list_all,
        "getScenario": read,
        "putScenario": put,
        "getDefaultScenario": read_default,
        "setDefaultScenario": set_default,
    }


def scenario_as_json(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as JSON-like data, without its text."""
    return {
        "name": scenario.name,
        "version": scenario.version,
        "summary": scenario.summary,
        "api": scenario.api,
        "bind": dict(scenario.bind),
        "signals": list(scenario.signals),
        "steps": [{"name": step.name, "status": step.status} for step in scenario.steps[: scenario.own]],
    }
