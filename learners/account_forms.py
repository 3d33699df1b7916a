"""allauth's forms with this site's labels and hints, and without placeholders."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

EMAIL = _("E-mail")
PASSWORD = _("Password")
NEW_PASSWORD = _("New password")
CODE = _("Code")
CODE_HINT = _("Nothing there? Look where unwanted mail goes, or send it again.")
PASSWORD_HINT = _("At least 10 characters; a few words are good.")


class Plain(forms.BaseForm):
    """Labels and hints of our own. A password is typed once: it can be looked at, and reset by mail."""

    labels: ClassVar[dict[str, Any]] = {}
    hints: ClassVar[dict[str, Any]] = {}
    numeric: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            field.error_messages["required"] = _("This is still empty.")
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = _("Write the whole address, such as ada@example.org.")
        if self.numeric:
            self.fields["code"].widget.attrs["inputmode"] = "numeric"


class LoginForm(Plain, account.LoginForm):
    labels: ClassVar = {"login": EMAIL, "password": PASSWORD}


class SignupForm(Plain, account.SignupForm):
    labels: ClassVar = {"email": EMAIL, "password1": PASSWORD}
    hints: ClassVar = {
        "email": _(
            "A code goes to this address, and later a mail on days when cards are due, until you turn that off."
        ),
        "password1": PASSWORD_HINT,
    }


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    labels: ClassVar = {"oldpassword": _("Current password"), "password1": NEW_PASSWORD}
    hints: ClassVar = {"password1": PASSWORD_HINT}


class SetPasswordForm(Plain, account.SetPasswordForm):
    labels: ClassVar = {"password1": NEW_PASSWORD}
    hints: ClassVar = {"password1": PASSWORD_HINT}


class ResetPasswordForm(Plain, account.ResetPasswordForm):
    labels: ClassVar = {"email": EMAIL}


class ResetPasswordKeyForm(Plain, account.ResetPasswordKeyForm):
    labels: ClassVar = {"password1": NEW_PASSWORD}
    hints: ClassVar = {"password1": PASSWORD_HINT}


class ReauthenticateForm(Plain, account.ReauthenticateForm):
    labels: ClassVar = {"password": PASSWORD}


class RequestLoginCodeForm(Plain, account.RequestLoginCodeForm):
    labels: ClassVar = {"email": EMAIL}


class ConfirmLoginCodeForm(Plain, account.ConfirmLoginCodeForm):
    labels: ClassVar = {"code": CODE}
    hints: ClassVar = {"code": CODE_HINT}
    numeric = True


class ConfirmEmailCodeForm(Plain, account.ConfirmEmailVerificationCodeForm):
    labels: ClassVar = {"code": CODE}
    hints: ClassVar = {"code": CODE_HINT}
    numeric = True


class ConfirmResetCodeForm(Plain, account.ConfirmPasswordResetCodeForm):
    labels: ClassVar = {"code": CODE}
    hints: ClassVar = {"code": CODE_HINT}
    numeric = True


class AddEmailForm(Plain, account.AddEmailForm):
    labels: ClassVar = {"email": _("New address")}
    hints: ClassVar = {"email": _("A code goes there. Until you have typed it, your present address stays.")}


class AuthenticateForm(Plain, mfa.AuthenticateForm):
    labels: ClassVar = {"code": CODE}
    hints: ClassVar = {"code": _("From your authenticator app, or a recovery code.")}
    numeric = True


class MFAReauthenticateForm(Plain, mfa.ReauthenticateForm):
    labels: ClassVar = {"code": CODE}
    hints: ClassVar = {"code": _("From your authenticator app, or a recovery code.")}
    numeric = True


class ActivateTOTPForm(Plain, totp.ActivateTOTPForm):
    labels: ClassVar = {"code": _("Code that the app shows")}
    numeric = True


class AddPasskeyForm(Plain, webauthn.AddWebAuthnForm):
    labels: ClassVar = {"name": _("Name"), "passwordless": _("Sign in with it alone")}
    hints: ClassVar = {
        "name": _("To tell it from others, such as Phone."),
        "passwordless": _("Without your password. The device then asks for its PIN, your finger or your face."),
    }


class SignupPasskeyForm(Plain, webauthn.SignupWebAuthnForm):
    labels: ClassVar = {"name": _("Name")}
    hints: ClassVar = {"name": _("To tell it from others, such as Phone.")}


class EditPasskeyForm(Plain, webauthn.EditWebAuthnForm):
    labels: ClassVar = {"name": _("Name")}
