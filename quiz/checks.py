"""System checks for mistakes of deployment."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connection

from learners.models import User
from quiz.management.commands.demo import ACCOUNTS


def no_demo_accounts_in_production(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Their password is public. Looks into the database only where `check --database` or a migration asks for it."""
    if not (settings.PRODUCTION and databases):
        return []
    if User._meta.db_table not in connection.introspection.table_names():
        return []  # the first migration of a fresh database: there are no accounts yet
    found = User.objects.filter(email__in=ACCOUNTS).values_list("email", flat=True)
    return [
        Error(
            f"The demo account {email} is in a production database, and its password is public.",
            hint="Delete it in the admin, or start with a fresh database.",
            id="readback.E001",
        )
        for email in found
    ]
