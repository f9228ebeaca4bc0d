"""Scenario files to start from."""

from __future__ import annotations

from execmock.core.ids import derive, hashid, uuid7

__all__ = ["start_text"]

_BIRTH = 1_767_258_000_000

_HEAD = """\
# yaml-language-server: $schema=./scenario.schema.json
# Editors complete and check this file once `execmock schema scenario > scenario.schema.json` has been run.
# `execmock scenarios check $NAME.yaml` finds mistakes, `execmock scenarios preview $NAME.yaml` plays it.
scenario: $QUOTED
summary: One sentence that says what happens, and how it ends.
"""

_EXECUTIONS = """\

# A create request with these values follows this scenario. Others name it in the header
# `X-Execmock-Scenario`, or with `Prefer: scenario=$NAME`.
bind: {workflowId: $WORKFLOW}

steps:
  # The first step is entered at creation. Without payment, start with workflow_queued.
  - status: awaiting_payment
    set: {paymentStatus: pending}
    next: {after: 3s}
  - status: payment_confirmed
    set: {paymentStatus: confirmed}
    next: {after: 1s}
  - status: workflow_queued
    next: {after: 1s..2s}             # drawn for each execution
  - name: running
    status: workflow_running
    events:                           # in addition to the event of the status
      - {eventType: node.completed, nodeId: first, title: First node completed, at: 500ms}
    next:                             # whichever comes first
      - {after: 1s, chance: 0.1, to: broken}
      - {after: 2s}
  - name: approval
    status: workflow_waiting
    next:
      - {signal: approve, to: done}   # sent through the control API
      - {signal: reject, to: broken}
      - {polls: 20, to: broken}       # reads of this execution by id
      - {after: 10m, to: broken}
  - name: done
    status: workflow_succeeded
    set:
      responsePayload: {execution: "{{ execution.id }}", approvedBy: "{{ signal.payload.by }}"}
  - name: broken
    status: workflow_failed
    set: {statusReason: "Rejected, forgotten or broken"}
"""

_EMBED = """\
api: embed

# The workflow that can be executed; any of id, hashid and key finds it.
bind:
  id: $ID
  hashid: $HASHID
  key: $QUOTED
  name: $QUOTED

steps:
  # The first step is entered at creation; all counts are 0 then.
  - name: started
    status: running
    next: {after: 1s}
  - name: working
    status: running
    # The counts never add up to more than actions_count.
    set: {actions_count: 2, running_actions_count: 1, idle_actions_count: 1}
    next:
      - {signal: stop, to: stopped}   # sent through the control API
      - {after: 2s, chance: 0.1, to: failed}
      - {after: 2s..4s, to: done}
  - name: done
    status: completed
    set: {completed_actions_count: 2, running_actions_count: 0, idle_actions_count: 0}
  - name: failed
    status: failed
    set: {failed_actions_count: 1, running_actions_count: 0, log: {error: The first action timed out}}
  - name: stopped
    status: stopped
    set: {stopped_actions_count: 2, running_actions_count: 0, idle_actions_count: 0}
"""


def start_text(name: str, *, embed: bool) -> str:
    """Return a commented file for a scenario of this name; it passes every check."""
    magic = {"$WORKFLOW": "wf_" + name.lower().replace("-", "_")}
    if embed:
        made = derive(b"execmock", "workflow", name)
        magic = {"$ID": uuid7(_BIRTH, made), "$HASHID": f"'{hashid(made[10:])}'"}
    text = _HEAD + (_EMBED if embed else _EXECUTIONS)
    for mark, value in {**magic, "$NAME": name, "$QUOTED": _quoted(name)}.items():
        text = text.replace(mark, value)
    return text


def _quoted(name: str) -> str:
    # Text that YAML would read as a number, a truth value or null needs quotes.
    plain = name[0].isalpha() and name.lower() not in ("true", "false", "null")
    return name if plain else f'"{name}"'
