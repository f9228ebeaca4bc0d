"""The conformant behaviour: what faults and variants derive from, each changing a method or two."""

from __future__ import annotations

from .parts.embedding import Embedding


class Behaviour(Embedding):
    """Answers the five operations as the contract says, at every level.

    Derived classes that call `super()` can be combined: a fault over a variant is their common subclass.
    """
