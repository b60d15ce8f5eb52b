"""Tests of addresses that cannot be listened on."""

from __future__ import annotations

import socket

import pytest

from mien.errors import OptionError
from mien.service.running import _listen
from mien.service.settings import ServiceSettings

pytestmark = pytest.mark.unit


def test_an_address_that_is_not_this_machines_is_the_hosts_fault() -> None:
    with pytest.raises(OptionError, match=r"^--host: cannot listen on 192\.0\.2\.1:0 "):
        _listen(ServiceSettings(host="192.0.2.1", port=0))


def test_a_port_that_is_taken_is_the_ports_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OptionError, match=f"^--port: cannot listen on 127.0.0.1:{port} "):
            _listen(ServiceSettings(port=port))
