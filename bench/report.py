"""What a run found, as a page and a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from statistics import median
from typing import Any

import judging
import passing

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
GOALS = {
    "get": (1.2, 2),
    "public": (1.2, 2),
    "list20": (1.1, 3),
    "list100": (1.0, 5),
    "create": (0.8, 2),
    "invalid": (0.8, 3),
    "execute": (0.8, 3),
}
NAMES = {
    "get": "get",
    "public": "public get",
    "list20": "list of 20",
    "list100": "list of 100",
    "create": "create",
    "invalid": "invalid create",
    "execute": "execute",
}
OURS = "execmock"
PEERS = ("Prism", "Mockoon", "json-server")


def page(found: Mapping[str, Any], old: str) -> str:
    """Return the page with the measured part replaced; what people wrote round it stays."""
    before, _, rest = old.partition(BEGIN)
    after = rest.partition(END)[2]
    before = before or "# Performance\n\n"
    return f"{before}{BEGIN}\n{measured(found)}\n{END}{after or chr(10)}"


def measured(found: Mapping[str, Any]) -> str:
    """Return everything that a run measured, as Markdown."""
    machine = found["machine"]
    parts = [
        (
            f"One run of `{found['command']}` on {machine['day']}, {found['minutes']:.0f} minutes: "
            f"Python {machine['python']}, {machine['system']}, {machine['cores']} cores, "
            f"load {machine['load']:.1f} when it began."
        ),
        _goals(found),
        "![CPU time per request: ratio to bare aiohttp](performance.svg)",
        _all_works(found),
        _growth(found),
        _startup(found),
        _micro(found),
        _gains(found),
        _skipped(found),
    ]
    return "\n\n".join(part for part in parts if part)


def _goals(found: Mapping[str, Any]) -> str:
    ours = found["works"].get(OURS, {})
    rows = [["work", "goal", "measured", "goal ahead of the best peer", "measured"]]
    for work, (goal, ahead) in GOALS.items():
        if work in ours:
            rows.append(
                [
                    NAMES[work],
                    f"≥ {goal}",
                    _ratio(ours[work], goal),
                    f"≥ {ahead} ×",
                    _ahead(found, work, ahead),
                ]
            )
    return _table([*rows, *_other_goals(found)])


def _other_goals(found: Mapping[str, Any]) -> list[list[str]]:
    return [
        *_start_goal(found.get("startup", {})),
        *_growth_goals(found),
        *_verify_goal(found),
        *_proxy_goal(found),
        *_console_goals(found),
    ]


def _start_goal(starts: Mapping[str, Any]) -> list[list[str]]:
    start, prism = starts.get(OURS), starts.get("Prism")
    if start is None:
        return []
    times = f"{start['ratio']:.2f} × (CPU {start['cpu_ratio']:.2f} ×)"
    ahead = prism["ratio"] / start["ratio"] if prism else 0
    return [
        [
            "cold start, exec to first 200",
            "≤ 1.25 ×",
            _marked(times, start["ratio"] <= 1.25),
            "≥ 2.5 × faster than Prism",
            _marked(f"{ahead:.1f} ×", ahead >= 2.5) if prism else "Prism not measured",
        ]
    ]


def _growth_goals(found: Mapping[str, Any]) -> list[list[str]]:
    growth = found.get("growth", [])
    if not growth:
        return []
    each = growth[-1]["bytes_each"]
    rows = [
        ["memory per stored execution", "≤ 1.5 KB", _marked(f"{each / 1000:.2f} KB", each <= 1500), "", ""]
    ]
    for name, kind in (("get", "get"), ("list20", "list")) if len(growth) > 1 else ():
        times = growth[-1][name] / growth[0][name]
        about = f"{kind} at {growth[-1]['count']:,} against {growth[0]['count']:,}"
        rows.append([about, "≤ 1.15 ×", _marked(f"{times:.2f} ×", times <= 1.15), "", ""])
    return rows


def _verify_goal(found: Mapping[str, Any]) -> list[list[str]]:
    """Return how long each effort took, as it is and at 20 ms an answer."""
    rows = []
    for effort, goals in judging.GOALS.items():
        ends = zip(found.get("verify", {}).get(effort, ()), goals, ("", ", 20 ms an answer"), strict=False)
        for each, goal, where in ends:
            shown = f"{each['seconds']:.1f} s (exit code {each['exit']})"
            reached = each["seconds"] <= goal
            rows.append(
                [
                    f"`execmock verify --effort {effort}`{where}",
                    f"≤ {goal:g} s",
                    _marked(shown, reached),
                    "",
                    "",
                ]
            )
    return rows


def _proxy_goal(found: Mapping[str, Any]) -> list[list[str]]:
    if "proxy" not in found:
        return []
    figures = found["proxy"]
    shown = _marked(f"{figures['added']:.2f} ms", figures["added"] <= passing.GOAL)
    about = f"to {figures['direct']:.2f} ms, load {figures['load']:.1f}"
    return [
        ["`execmock proxy`: what it adds to a get, at the median", f"≤ {passing.GOAL:g} ms", shown, "", about]
    ]


def _console_goals(found: Mapping[str, Any]) -> list[list[str]]:
    """The console in a browser: how soon it shows, whether it keeps up, what it takes after a while."""
    if "console" not in found:
        return []
    figures = found["console"]
    first, longest = median(figures["first"]), max(figures["long"], default=0)
    grown = figures["after"]["JSHeapUsedSize"] / figures["before"]["JSHeapUsedSize"]
    about = f"console, {figures['count']:,} executions"
    tasks = f"{len(figures['long'])} in {figures['seconds']} s, longest {longest:.0f} ms"
    loaded = f"load {figures['load']:.1f} at its end"
    return [
        [f"{about}: first rows seen", "≤ 300 ms", _marked(f"{first:.0f} ms", first <= 300), "", loaded],
        [f"{about}: every row read", "", f"{median(figures['whole']):.0f} ms", "", ""],
        [f"{about}: tasks over 50 ms while scrolling", "none", _marked(tasks, not figures["long"]), "", ""],
        [
            f"{about}: memory after {figures['seconds']} s",
            "≤ 1.5 ×",
            _marked(f"{grown:.2f} ×", grown <= 1.5),
            "",
            "",
        ],
    ]


def _ratio(figures: Mapping[str, Any], goal: float) -> str:
    low, high = figures["ratios"][0], figures["ratios"][-1]
    return _marked(f"{figures['ratio']:.2f} ({low:.2f} to {high:.2f})", figures["ratio"] >= goal)


def _ahead(found: Mapping[str, Any], work: str, goal: float) -> str:
    others = {
        name: found["works"][name][work]["ratio"] for name in PEERS if work in found["works"].get(name, {})
    }
    if not others:
        return "no peer measured"
    best = max(others, key=lambda name: others[name])
    times = found["works"][OURS][work]["ratio"] / others[best]
    return _marked(f"{times:.1f} × {best}", times >= goal)


def _marked(text: str, reached: bool) -> str:
    return text if reached else f"**{text}, short of it**"


def _all_works(found: Mapping[str, Any]) -> str:
    header = ["ratio to bare aiohttp", *NAMES.values()]
    rows = [
        [name, *(f"{works[work]['ratio']:.2f}" if work in works else "–" for work in NAMES)]
        for name, works in found["works"].items()
    ]
    costs = found["works"].get(OURS, {})
    rows.append(
        ["execmock, µs of CPU", *(f"{costs[w]['microseconds']:.0f}" if w in costs else "–" for w in NAMES)]
    )
    rows.append(
        ["bare aiohttp, µs", *(f"{costs[w]['base_microseconds']:.0f}" if w in costs else "–" for w in NAMES)]
    )
    return _table([header, *rows])


def _growth(found: Mapping[str, Any]) -> str:
    if not found.get("growth"):
        return ""
    rows = [["stored", "get, µs", "first page, µs", "page in the middle, µs", "create, µs", "bytes each"]]
    rows += [
        [
            f"{g['count']:,}",
            *(f"{g[n]:.1f}" for n in ("get", "list20", "list_middle", "create")),
            f"{g['bytes_each']:.0f}",
        ]
        for g in found["growth"]
    ]
    return "Among many stored executions (in the process, without sockets):\n\n" + _table(rows)


def _startup(found: Mapping[str, Any]) -> str:
    rows = [["cold start", "ratio", "CPU ratio", "seconds"]]
    rows += [
        [name, f"{f['ratio']:.2f}", f"{f['cpu_ratio']:.2f}", f"{f['seconds']:.2f}"]
        for name, f in found.get("startup", {}).items()
    ]
    imports = [
        ["imported by `execmock serve`", "ms"],
        *([name, f"{took:.1f}"] for name, took in found.get("imports", ())),
    ]
    return "\n\n".join(_table(table) for table in (rows, imports) if len(table) > 1)


def _micro(found: Mapping[str, Any]) -> str:
    if not found.get("micro"):
        return ""
    rows = [["part by itself", "ns"], *([name, f"{took:,.0f}"] for name, took in found["micro"].items())]
    return _table(rows)


def _gains(found: Mapping[str, Any]) -> str:
    """Return what each part gains the requests that it serves."""
    gains = found.get("gains")
    if not gains:
        return ""
    rows = [["part", "module", "request", "µs with it", "longer without it"]]
    for each in gains["parts"]:
        spread = f"({each['low']:+.0f} to {each['high']:+.0f})"
        longer = f"{each['gain']:+.0f} % {spread}"
        rows.append(
            [each["part"], f"`{each['module']}`", each["work"], f"{each['microseconds']:.0f}", longer]
        )
    how = (
        f"Parts for speed alone (`python bench/micro_gains.py` on {gains['day']}, load {gains['load']:.1f}):"
    )
    return f"{how}\n\n{_table(rows)}"


def _skipped(found: Mapping[str, Any]) -> str:
    lines = [f"- {name}: {why}" for name, why in found["skipped"].items()]
    return "\n".join(["Not measured:\n", *lines]) if lines else ""


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def plot(found: Mapping[str, Any]) -> str:
    """Return bars for every target and work, with a line where bare aiohttp is."""
    shown = {name: works for name, works in found["works"].items() if works}
    works = [work for work in NAMES if any(work in of for of in shown.values())]
    most = max(1.2, *(of[work]["ratio"] for of in shown.values() for work in of)) if shown else 1.2
    colours = ["#2563eb", "#059669", "#d97706", "#7c3aed", "#94a3b8", "#cbd5e1", "#e2e8f0"]
    left, width, bar = 110, 560, 12
    parts, y = [], 30 + 16 * (1 + (len(shown) - 1) // 4)
    for number, name in enumerate(shown):
        x, top = left + number % 4 * 140, 8 + number // 4 * 16
        parts.append(f'<rect x="{x}" y="{top}" width="10" height="10" fill="{colours[number % 7]}"/>')
        parts.append(f'<text x="{x + 14}" y="{top + 9}">{escape(name)}</text>')
    for work in works:
        parts.append(f'<text x="8" y="{y + 12}">{escape(NAMES[work])}</text>')
        for number, of in enumerate(shown.values()):
            if work in of:
                length = of[work]["ratio"] / most * width
                fill, ratio = colours[number % 7], f"{of[work]['ratio']:.2f}"
                parts.append(
                    f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{bar - 2}" fill="{fill}"/>'
                )
                parts.append(f'<text x="{left + length + 4:.1f}" y="{y + 9}" font-size="9">{ratio}</text>')
                y += bar
        y += 10
    one, first = left + width / most, 24 + 16 * (1 + (len(shown) - 1) // 4)
    parts.append(
        f'<line x1="{one:.1f}" y1="{first}" x2="{one:.1f}" y2="{y}" stroke="#111" stroke-dasharray="3 3"/>'
    )
    style = 'font-family="sans-serif" font-size="11"'
    body = "\n".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {y + 10}" {style}>\n{body}\n</svg>\n'
