"""What all settings have in common: they know what each of their values is called where it was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from execmock.errors import ExecmockError

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Options of a command. `called` holds by field what the user knows the value by."""

    called: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def named(self, name: str) -> str:
        """Return what a field is called where its value was given, such as `--port` or `EXECMOCK_PORT`.

        In a file that is `execmock.yaml:2:9: serve.port`, in a Python call the argument.
        """
        return self.called.get(name) or "--" + name.replace("_", "-")

    @contextmanager
    def naming(self, name: str) -> Iterator[None]:
        """Put what a field is called before the sentence of an error that is raised inside."""
        try:
            yield
        except ExecmockError as error:
            raise type(error)(f"{self.named(name)}: {error}") from error
