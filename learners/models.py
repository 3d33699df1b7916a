"""Who is learning: the account that signs in, and the learner who studies."""

import datetime as dt
import zoneinfo
from functools import cache
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes accounts whose login is their e-mail address."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An account with a usable password, or none when `password` is None. Raises ValueError without an address."""
        if not email:
            raise ValueError("An account needs an e-mail address.")
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An account that may do everything in the admin."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractUser):
    """An account. The e-mail address, whatever its case, is the login."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    # The address that its own mail server turned down for good; another one may well take mail.
    refused_email = models.EmailField(_("address that refused mail"), blank=True, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_in_any_case")]

    def __str__(self) -> str:
        return self.email

    @property
    def mail_is_refused(self) -> bool:
        """Whether mail to the account's present address comes back."""
        return bool(self.refused_email) and self.refused_email.lower() == self.email.lower()


@cache
def time_zones() -> frozenset[str]:
    """Every IANA time zone that this machine knows. Reading them takes a tenth of a second, hence once a process."""
    return frozenset(zoneinfo.available_timezones()) - {"localtime", "Factory"}


def validate_time_zone(name: str) -> None:
    """Raises ValidationError unless `name` is an IANA time zone that this machine knows."""
    if name not in time_zones():
        raise ValidationError(_("There is no time zone of this name. Choose one such as Europe/Berlin."))


class LearnerQuerySet(models.QuerySet["Learner"]):
    def owned_by(self, owner: str) -> "LearnerQuerySet":
        """The one learner that `learners.access.owner_of` names: u and the account's id, or g and the guest's key."""
        if owner.startswith("u"):
            return self.filter(user_id=int(owner[1:]))
        return self.filter(guest_key=owner[1:])


class Learner(models.Model):
    """One person's study profile. It belongs to an account, or to a guest known by her browser's cookie."""

    class Buttons(models.TextChoices):
        FOUR = "4", _("Four")
        TWO = "2", _("Two")
        SIX = "6", _("Six")

    user = models.OneToOneField(User, models.CASCADE, null=True, blank=True, related_name="learner")
    guest_key = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    day_start = models.TimeField(_("day starts at"), default=dt.time(4))
    new_per_day = models.PositiveSmallIntegerField(
        _("new questions a day"), default=10, validators=[MaxValueValidator(200)]
    )
    reviews_per_day = models.PositiveSmallIntegerField(
        _("reviews a day"), default=200, validators=[MinValueValidator(1), MaxValueValidator(2000)]
    )
    buttons = models.CharField(_("buttons"), max_length=1, choices=Buttons, default=Buttons.FOUR)
    intervals_shown = models.BooleanField(_("show when a card would come back"), default=True)
    keys_on = models.BooleanField(_("keys"), default=True)
    # What is *not* followed is kept, so that a new topic reaches everybody and a new learner costs no rows.
    unfollowed = models.ManyToManyField("catalog.Topic", blank=True, related_name="+", verbose_name=_("not followed"))
    last_study_day = models.DateField(null=True, blank=True, editable=False)
    stopped_on = models.DateField(null=True, blank=True, editable=False)
    # What became of a report of hers waits to be told. Read with her row, it costs no page a query.
    has_outcomes = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(editable=False)
    seen_at = models.DateTimeField(db_index=True, editable=False)

    objects: ClassVar[Any] = LearnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("learner")
        verbose_name_plural = _("learners")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) ^ models.Q(guest_key__isnull=False),
                name="learner_has_an_account_or_is_a_guest",
            )
        ]

    def __str__(self) -> str:
        return f"{_('guest')} {self.pk}" if self.is_guest else f"{_('learner')} {self.pk}"

    @property
    def is_guest(self) -> bool:
        return self.user_id is None
