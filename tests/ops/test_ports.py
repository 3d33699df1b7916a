"""Which port `make run` takes."""

import socket

import pytest

from tools import StopError, ports


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_that_is_asked_for_and_free_is_taken():
    port = ports.free_port()

    assert ports.choose_port(str(port)) == port


def test_a_taken_port_is_an_error_that_says_what_to_do(taken):
    with pytest.raises(StopError, match=f"Port {taken} is taken.*\n.*PORT=9000 make run"):
        ports.choose_port(str(taken))


@pytest.mark.parametrize("wanted", ["", "web", "0", "65536", "-1", "8000.5", "²"])
def test_what_is_not_a_port_is_an_error(wanted):
    with pytest.raises(StopError, match="must be a number from 1 to 65535"):
        ports.choose_port(wanted)


def test_the_first_free_port_is_taken_when_none_is_asked_for(monkeypatch, taken):
    monkeypatch.setattr(ports, "FIRST_PORT", taken)

    assert taken < ports.choose_port(None) < taken + ports.PORTS_TRIED


def test_a_port_taken_on_the_other_localhost_is_not_free():
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        return  # a machine without IPv6 has one localhost only
    with server:
        assert not ports.is_free(server.getsockname()[1])
