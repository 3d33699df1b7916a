"""A mail server that writes down what it is given and delivers nothing, or fails as a script says.

`python -m tests.integration.sink PORT JOURNAL` runs one that never fails, in a process of its own.
"""

import datetime as dt
import json
import socketserver
import ssl
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from email.parser import BytesHeaderParser
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class Stage(StrEnum):
    """What the client has just said. MESSAGE is the mail itself, up to its final dot."""

    CONNECT = "CONNECT"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    MESSAGE = "MESSAGE"


USUAL = {
    Stage.CONNECT: "220 sink.example.org",
    Stage.EHLO: "250-sink.example.org\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN",
    Stage.STARTTLS: "220 go ahead",
    Stage.AUTH: "235 welcome",
    Stage.MAIL: "250 ok",
    Stage.RCPT: "250 ok",
    Stage.DATA: "354 go ahead",
    Stage.MESSAGE: "250 taken",
}
# What a script may answer in the place of a reply: break the connection, or say nothing more and keep it open.
DROP = "drop"
HANG = "hang"

# The reply to what was just said, given the mail's recipient as far as it is known; None is the usual reply.
Script = Callable[[Stage, str], str | None]


class Delivery(NamedTuple):
    """One mail that was taken, and when (ISO 8601)."""

    message_id: str
    recipient: str
    at: str


class Sink(socketserver.ThreadingTCPServer):
    """Listens on 127.0.0.1; `deliveries` and `connections` tell what came."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int = 0, *, script: Script | None = None, journal: Path | None = None) -> None:
        self.script: Script = script or (lambda stage, recipient: None)
        self.journal = journal
        self.certificate: Path | None = None
        self.connections = 0
        self.deliveries: list[Delivery] = []
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Conversation)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def take(self, delivery: Delivery) -> None:
        """Write a mail down, before its sender hears that it was taken."""
        with self.lock:
            self.deliveries.append(delivery)
            if self.journal:
                with self.journal.open("a") as file:
                    file.write(json.dumps(delivery) + "\n")

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is killed, or that gives up, breaks its conversation off: nothing to tell of."""


def journal_of(path: Path) -> list[Delivery]:
    """What a sink with a journal has taken so far."""
    return [Delivery(*json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []


class Conversation(socketserver.StreamRequestHandler):
    """One connection of a client, a mail after the other."""

    disable_nagle_algorithm = True
    server: Sink

    def handle(self) -> None:
        with self.server.lock:
            self.server.connections += 1
        self.recipient = ""
        self.answer(Stage.CONNECT)
        while line := self.rfile.readline().decode().strip():
            verb, _, argument = line.upper().partition(" ")
            verb = "EHLO" if verb == "HELO" else verb
            if verb in USUAL:
                self.recipient = argument.partition("<")[2].partition(">")[0].lower() or self.recipient
                self.answer(Stage(verb))
            else:  # QUIT, RSET, NOOP
                self.say("250 ok")

    def answer(self, stage: Stage) -> None:
        reply = self.server.script(stage, self.recipient) or USUAL[stage]
        if reply == HANG:
            self.rfile.read()
        if reply in {HANG, DROP}:
            raise ConnectionAbortedError
        if stage is Stage.MESSAGE and reply.startswith("2"):
            self.server.take(Delivery(self.message_id, self.recipient, dt.datetime.now(dt.UTC).isoformat()))
        self.say(reply)
        if reply.startswith("354"):
            self.read_message()
            self.answer(Stage.MESSAGE)
        elif stage is Stage.STARTTLS and reply.startswith("220"):
            self.encrypt()

    def say(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode())

    def read_message(self) -> None:
        """Up to the final dot; one that breaks off before was not taken."""
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise ConnectionAbortedError
            lines.append(line)
        self.message_id = str(BytesHeaderParser().parsebytes(b"".join(lines))["Message-ID"])

    def encrypt(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        assert self.server.certificate, "STARTTLS needs a certificate."
        context.load_cert_chain(self.server.certificate)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.setup()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        Sink(int(sys.argv[1]), journal=Path(sys.argv[2])).serve_forever()
