"""What commands can be told: options declared once; flag over variable over file over default. Pure."""

from __future__ import annotations

from execmock.settings.absent import ABSENT
from execmock.settings.arguments import explains_arguments, from_arguments, unknown_argument
from execmock.settings.file import check_file, file_mistakes
from execmock.settings.fit import fit
from execmock.settings.flags import as_flags
from execmock.settings.option import Option, option, options
from execmock.settings.parsers import ApiKey
from execmock.settings.proxy import ProxySettings
from execmock.settings.record import RecordSettings
from execmock.settings.resolve import Origin, Setting, build, resolve, unknown_variables
from execmock.settings.serve import ServeSettings
from execmock.settings.shared import Level
from execmock.settings.verify import Effort, VerifySettings

__all__ = [
    "ABSENT",
    "SECTIONS",
    "ApiKey",
    "Effort",
    "Level",
    "Option",
    "Origin",
    "ProxySettings",
    "RecordSettings",
    "ServeSettings",
    "Setting",
    "VerifySettings",
    "as_flags",
    "build",
    "check_file",
    "explains_arguments",
    "file_mistakes",
    "fit",
    "from_arguments",
    "option",
    "options",
    "resolve",
    "unknown_argument",
    "unknown_variables",
]

SECTIONS: dict[str, type] = {
    "serve": ServeSettings,
    "verify": VerifySettings,
    "proxy": ProxySettings,
    "record": RecordSettings,
}
"""The commands that `execmock.yaml` has a section for, with their settings."""
