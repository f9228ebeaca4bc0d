"""What commands can be told: options declared once; flag over variable over file over default. Pure."""

from __future__ import annotations

from execmock.settings.file import check_file
from execmock.settings.option import Option, option, options
from execmock.settings.parsers import ApiKey
from execmock.settings.resolve import Origin, Setting, build, resolve, unknown_variables
from execmock.settings.serve import ServeSettings
from execmock.settings.verify import VerifySettings

__all__ = [
    "SECTIONS",
    "ApiKey",
    "Option",
    "Origin",
    "ServeSettings",
    "Setting",
    "VerifySettings",
    "build",
    "check_file",
    "option",
    "options",
    "resolve",
    "unknown_variables",
]

SECTIONS: dict[str, type] = {"serve": ServeSettings, "verify": VerifySettings}
"""The commands that `execmock.yaml` has a section for, with their settings."""
