"""What `execmock serve` can be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from execmock.core.sandbox import DRAW_BY
from execmock.errors import ConfigError
from execmock.settings.base import Settings
from execmock.settings.kinds import (
    FAULTS,
    FLAG,
    HEADER_SIZE,
    HOST,
    INSTANT,
    KEY,
    LIMIT,
    ORIGIN,
    PAIR,
    PATH,
    PORT,
    SECRET,
    SEED,
    SIZE,
    SPEED,
    STORE,
    TEXT,
    URL,
    WAIT,
    WORLD,
    ZONE,
    choice,
    count,
)
from execmock.settings.option import option
from execmock.settings.parsers import ApiKey

__all__ = ["ServeSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings(Settings):
    """The options of the server. Instants are milliseconds since 1970, sizes bytes, None means not set."""

    host: str = option("127.0.0.1", HOST, "Address to listen on, or unix:PATH for a socket with a path.")
    port: int = option(4010, PORT, "Port of the API; 0 picks a free one.")
    embed_port: int | None = option(None, PORT, "Serve the embed operation on a port of its own.")
    control_port: int | None = option(None, PORT, "Serve the control API on a port of its own.")
    control_key: str | None = option(
        None, SECRET, "Key of the control API; needed when --host is not the loopback."
    )
    console: bool = option(True, FLAG, "Serve the console, a page that shows and moves what the mock has.")
    open: bool = option(False, FLAG, "Open the console in a browser once the server is ready.")
    tls: str = option(
        "off", choice("off", "self-signed"), "Serve https with a certificate that is made on this machine."
    )
    tls_cert: Path | None = option(None, PATH, "Serve https with this certificate, as PEM, with its chain.")
    tls_key: Path | None = option(
        None, PATH, "Key of the certificate, as PEM, unless it is in the same file."
    )
    auth: str = option(
        "open", choice("open", "strict"), "open takes any key, strict only those given with --key."
    )
    keys: tuple[ApiKey, ...] = option(
        (),
        KEY,
        "A key the server knows; its scope is read or read-write.",
        name="key",
        argument="key",
        many=True,
    )
    cors_origins: tuple[str, ...] = option(
        ("*",), ORIGIN, "Origin of web pages that may call the API.", name="cors-origin", many=True
    )
    cors_exact: bool = option(
        False, FLAG, "Take localhost and 127.0.0.1 of one port for two origins; else they are one."
    )
    speed: float = option(
        1.0, SPEED, "How fast the clock runs; 60 makes an hour of a minute.", each_sandbox=True
    )
    frozen: bool = option(False, FLAG, "Start with the clock standing still.", each_sandbox=True)
    clock_start: int | None = option(
        None, INSTANT, "The clock's first instant; now by default.", argument="start", each_sandbox=True
    )
    timezone: str = option(
        "America/New_York", ZONE, "Zone of the embed operation's local times.", each_sandbox=True
    )
    seed: int | None = option(
        None,
        SEED,
        "Make outcomes the same in every run; with --clock-start ids and tokens too.",
        each_sandbox=True,
    )
    draw_by: tuple[str, ...] = option(
        DRAW_BY,
        TEXT,
        "Property of create requests whose value decides, with the seed, what chances and ranges give; "
        "a.b is one inside another.",
        many=True,
        each_sandbox=True,
    )
    scenario: str | None = option(None, TEXT, "Scenario of executions that name none.", each_sandbox=True)
    strict_magic: bool = option(
        False, FLAG, "Refuse a workflow id that is nearly a magic one, in place of warning of it."
    )
    scenarios: tuple[Path, ...] = option(
        (), PATH, "Scenario file, or folder of them, to load as well.", many=True
    )
    world: Path | str | None = option(
        None, WORLD, "World to start from: a file or a shipped name.", each_sandbox=True
    )
    faults: tuple[Path | str, ...] = option(
        (),
        FAULTS,
        "Faults that requests meet: a file or a shipped name, such as gateway-down.",
        many=True,
        each_sandbox=True,
    )
    rate_limit: str | None = option(
        None, LIMIT, "Refuse with 429 what comes faster on the sandbox's clock.", each_sandbox=True
    )
    rate_burst: int | None = option(
        None,
        count(1, 1_000_000),
        "Requests that may come at once under --rate-limit; its number by default.",
        each_sandbox=True,
    )
    concurrency_limit: int | None = option(
        None,
        count(1, 100_000),
        "Refuse with 429 what comes while so many requests are under way.",
        each_sandbox=True,
    )
    concurrency_queue: int | None = option(
        None,
        count(1, 100_000),
        "Requests that wait under --concurrency-limit before any is refused; none by default.",
        each_sandbox=True,
    )
    quiet_faults: bool = option(False, FLAG, "Leave the names of faults out of answers.")
    contract: Path | None = option(
        None,
        PATH,
        "Serve a contract of your own: a copy of openapi.yaml, changed or extended.",
    )
    upstream: str | None = option(
        None, URL, "Pass requests for paths that the contract does not have on to this address."
    )
    upstream_ca: Path | None = option(
        None, PATH, "Certificates of the upstream to trust, as PEM, in place of the system's."
    )
    upstream_cert: Path | None = option(
        None, PATH, "Client certificate to show to the upstream, as PEM, with its key or --upstream-key."
    )
    upstream_key: Path | None = option(None, PATH, "Key of that client certificate, as PEM.")
    upstream_insecure: bool = option(False, FLAG, "Do not check the upstream's certificate.")
    choose: tuple[tuple[str, str], ...] = option(
        (), PAIR, "Pick another of the contract's choices, such as unknownExecution=404.", many=True
    )
    store: str = option(
        "memory:", STORE, "Where state lives, such as memory:, sqlite:PATH or redis://HOST:PORT/DATABASE."
    )
    store_wait: int = option(
        0, count(0, 100), "Replicas of a Redis that must have a change before it is acknowledged."
    )
    workers: int = option(
        1, count(1, 64), "Processes that serve; more than one need a store that they share."
    )
    max_body: int = option(1 << 20, SIZE, "Largest request body.")
    max_snapshot: int = option(
        64 << 20, SIZE, "Largest body of a request to the control API, unpacked: a snapshot or a world."
    )
    max_header: int = option(8 << 10, HEADER_SIZE, "Largest header of a request, and longest address.")
    head_timeout: int = option(
        60_000,
        WAIT,
        "How long a request's head may take to arrive; its body may take as long and its size's time.",
    )
    body_rate: int = option(500, SIZE, "Least bytes a second at which the body of a request must arrive.")
    journal_size: int = option(
        1000,
        count(0),
        "Requests that each sandbox's journal keeps; those before are counted.",
        each_sandbox=True,
    )
    journal_bytes: int = option(
        64 << 20,
        SIZE,
        "Bytes that each sandbox's journal takes up in memory, and all of them together at most four times.",
    )
    journal_answers: bool = option(
        False,
        FLAG,
        "Keep the bodies of all answers in the journal, not of refusals alone.",
        each_sandbox=True,
    )
    log_format: str = option("text", choice("text", "json"), "How requests are logged.")
    quiet: bool = option(False, FLAG, "Log no requests and no moves.")
    moves: bool | None = option(
        None, FLAG, "Log the moves of executions as they fall due; at a terminal by default."
    )
    loop: str = option(
        "auto", choice("auto", "asyncio", "uvloop"), "Event loop; auto takes uvloop where it is installed."
    )

    @property
    def strict(self) -> bool:
        """Whether only keys that open a sandbox are let in."""
        return self.auth == "strict"

    def __post_init__(self) -> None:
        self._check_ports()
        self._check_limits()
        if self.tls != "off" and self.tls_cert is not None:
            both = f"{self.named('tls')} and {self.named('tls_cert')}"
            raise ConfigError(f"{both} both say which certificate is served; expected one of them")
        if self.tls_key is not None and self.tls_cert is None:
            raise ConfigError(
                f"{self.named('tls_key')} is the key of no certificate; expected --tls-cert too"
            )
        self._check_upstream()
        if self.open and not self.console:
            both = f"{self.named('open')} and --no-console"
            raise ConfigError(f"{both} exclude each other; expected one of them")
        if self.host.startswith("unix:"):
            self._check_path()

    @property
    def limits(self) -> tuple[str | None, int | None, int | None, int | None]:
        """The rate with its burst, and how many requests may be under way, with their queue."""
        return self.rate_limit, self.rate_burst, self.concurrency_limit, self.concurrency_queue

    def _check_limits(self) -> None:
        """Refuse what belongs to a limit that is not set."""
        rate, burst, concurrency, queue = self.limits
        if burst is not None and rate is None:
            raise ConfigError(
                f"{self.named('rate_burst')} is {burst}, and there is no rate; expected "
                f"{self.named('rate_limit')} with it"
            )
        if queue is not None and concurrency is None:
            raise ConfigError(
                f"{self.named('concurrency_queue')} is {queue}, and nothing has to wait; expected "
                f"{self.named('concurrency_limit')} with it"
            )

    def _check_upstream(self) -> None:
        """Refuse what says how an upstream is reached where there is none."""
        names = ("upstream_ca", "upstream_cert", "upstream_key", "upstream_insecure")
        given = next((name for name in names if getattr(self, name)), None)
        if given and self.upstream is None:
            raise ConfigError(f"{self.named(given)} is for an upstream; expected --upstream URL too")
        if self.upstream_key is not None and self.upstream_cert is None:
            raise ConfigError(
                f"{self.named('upstream_key')} is the key of no certificate; expected --upstream-cert too"
            )

    def _check_path(self) -> None:
        """Refuse what a socket with a path cannot have."""
        host, place = self.named("host"), repr(self.host)
        if self.open:
            raise ConfigError(f"{host} is {place}, where no browser goes; expected no {self.named('open')}")
        others = {"embed_port": self.embed_port, "control_port": self.control_port}
        for name, port in others.items():
            if port is not None:
                one = f"expected no {self.named(name)}"
                raise ConfigError(f"{host} is {place}, which has no ports; {one}")
        if self.workers > 1:
            raise ConfigError(f"{host} is {place}, which processes cannot share; expected one worker")

    def _check_ports(self) -> None:
        ports = {"port": self.port, "embed_port": self.embed_port, "control_port": self.control_port}
        taken: dict[int, str] = {}
        for name, port in ports.items():
            if port and port in taken:
                both = f"{self.named(taken[port])} and {self.named(name)}"
                raise ConfigError(f"{both} are both {port}; expected two ports")
            if port:
                taken[port] = name
