"""What `execmock serve` says when it is ready: addresses, a key, lines to paste, magic workflow ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from shlex import quote

from execmock.core.contract import Contract
from execmock.core.contract.names import CREATE, EXECUTE, GET, LIST, PUBLIC
from execmock.core.magic_faults import MAGIC, MAGIC_READS
from execmock.core.scenario import Scenario
from execmock.core.scenario.bind import bound_texts
from execmock.errors import visible_line
from execmock.server.example_keys import ExampleKey
from execmock.service.sandboxes import DEFAULT_SANDBOX
from execmock.settings import ServeSettings
from execmock.version import __version__

__all__ = ["banner"]

_BODY = (
    '{"workflowId":"wf_paid_happy_path","sourceSystem":"storefront","sourceEntityType":"order",'
    '"sourceEntityId":"7788","requestPayload":{"lines":2}}'
)
_WIDEST = 50
"""Columns that what picks a scenario may take."""
_MOST_KEYS = 8
_JSON = "-H 'Content-Type: application/json'"


def banner(
    contract: Contract,
    scenarios: Iterable[Scenario],
    urls: Mapping[str, str],
    key: str,
    control: str,
    settings: ServeSettings,
    own_file: str = "",
    left_out: Sequence[str] = (),
    keys: Sequence[ExampleKey] = (),
    trust: Path | None = None,
    faults: Iterable[str] = (),
) -> str:
    """Return the text; `urls` maps operation ids to the address of their port.

    `own_file` names the file of a contract that is not the shipped one, `left_out` the shipped scenarios that
    do not fit it. `key` is what the lines to paste use, empty where none is known; `keys` are the known ones.
    `trust` is the certificate that clients have to be told of, `faults` are the shipped ones by name.
    """
    main = urls[CREATE]
    path = settings.host.removeprefix("unix:") if settings.host.startswith("unix:") else ""
    width = max(map(len, contract.operations))
    method = max(len(operation.method) for operation in contract.operations.values())
    lines = [
        f"execmock {__version__} is ready at {settings.host if path else main}",
        "",
        *([f"  Console              {control}/_execmock/", ""] if settings.console else []),
        *(
            f"  {o.id:<{width}}  {o.method:<{method}} {urls[o.id]}{o.path}"
            for o in contract.operations.values()
        ),
        "",
        f"  Docs, ready to try   {main}/docs/",
        f"  Contract             {main}/openapi.yaml" + (f", from {own_file}" if own_file else ""),
    ]
    lines.append(f"  Control API          {control}/_execmock/openapi.yaml")
    if settings.upstream:
        lines.append(f"  Other paths          are passed on to {settings.upstream}")
    if trust:
        lines.append(f"  To be trusted        {trust}, the certificate that this server's is made with")
    if left_out:
        lines.append(f"  Not served           {', '.join(left_out)}: these scenarios do not fit the contract")
    lines += [
        *_keys(key, keys),
        *_repeats(settings),
        "",
        "Paste to create an execution, watch it move, list, read it publicly, execute:",
    ]
    told = [f"--unix-socket {quote(path)}"] if path else []
    told += [f"--cacert {quote(str(trust))}"] if trust else []
    pasted = _paste(contract, urls, key or "KEY")
    lines += ["", *(line.replace("curl -s ", " ".join(["curl -s", *told, ""])) for line in pasted), ""]
    lines += ["Magic ids pick what happens to an execution:", "", *_magic(scenarios)]
    lines += [*_magic_faults(faults), ""]
    return "\n".join(map(visible_line, lines))


def _keys(key: str, keys: Sequence[ExampleKey]) -> list[str]:
    """Return the known keys with what they may do, and what is to be done where none may create."""
    if not keys:
        return [f"  Key                  {key or 'none is known yet: start with --key KEY'}"]
    more = len(keys) - _MOST_KEYS
    shown = [_about(known) for known in keys[:_MOST_KEYS]] + ([f"and {more} more"] if more > 0 else [])
    if key and all(known.scope == "read" for known in keys) and key in {known.key for known in keys}:
        shown.append("none of them may create: start with --key KEY too")
    label = "Key " if len(shown) == 1 else "Keys"
    return [f"  {label if not index else '    '}                 {text}" for index, text in enumerate(shown)]


def _about(known: ExampleKey) -> str:
    place = "" if known.sandbox == DEFAULT_SANDBOX else f", sandbox {known.sandbox}"
    return f"{known.key}  {known.scope}{place}"


def _repeats(settings: ServeSettings) -> list[str]:
    """Return what a seed without a start does not do."""
    if settings.seed is None or settings.clock_start is not None:
        return []
    what = "outcomes repeat; ids, tokens and instants only with --clock-start"
    return [f"  Seed                 {settings.seed}: {what}"]


def _paste(contract: Contract, urls: Mapping[str, str], key: str) -> list[str]:
    auth = f"-H 'Authorization: Bearer {key}'"

    def to(name: str, subject: str = "$id") -> str:
        return urls[name] + contract.operation(name).path.replace("{id}", subject)

    return [
        f"  created=$(curl -s {to(CREATE)} {auth} {_JSON} -d '{_BODY}'); echo \"$created\"",
        (
            '  id=$(echo "$created" | sed \'s/.*"id":"\\([^"]*\\)".*/\\1/\'); '
            'token=$(echo "$created" | sed \'s/.*"clientToken":"\\([^"]*\\)".*/\\1/\')'
        ),
        f'  curl -s "{to(GET)}" {auth}; echo',
        f'  curl -s "{to(LIST)}?limit=5" {auth}; echo',
        f'  curl -s "{to(PUBLIC)}?token=$token"; echo',
        (
            f"  curl -s {to(EXECUTE, 'workflow_15')} {auth} {_JSON} "
            """-d '{"id_type":"key","execution_data":{"user_name":"Ada"}}'; echo"""
        ),
    ]


def _magic_faults(faults: Iterable[str]) -> list[str]:
    """Return which ids let a create or reads go wrong."""
    names = ", ".join(name.replace("-", "_") for name in faults)
    if not names:
        return []
    ids = f"  workflowId {MAGIC}NAME, {MAGIC_READS}NAME"
    return [f"{ids}  The create, or each read of what it makes, goes wrong; NAME is one of", f"  {names}"]


def _magic(scenarios: Iterable[Scenario]) -> list[str]:
    rows = []
    for scenario in scenarios:
        if scenario.bind:
            told = [bound for bound in bound_texts(scenario.bind) if bound[0] not in ("id", "hashid", "name")]
            magic = "; ".join(map(" ".join, told or bound_texts(scenario.bind)))
            shown = magic if len(magic) <= _WIDEST else magic[: _WIDEST - 3] + "..."
            rows.append((shown, scenario.name, scenario.summary))
    first = max((len(row[0]) for row in rows), default=0)
    second = max((len(row[1]) for row in rows), default=0)
    return [f"  {magic:<{first}}  {name:<{second}}  {summary}" for magic, name, summary in sorted(rows)]
