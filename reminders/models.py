"""How a learner wishes to be called back, and the ledger of every mail that was decided on."""

import datetime as dt
import secrets
from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from reminders.cadence import EVERY_WEEKDAY, Calendar, Wish


def new_key() -> str:
    """A key that nobody guesses. It is kept, not signed, so that it outlives a change of the signing key."""
    return secrets.token_urlsafe(24)


class ReminderSettingQuerySet(models.QuerySet["ReminderSetting"]):
    def to_look_at(self, at: dt.datetime) -> "ReminderSettingQuerySet":
        """Those whose moment has come, longest waiting first, with their learners."""
        return self.filter(next_at__lte=at).order_by("next_at", "pk").select_related("learner__user")

    def of_claimed(self, reminder: "Reminder") -> "ReminderSettingQuerySet":
        """That of a claimed mail's learner, with her account; none if the claim no longer holds."""
        held = Reminder.objects.waiting().filter(pk=reminder.pk, try_at=reminder.try_at)
        return self.filter(learner__reminders__in=held).select_related("learner__user")


class ReminderSetting(models.Model):
    """When one learner wishes to be written to. `next_at` (UTC) is when to decide next; NULL is never.

    `snoozed_until` is the first date that is free again; the break includes both its dates. `key` opens the pages of
    a mail that stop or pause the reminders.
    """

    class When(models.TextChoices):
        EVERY = Wish.EVERY.value, _("Every day that something is due")
        PAYS = Wish.PAYS.value, _("When it pays")
        NEVER = Wish.NEVER.value, _("Never")

    learner = models.OneToOneField("learners.Learner", models.CASCADE, related_name="reminder_setting")
    wish = models.CharField(_("write to me"), max_length=10, choices=When, default=When.EVERY)
    clock = models.TimeField(_("at"), default=dt.time(8))
    weekdays = models.CharField(
        _("on"), max_length=7, default=EVERY_WEEKDAY, validators=[RegexValidator(r"^1?2?3?4?5?6?7?$")]
    )
    snoozed_until = models.DateField(_("paused until"), null=True, blank=True)
    away_from = models.DateField(_("break from"), null=True, blank=True)
    away_until = models.DateField(_("break until"), null=True, blank=True)
    next_at = models.DateTimeField(_("next look"), null=True, blank=True, db_index=True)
    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)

    objects: ClassVar = ReminderSettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder setting")
        verbose_name_plural = _("reminder settings")

    def __str__(self) -> str:
        return str(self.learner)

    @property
    def calendar(self) -> Calendar:
        """Reads the learner: select her with the setting."""
        return Calendar(
            clock=self.clock,
            time_zone=self.learner.time_zone,
            day_start=self.learner.day_start,
            weekdays=self.weekdays,
            snoozed_until=self.snoozed_until,
            away_from=self.away_from,
            away_until=self.away_until,
        )


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def waiting(self) -> "ReminderQuerySet":
        return self.filter(state=Reminder.State.WAITING)

    def sent(self) -> "ReminderQuerySet":
        return self.filter(state=Reminder.State.SENT)

    def to_send(self, at: dt.datetime) -> "ReminderQuerySet":
        """Those that nobody is at, whose pause is over and whose study day is not, longest waiting first."""
        return self.waiting().filter(try_at__lte=at, expires_at__gt=at).order_by("try_at", "pk")

    def expired(self, at: dt.datetime) -> "ReminderQuerySet":
        """Those whose study day ended before they were sent, unless somebody is still at them."""
        return self.waiting().filter(expires_at__lte=at, try_at__lte=at)


class Reminder(models.Model):
    """One mail to one learner for one study day: the row is the queue, its uniqueness the promise of one mail.

    `try_at` is the first moment when a sender may take it: the end of a lease while one is at it, of a pause after a
    failure. `email` is the address it was decided for, `message_id` the same in every copy. `ignored` counts the
    mails before it that no answer followed; `reason` says why it was written, or why it was not sent after all.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        DROPPED = "dropped", _("not sent: no longer wanted")
        EXPIRED = "expired", _("not sent: its day is over")
        REFUSED = "refused", _("not sent: refused")

    learner = models.ForeignKey("learners.Learner", models.CASCADE, related_name="reminders")
    study_day = models.DateField(_("study day"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=20)
    email = models.EmailField(_("address"))
    message_id = models.CharField("Message-ID", max_length=200, unique=True)
    ignored = models.PositiveSmallIntegerField(_("ignored before"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    trouble = models.CharField(_("last trouble"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("decided"))
    try_at = models.DateTimeField(_("not before"))
    expires_at = models.DateTimeField(_("expires"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects: ClassVar = ReminderQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["learner", "study_day"], name="one_reminder_a_learner_and_day")
        ]
        indexes: ClassVar = [
            models.Index(fields=["try_at", "id"], condition=models.Q(state="waiting"), name="reminder_waiting"),
        ]
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")

    def __str__(self) -> str:
        return f"{self.learner_id} {self.study_day}"


class MailOutage(models.Model):
    """That mail does not leave at all, since when and why: at most one row. Until `try_at` nobody tries.

    `tries` counts the attempts since it began; each makes the next pause longer.
    """

    since = models.DateTimeField(_("since"))
    why = models.CharField(_("why"), max_length=80)
    tries = models.PositiveIntegerField(_("tries"), default=1)
    try_at = models.DateTimeField(_("next try"))

    class Meta:
        verbose_name = _("mail outage")
        verbose_name_plural = _("mail outages")

    def __str__(self) -> str:
        return self.why
