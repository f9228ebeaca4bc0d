"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# The machine's speed is no verdict, and CI draws the same examples in every run.
settings.register_profile("execmock", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("execmock")

# A project of its own: tests/packaging runs it against the installed wheel.
collect_ignore = ["sample_project"]
