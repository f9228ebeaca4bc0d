"""A scenario played in virtual time: what would happen, when and why, without a server."""

from __future__ import annotations

from execmock.core.preview.diagram import as_mermaid
from execmock.core.preview.play import Cause, Played, Script, Sent, play
from execmock.core.preview.table import as_json, as_table
from execmock.core.preview.timeline import Emitted, Ending, Entered, Ignored, Timeline, timeline

__all__ = [
    "Cause",
    "Emitted",
    "Ending",
    "Entered",
    "Ignored",
    "Played",
    "Script",
    "Sent",
    "Timeline",
    "as_json",
    "as_mermaid",
    "as_table",
    "play",
    "timeline",
]
