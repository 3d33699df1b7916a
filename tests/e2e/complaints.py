"""What a browser complains of on its console while somebody reads."""

from playwright.sync_api import ConsoleMessage


class Complaints(list[str]):
    """What browsers complained of so far. A test that provokes complaints says which it expects."""

    def __init__(self) -> None:
        self.expected: tuple[str, ...] = ()

    def expects(self, *parts: str) -> None:
        self.expected += parts

    def hears(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.append(f"{message.location.get('url', '')}: {message.text}")

    @property
    def unexpected(self) -> list[str]:
        return [complaint for complaint in self if not any(part in complaint for part in self.expected)]
