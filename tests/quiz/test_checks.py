import pytest
from django.core.checks import run_checks

from quiz.management.commands.demo import ACCOUNTS
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    return [message.id or "" for message in run_checks(databases=["default"])]


@pytest.mark.parametrize("email", ACCOUNTS)
def test_demo_account_in_production_is_an_error(settings, email) -> None:
    make_user(email)
    settings.PRODUCTION = True
    assert "readback.E001" in found()


def test_demo_account_on_a_laptop_is_none() -> None:
    make_user(ACCOUNTS[0])
    assert "readback.E001" not in found()


def test_production_without_demo_accounts_is_well(settings) -> None:
    make_user()
    settings.PRODUCTION = True
    assert "readback.E001" not in found()
