"""Example values, made from JSON Schemas: the same for the same schema and seed."""

from __future__ import annotations

from execmock.core.example.maker import example_of
from execmock.core.example.seeded import ExampleError

__all__ = ["ExampleError", "example_of"]
