"""A sandbox in a test's hand: its own key, clock, executions and journal on a server that others use too."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from execmock.errors import MockError
from execmock.server.control import PREFIX
from execmock.testing.clock import MockClock
from execmock.testing.control import Control, path_part
from execmock.testing.executions import ExecutionView, MockExecutions, id_of, view_of
from execmock.testing.faults import FaultLike, MockFault, MockFaults
from execmock.testing.report import requests_text, timelines_text
from execmock.testing.requests import MockRequests
from execmock.testing.scopes import Scope
from execmock.testing.server import Server
from execmock.testing.sources import ScenarioLike, WorldLike, is_name
from execmock.testing.strict import Strictness, strays_text, strict_text
from execmock.testing.tracebacks import hides

__all__ = ["MockSandbox"]

__tracebackhide__ = hides


class MockSandbox:
    """What a test does with one sandbox. Close it, or use `with`; what is in it is then forgotten.

    Every method is quick and may be called from async code, for the server runs in a thread of its own;
    only `wait` blocks, and `async_wait` is its counterpart.
    """

    # pytest shows one whose arguments are refused before it has either.
    name = "not started"
    _on: Server | None = None

    def __init__(
        self, server: Server | None, name: str, key: str, strictness: Strictness | None = None
    ) -> None:
        self.name = name
        self.key = key
        self._strictness = strictness or Strictness()
        self._on = server
        # What comes to a server before it has other sandboxes is held against its own.
        self._scope = server.scopes.open(server.latest) if server else Scope(0)

    def __repr__(self) -> str:
        where = self.url if self._on else "closed"
        return f"<{type(self).__name__} {self.name} {where}>"

    @property
    def strict_client(self) -> bool:
        """Whether requests that break the contract, or reach no sandbox, fail the test."""
        return self._strictness.strict_client

    @property
    def running(self) -> bool:
        """Whether it has been started and not been closed."""
        return self._on is not None

    @property
    def url(self) -> str:
        """Where the executions API is served, without a slash at the end."""
        return self._server.url

    @property
    def embed_url(self) -> str:
        """Where the API of embedded workflows is served."""
        return self._server.url

    @property
    def control_url(self) -> str:
        """Where the control API is served; it needs `?sandbox=NAME` there."""
        return self._server.url + PREFIX

    @property
    def headers(self) -> dict[str, str]:
        """What a client sends along: the key, as a bearer."""
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def clock(self) -> MockClock:
        """The sandbox's clock."""
        return MockClock(self._control)

    @property
    def executions(self) -> MockExecutions:
        """What was created in the sandbox."""
        return MockExecutions(self._control)

    @property
    def faults(self) -> MockFaults:
        """What goes wrong in it on purpose."""
        return MockFaults(self._control, self._server.fault_words, self.requests)

    @property
    def requests(self) -> MockRequests:
        """What was asked of it."""
        return MockRequests(self._control, self._server.operations)

    def scenario(self, scenario: ScenarioLike | None) -> str:
        """Let what follows go through a scenario, unless a request names or binds another.

        None goes back to the built-in default. Returns the scenario's name, or an empty text.
        """
        name = None if scenario is None else self._named(scenario)
        self._control.call("PUT", "/default-scenario", {"scenario": name})
        return name or ""

    def add_scenario(self, scenario: ScenarioLike) -> str:
        """Let requests name a scenario, or bind it, in this sandbox alone; return its name."""
        read = self._server.scenario(scenario, self.name)
        self._control.call("PUT", f"/scenarios/{path_part(read.name)}", {"text": read.text})
        return read.name

    def delete_scenario(self, name: str) -> None:
        """Take back a scenario that was added to this sandbox; running executions keep it.

        MockError where none of that name was added, or where it is the default.
        """
        self._control.call("DELETE", f"/scenarios/{path_part(name)}")

    def fault(self, *named: FaultLike, **fault: Any) -> MockFault:
        """Add a fault: `fault("down", operation="getExecution", refused=503, times=2)`, or one that is named.

        Words that are Python's own end in a line: `from_`, `for_`, `while_`. MockError or FaultError say what
        is wrong with it. With `with`, it is removed at the end.
        """
        return self.faults.add(*named, **fault)

    def assert_fault_struck(self, name: str, times: int | None = None) -> None:
        """Fail unless a fault struck, so many times if that is said; it may have been removed since."""
        self.faults.assert_struck(name, times)

    def signal(self, execution: str | ExecutionView, signal: str, payload: Any = None) -> ExecutionView:
        """Send a signal; MockError when the execution's present step does not wait for it."""
        return self._move(execution, "signal", {"signal": signal, "payload": payload})

    def jump(self, execution: str | ExecutionView, to: str) -> ExecutionView:
        """Lead an execution to a status or step at once; MockError when none leads there."""
        return self._move(execution, "jump", {"to": to})

    def wait(self, execution: str | ExecutionView, status: str, timeout: float = 10.0) -> ExecutionView:
        """Return once an execution has reached a status or step.

        MockError when it never can, TimeoutError after `timeout` seconds of real time.
        """
        try:
            return view_of(self._control.call("GET", _wait_path(execution), status=status, timeout=timeout))
        except MockError as refused:
            raise self._late(refused, execution, f"no {status} within {timeout:g} s") from None

    async def async_wait(
        self, execution: str | ExecutionView, status: str, timeout: float = 10.0
    ) -> ExecutionView:
        """Do what `wait` does while the caller's event loop goes on."""
        asked = self._control.call_async("GET", _wait_path(execution), status=status, timeout=timeout)
        try:
            return view_of(await asked)
        except MockError as refused:
            raise self._late(refused, execution, f"no {status} within {timeout:g} s") from None

    def client_token(self, execution: str | ExecutionView) -> str:
        """Return the token that opens an execution's public view, as the create answered it.

        MockError for an execution of the embed API, which has none.
        """
        path = f"/executions/{path_part(id_of(execution))}/client-token"
        token: str = self._control.call("GET", path)["clientToken"]
        return token

    def world(self, world: WorldLike) -> None:
        """Start from a world's default sandbox, or its first; what was here goes, the key stays.

        WorldError shows every mistake with its line.
        """
        self._control.call("PUT", "/worlds", {"text": self._server.world(world).text})

    def reset(self, *, empty: bool = False) -> None:
        """Forget executions and requests; key, clock and scenarios stay.

        Where it was started from a world it goes back to that, with its clock, unless it is to be empty.
        """
        asked = {"empty": "true"} if empty else {}
        self._control.call("POST", f"/sandboxes/{self.name}/reset", **asked)

    def snapshot(self) -> Mapping[str, Any]:
        """Return all that is in the sandbox as JSON-like data. It is as secret as a key."""
        document: Mapping[str, Any] = self._control.call("GET", "/snapshot")
        return document

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Put back what a snapshot holds; requests are forgotten."""
        self._control.call("PUT", "/snapshot", snapshot)

    def client_report(self) -> str:
        """Return what its client did that a strict test does not allow; empty if nothing."""
        strays, whole = self._server.strays(self.name, self._scope)
        requests = self.requests
        said = strict_text(self._strictness, requests.violations_and_number(), requests.misspelt, strays)
        if said or whole:
            return said
        return f"More than {len(strays)} requests reached no sandbox; the first of them are no longer kept."

    def report(self) -> dict[str, str]:
        """Return what happened as texts by title: the requests, and the executions' timelines."""
        kinds = (self.executions, self.executions.embed)
        timelines = [timelines_text(executions, len(executions)) for executions in kinds]
        return {
            "requests": requests_text(self.requests),
            "requests to no sandbox": strays_text(self._server.strays(self.name, self._scope)[0]),
            "timelines": "\n".join(filter(None, timelines)),
        }

    def close(self) -> None:
        """Forget the sandbox and all that is in it. Closing twice is closing once."""
        if self._on is not None:
            if not self._on.elsewhere:
                self._control.call("DELETE", f"/sandboxes/{self.name}")
                self._on.scopes.close(self._scope, self._on.latest)
            self._on = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._judge(failed=kind is not None)
        finally:
            self.close()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    @property
    def _server(self) -> Server:
        if self._on is None:
            raise MockError("it is not running; use it inside its `with` block")
        return self._on

    @property
    def _control(self) -> Control:
        return self._server.control.of(self.name)

    def _judge(self, *, failed: bool) -> None:
        # A test that fails already says more than its requests would.
        if self.strict_client and not failed and (said := self.client_report()):
            raise AssertionError(said)

    def _named(self, scenario: ScenarioLike) -> str:
        return str(scenario) if is_name(scenario) else self.add_scenario(scenario)

    def _move(self, execution: str | ExecutionView, how: str, body: dict[str, Any]) -> ExecutionView:
        return view_of(self._control.call("POST", f"/executions/{path_part(id_of(execution))}/{how}", body))

    def _late(self, refused: MockError, execution: str | ExecutionView, said: str) -> Exception:
        """Return the error that a wait ends with: a refusal, or a time that was over."""
        if refused.status != 408:
            return refused
        view = self.executions[id_of(execution)]
        hint = " The clock is frozen: advance it." if self.clock.frozen else ""
        return TimeoutError(f"{said}.{hint}\n{timelines_text([view])}")


def _wait_path(execution: str | ExecutionView) -> str:
    return f"/executions/{path_part(id_of(execution))}/wait"
