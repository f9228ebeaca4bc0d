"""`python -m execmock` is the `execmock` command."""

from __future__ import annotations

import sys

from execmock.cli import main

__all__: list[str] = []

sys.exit(main())
