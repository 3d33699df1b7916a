"""What is logged, and how: one line an event, in words on a laptop and as JSON in production.

Never a card's text, an address or a token: so a request is logged by its path, without its query, without the
address that it came from, and without what a mail's link has in its path.
"""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest
from django_structlog import middlewares

# The addresses of a mail: whoever has one may study, stop or pause as its reader.
_OF_A_MAIL = re.compile(r"(/reminders/(?:open|stop|pause)/)[^/\s]+")


def hide_addresses_of_mails(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Takes the secret out of every address of a mail that a line would show."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _OF_A_MAIL.sub(r"\1…", value)
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    hide_addresses_of_mails,
]


class RequestMiddleware(middlewares.RequestMiddleware):
    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """Where a learner sits is nobody's business."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"


def logging_settings(*, json: bool, level: str) -> dict[str, Any]:
    """Django's LOGGING, with structlog's events and plain log records in one form."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # Plain tracebacks: the pretty ones print local variables, and with them answers and addresses.
    console = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    renderer: Any = structlog.processors.JSONRenderer() if json else console
    finish: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if json:
        finish.append(structlog.processors.format_exc_info)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [*finish, renderer],
                "foreign_pre_chain": SHARED,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"level": level, "propagate": True, "handlers": []},
            "django.server": {"level": level, "propagate": True, "handlers": []},
        },
    }
