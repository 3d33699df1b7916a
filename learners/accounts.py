"""What allauth asks of this site: its words, its codes, its mail, and the signs of two-step sign-in."""

import logging
from io import BytesIO
from typing import Any, ClassVar

import qrcode  # type: ignore[import-untyped]
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from anymail.exceptions import AnymailConfigurationError, AnymailError
from django.contrib import messages
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage  # type: ignore[import-untyped]

from learners.models import User

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Sends account mail within the request, and says so on the page when it could not be sent."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed for now."),
        "duplicate_email": _("This address already belongs to your account."),
        "email_password_mismatch": _("This address and password do not go together."),
        "email_taken": _("This address cannot be used. Choose another."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": _("This is not the code. Type the newest one."),
        "incorrect_password": _("This is not your password."),
        "invalid_login": _("Write the whole address, such as ada@example.org."),
        "rate_limited": _("That was a little fast. Wait a minute, then try again."),
        "same_as_current": _("This is the address you have already."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then start again."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sends, or adds a message to the page: a mail server that is down must not undo what was done."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, AnymailError, AnymailConfigurationError) as error:
            # Its kind alone: the text of the fault may name the recipient.
            logger.error("mail not sent: %s (%s)", template_prefix, type(error).__name__)
            messages.error(
                allauth_context.request,
                gettext("The mail could not be sent; the fault is not yours. Nothing is lost: send it again."),
            )


class MFAAdapter(DefaultMFAAdapter):
    """Names of keys, and a QR code that needs no `data:` address."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("This cannot be turned off."),
        "cannot_generate_recovery_codes": _("Recovery codes come with a passkey or an authenticator app."),
        "incorrect_code": _("This is not the code, or the passkey did not answer. Try again."),
        "rate_limited": _("Too many tries. Wait five minutes, then start again."),
        "unverified_email": _("Confirm your address first."),
    }

    def build_totp_svg(self, url: str) -> str:
        """The QR code as an `<svg>` within the page, with a light ground of its own: phones need the contrast."""
        picture = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(picture)
        svg = picture.getvalue().decode().partition("?>")[2].strip()
        return svg.replace("<svg ", '<svg aria-hidden="true" ', 1)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey {number}").format(number=number)

    def _get_site_name(self) -> str:
        return "Readback"
