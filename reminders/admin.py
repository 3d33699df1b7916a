"""Reminders, for staff: what became of each, why somebody is or is not written to, and how her mail would look."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.core.mail import EmailMultiAlternatives
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from catalog.admin_base import KnownFilter, ReadOnlyAdmin
from learners.http import mail_in_a_frame
from reminders import ledger
from reminders.cadence import Reason, decide
from reminders.facts import facts_of
from reminders.mail import message_of
from reminders.models import MailOutage, Reminder, ReminderSetting
from reminders.words import decision_words, next_words, reason_words, when_words


class ReasonFilter(KnownFilter):
    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(reason.value, reason_words(reason)) for reason in Reason]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(reason=self.value()) if self.value() else queryset


class WishFilter(admin.ChoicesFieldListFilter):
    """Named so that *By …* reads well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("wish")


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    list_display = ("email", "study_day", "state", "why", "attempts", "trouble", "sent_at")
    list_filter = ("state", ReasonFilter, "study_day")
    exclude = ("reason",)
    readonly_fields = ("why", "learner_s_setting")
    search_fields = ("email", "message_id")
    search_help_text = _("An address or a Message-ID.")
    show_full_result_count = False

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, reminder: Reminder) -> str:
        return reason_words(reminder.reason)

    @admin.display(description=_("why not today, and the mail"))
    def learner_s_setting(self, reminder: Reminder) -> str:
        setting = ReminderSetting.objects.filter(learner=reminder.learner_id).first()
        if setting is None:
            return "—"
        address = reverse("admin:reminders_remindersetting_change", args=[setting.pk])
        return format_html('<a href="{}">{}</a>', address, _("The learner’s setting"))


@admin.register(ReminderSetting)
class ReminderSettingAdmin(ReadOnlyAdmin):
    """Her own to change; here to be understood."""

    list_display = ("address", "wish", "clock", "next_at", "snoozed_until", "away_from", "away_until")
    list_filter = (("wish", WishFilter),)
    list_select_related = ("learner__user",)
    search_fields = ("learner__user__email",)
    search_help_text = _("The address of an account.")
    show_full_result_count = False
    readonly_fields = ("address", "today", "next_reminder", "mail", "wished")
    fieldsets = (
        (_("Why not today?"), {"fields": ("today", "next_reminder", "mail")}),
        (None, {"fields": ("learner", "address", "wish", "wished", "next_at")}),
        (_("Breaks"), {"fields": ("snoozed_until", "away_from", "away_until")}),
    )

    @admin.display(description=_("address"), ordering="learner__user__email")
    def address(self, setting: ReminderSetting) -> str:
        return setting.learner.user.email if setting.learner.user else "—"

    @admin.display(description=_("days and hour"))
    def wished(self, setting: ReminderSetting) -> str:
        when = capfirst(when_words(setting.wish, setting.calendar))
        return f"{when} ({setting.learner.time_zone})"

    @admin.display(description=_("a mail today"))
    def today(self, setting: ReminderSetting) -> str:
        at = timezone.now()
        today = setting.calendar.study_day(at)
        return decision_words(decide(facts_of(setting, at=at), on=setting.calendar.date_in(today), today=today))

    @admin.display(description=_("as things stand"))
    def next_reminder(self, setting: ReminderSetting) -> str:
        at = timezone.now()
        return next_words(facts_of(setting, at=at), at=at)

    @admin.display(description=_("mail"))
    def mail(self, setting: ReminderSetting) -> str:
        address = reverse("admin:reminders_remindersetting_mail", args=[setting.pk])
        return format_html('<a href="{}">{}</a>', address, _("As it would read now"))

    def get_urls(self) -> list[URLPattern]:
        mail = self.admin_site.admin_view(self.mail_view)
        html = self.admin_site.admin_view(self.mail_html_view)
        return [
            path("<int:pk>/mail/", mail, name="reminders_remindersetting_mail"),
            path("<int:pk>/mail/html/", html, name="reminders_remindersetting_mail_html"),
            *super().get_urls(),
        ]

    def mail_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The mail that would be written now, as text and as HTML at a phone's width; its links are spoilt."""
        setting = self._setting(request, pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("The mail, as it would read now"),
            "opts": self.opts,
            "setting": setting,
            "message": preview_of(setting, at=timezone.now()),
        }
        return render(request, "admin/reminders/mail.html", context)

    def mail_html_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        message = preview_of(self._setting(request, pk), at=timezone.now())
        if message is None:
            raise Http404
        return mail_in_a_frame(request, str(message.alternatives[0][0]))

    def _setting(self, request: HttpRequest, pk: int) -> ReminderSetting:
        if not self.has_view_permission(request):
            raise Http404
        return get_object_or_404(ReminderSetting.objects.select_related("learner__user"), pk=pk)


def preview_of(setting: ReminderSetting, *, at: dt.datetime) -> EmailMultiAlternatives | None:
    """The mail that would be written now, whatever the decision; None if nothing is due or there is no account.

    Its links are those of nobody: staff must not study as her, nor stop her reminders.
    """
    if setting.learner.user is None:
        return None
    facts = facts_of(setting, at=at)
    wished = setting.calendar.latest_wish(at=at)._replace(today=setting.calendar.study_day(at))
    reminder = ledger.reminder_of(setting, facts, wished, Reason.DUE, at=at)
    setting.key = "preview"
    setting.learner.user.password = ""
    return message_of(setting, facts, reminder, at=at)


@admin.register(MailOutage)
class MailOutageAdmin(ReadOnlyAdmin):
    """Empty while mail leaves."""

    list_display = ("why", "since", "tries", "try_at")
