"""Which port to listen on."""

import errno
import socket

from tools import StopError

LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
FIRST_PORT = 8000
PORTS_TRIED = 100


def choose_port(wanted: str | None) -> int:
    """The port that was asked for, else the first free one from 8000 on, so that a second start keeps its address."""
    if wanted is None:
        return (
            next((port for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED) if is_free(port)), None) or free_port()
        )
    if not (wanted.isascii() and wanted.isdecimal() and 0 < int(wanted) < 65536):
        raise StopError(f"PORT is {wanted!r}: it must be a number from 1 to 65535.")
    if not is_free(int(wanted)):
        raise StopError(
            f"Port {wanted} is taken by another program, or not yours to use.\n"
            "Stop that program or choose another port, as in: PORT=9000 make run"
        )
    return int(wanted)


def is_free(port: int) -> bool:
    """Whether one may listen on this port and nobody does, on 127.0.0.1 and ::1: browsers try both for `localhost`."""
    return all(is_free_at(family, address, port) for family, address in LOOPBACK.items())


def is_free_at(family: socket.AddressFamily, address: str, port: int) -> bool:
    """Whether one address has this port free; an address that the machine lacks takes no port away."""
    try:
        with socket.socket(family) as caller:
            if caller.connect_ex((address, port)) == 0:
                return False
        with socket.socket(family) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
    except OSError as error:
        return error.errno not in (errno.EADDRINUSE, errno.EACCES)
    return True


def free_port() -> int:
    """A port that the system says is free."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(port: int) -> bool:
    """Whether something accepts connections on 127.0.0.1 at this port."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
