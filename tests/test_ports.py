"""A port that a test took is its own, whatever else runs on the machine."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.ports import free_port, reserved


def test_a_port_is_given_once() -> None:
    port = free_port()
    assert list(reserved([port])) == []
    assert free_port() != port


def test_a_port_on_which_something_listens_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert list(reserved([port])) == []


def test_no_outgoing_connection_is_given_such_a_port() -> None:
    first, _ = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    assert free_port() < int(first)
