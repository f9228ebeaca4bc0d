"""Records what executions go through, from the traffic of any service, as files that the mock plays."""

from __future__ import annotations

from execmock.recorder.recording import Recording, record

__all__ = ["Recording", "record"]
