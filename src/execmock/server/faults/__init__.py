"""Faults at the edge: what strikes a request, the answers they give, how they are written to a connection."""
