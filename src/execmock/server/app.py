"""Puts the web round an engine: the handlers of its ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from execmock.core.contract.names import CREATE
from execmock.server.api.authentication import ApiKeyAuthenticator
from execmock.server.api.handlers import api_handlers
from execmock.server.api.pipeline import Api
from execmock.server.api.request_ids import RequestIds
from execmock.server.api.strictness import chosen_strictness
from execmock.server.control.access import is_loopback, is_this_machine
from execmock.server.example_keys import any_key, example_key, example_keys
from execmock.server.http.access_log import AccessLog
from execmock.server.http.body_reader import Limits
from execmock.server.http.cors import Cors
from execmock.server.http.dispatch import ApiDispatcher, ControlDispatcher, Dispatcher
from execmock.server.http.stray_finder import StrayFinder
from execmock.service.engine import Engine
from execmock.service.sandboxes import DEFAULT_SANDBOX
from execmock.settings import ServeSettings

if TYPE_CHECKING:
    from execmock.server.control.app import ControlApi
    from execmock.server.docs_pages import Page
    from execmock.server.upstream import Upstream

__all__ = ["App"]


class App:
    """A mock ready to be listened for: an engine, and a front for each port."""

    def __init__(self, options: ServeSettings, engine: Engine | None = None) -> None:
        self.options = options
        self.engine = engine or Engine(options)
        self.log = AccessLog(options.log_format, quiet=options.quiet, secrets=self.engine.secrets)
        self.engine.say = self.log.say
        self.request_ids = self._request_ids()
        self.ports: dict[str, int] = {}
        """Operation id to the port that serves it, once the ports are open."""
        self.control_port: int | None = None
        """The port of the control API, once it is open, where it has one of its own."""
        self.strays: StrayFinder | None = None
        """What finds requests that reach no sandbox, where that is asked for before there are dispatchers."""

    @cached_property
    def control(self) -> ControlApi:
        """The control API, made with the first request for it."""
        from execmock.server.control.app import ControlApi

        return ControlApi(self.engine, self.request_ids, self._elsewhere)

    @cached_property
    def upstream(self) -> Upstream | None:
        """Where requests go that the contract does not know."""
        if self.options.upstream is None:
            return None
        from execmock.server.upstream import Upstream

        return Upstream(self.options.upstream, self.engine.contract, self.options)

    def _elsewhere(self) -> Mapping[str, int]:
        """Return operation id to port, for those that are not on the control API's port."""
        here = self.ports.get(CREATE) if self.control_port is None else None
        return {name: port for name, port in self.ports.items() if port != here}

    def end_streams(self) -> None:
        """End what is open without an end of its own: the server is about to stop."""
        if "control" in vars(self):
            self.control.end()
        if "waits" in vars(self.engine):
            self.engine.waits.end()
        if "faults" in vars(self.engine):
            self.engine.faults.crowds.end()

    async def prepare(self) -> None:
        """Make the engine's state ready."""
        await self.engine.prepare()
        self.request_ids = self._request_ids(await self.engine.changes.server_number())

    def _request_ids(self, server: int = 0) -> RequestIds:
        return RequestIds(self.engine.entropy.root("requests"), server)

    def dispatcher(self, only: Sequence[str] | None = None, *, control: bool = True) -> Dispatcher:
        """Return the handler of a port.

        `only` names the operations it serves, None means all of them; `control` says whether the control
        API is on it too.
        """
        engine, options = self.engine, self.options
        choices = engine.choices
        api = Api(
            engine.contract,
            api_handlers(engine.executions, engine.embed, choices),
            ApiKeyAuthenticator(
                engine.sandboxes,
                engine.contract.key_formats,
                strict=options.strict,
                bad_key=int(choices["badKey"]),
            ),
            self.request_ids,
            chosen_strictness(engine.contract, choices),
            int(choices["wrongMethod"]),
            only,
            # Without a seed, servers over one store are to agree all the same.
            b"" if options.seed is None else engine.entropy.root("answers"),
            secrets=engine.secrets,
        )
        too_large = int(choices["bodyTooLarge"])
        cors = Cors(
            options.cors_origins,
            engine.contract.header_parameters,
            engine.contract.response_headers,
            exact=options.cors_exact,
        )
        served = ApiDispatcher(api, cors, engine, self.log, Limits.of(options), too_large)
        served.strays = self.strays
        served.quiet_faults = options.quiet_faults
        here = engine.contract.operations if only is None else only

        @lru_cache(maxsize=1)
        def pages() -> Mapping[str, Page]:
            # Made with the first request that may be for one: they need aiohttp, which takes long to import.
            from execmock.server.docs_pages import contract_pages

            return contract_pages(
                engine.contract,
                lambda: engine.contract_text,
                lambda: {name: port for name, port in self.ports.items() if name not in here},
                self._docs_start,
            )

        dispatcher = Dispatcher(served, self.control_front() if control else None, pages, self.request_ids)
        dispatcher.upstream = self.upstream
        return dispatcher

    async def _docs_start(self, headers: Mapping[str, str]) -> Mapping[str, Any]:
        """Return what the docs page begins with.

        Where keys are held to, only a page of this machine gets one.
        """
        from execmock.server.docs_start import key_facts, scenario_facts

        engine, options = self.engine, self.options
        here = is_loopback(options.host) and is_this_machine(headers)
        every = await example_keys(engine.sandboxes, options)
        known = every if here else ()
        best = example_key(known, strict=True) if options.strict else any_key(every)
        name = best.sandbox if best else DEFAULT_SANDBOX
        sandbox = await engine.sandboxes.kept(name)
        return {
            **key_facts(best.key if best else None, known, strict=options.strict),
            "sandbox": name,
            "control": {"port": self.control_port, "locked": options.control_key is not None},
            "scenarios": scenario_facts(engine.registry.seen_by(name).values(), sandbox),
        }

    def control_front(self) -> ControlDispatcher:
        """Return the handler of the control API."""
        return ControlDispatcher(lambda: self.control, self.log, self.engine, Limits.of(self.options))

    async def close(self) -> None:
        """End the streams, write the rest of the log and close the store."""
        self.end_streams()
        if self.upstream is not None:
            await self.upstream.close()
        self.log.flush()
        await self.engine.close()
