"""What staff see of reminders: what became of each, why not today, and the mail."""

import io

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse

from reminders import post
from reminders.management.commands.remind import Command
from reminders.models import Reminder, ReminderSetting
from tests.factories import AT, make_guest
from tests.quiz.test_views import text_of
from tests.reminders.writing import DAY, account_of, answer, make_setting, remind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def staff(client, administrator):
    client.force_login(administrator)
    return client


def test_reminders_are_listed_by_state_and_reason_in_words(staff):
    make_setting()
    remind()
    address = reverse("admin:reminders_reminder_changelist")
    assert "Something is due." in text_of(staff.get(address, {"state": "sent", "reason": "due"}))
    assert "0 reminders" in text_of(staff.get(address, {"reason": "studied"}))
    assert "Something is due." in text_of(staff.get(address, {"reason": "\x00"}))


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (lambda setting: None, "Yes. Something is due."),
        (lambda setting: answer(setting.learner, AT), "No. Studied today."),
        (lambda setting: remind(), "No. A mail for today was decided on already."),
        (lambda setting: remind(AT - DAY), "No. The last mail went unanswered, so the next one waits. Not before 24"),
    ],
)
def test_setting_answers_why_not_today(staff, prepare, told):
    setting = make_setting(next_at=AT - DAY)
    setting.learner.cards.update(due_on=AT.date() - DAY)
    prepare(setting)
    page = text_of(staff.get(reverse("admin:reminders_remindersetting_change", args=[setting.pk])))
    assert told in page


def test_reminder_names_its_address_and_leads_to_why_not_today(staff):
    setting = make_setting(weekdays="15", clock=AT.time())
    remind()
    assert account_of(setting).email in text_of(staff.get(reverse("admin:reminders_reminder_changelist")))
    page = text_of(staff.get(reverse("admin:reminders_reminder_change", args=[Reminder.objects.get().pk])))
    address = reverse("admin:reminders_remindersetting_change", args=[setting.pk])
    assert f'<a href="{address}">' in page
    assert "On a Monday or Friday when something is due, at 09:00 (UTC)" in text_of(staff.get(address))


def test_mail_is_shown_as_it_would_read_with_links_that_open_nothing(staff, client):
    setting = make_setting(cards=3)
    page = staff.get(reverse("admin:reminders_remindersetting_mail", args=[setting.pk]))
    assert "3 cards are due: about 1 minute" in text_of(page)
    frame = staff.get(reverse("admin:reminders_remindersetting_mail_html", args=[setting.pk]))
    assert "Answer it" in text_of(frame)
    assert setting.key not in text_of(page) + text_of(frame)
    assert not Reminder.objects.exists()
    setting.refresh_from_db()
    assert len(setting.key) > 20


def test_frame_of_a_mail_may_load_run_and_send_nothing(staff):
    setting = make_setting()
    frame = staff.get(reverse("admin:reminders_remindersetting_mail_html", args=[setting.pk]))
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert "unsafe" not in staff.get("/admin/")["Content-Security-Policy"]


def test_nothing_due_has_no_mail_to_show(staff):
    setting = make_setting(cards=0)
    address = reverse("admin:reminders_remindersetting_mail", args=[setting.pk])
    assert "There is no mail to show" in text_of(staff.get(address))
    assert staff.get(f"{address}html/").status_code == 404


def test_outage_is_listed_while_it_lasts(staff):
    post.begin_outage("the mail server refuses the password (535)", at=AT)
    assert "refuses the password" in text_of(staff.get(reverse("admin:reminders_mailoutage_changelist")))


def test_readiness_says_that_mail_does_not_leave_and_why(client):
    assert client.get("/readyz").json()["mail"] == "ok"
    post.begin_outage("the mail server refuses the password (535)", at=AT)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["mail"] == (
        "none has left since 2026-11-23 09:00 UTC: the mail server refuses the password (535)"
    )


def printed(*arguments: str) -> str:
    out = io.StringIO()
    call_command("remind", *arguments, stdout=out)
    return out.getvalue()


def test_dry_run_prints_every_decision_at_a_moment_and_changes_nothing(mailoutbox):
    due, idle = make_setting(), make_setting(cards=0)
    make_guest()
    lines = printed("--dry-run", "--at", "2026-11-25T09:00:00+00:00").splitlines()
    assert lines == [
        f"{due.learner}  2026-11-25  Yes. Something is due.",
        f"{idle.learner}  2026-11-25  No. Nothing is due.",
        "due: 1, nothing-due: 1",
    ]
    assert not Reminder.objects.exists()
    assert mailoutbox == []


def test_dry_run_of_nobody_says_so():
    assert printed("--dry-run") == "Nobody.\n"


def test_command_does_a_tick_s_work_by_hand(mailoutbox, learner):
    make_setting()
    assert printed() == "1 looked at, 1 mail taken up.\n"
    assert len(mailoutbox) == 1
    assert ReminderSetting.objects.filter(learner=learner).exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--at", "2026-11-25T09:00:00+00:00"),
        ("--dry-run", "--at", "2026-11-25T09:00"),
        ("--dry-run", "--at", "2026-02-30T09:00:00+00:00"),
        ("--dry-run", "--at", "soon"),
    ],
)
def test_command_refuses_what_it_cannot_mean(arguments):
    with pytest.raises(CommandError, match="--at"):
        printed(*arguments)


def test_moment_that_is_none_is_told_at_the_shell_without_a_traceback(capsys):
    with pytest.raises(SystemExit):
        Command().run_from_argv(["manage.py", "remind", "--dry-run", "--at", "soon"])
    assert "argument --at: write a moment with its offset, such as 2026-11-23T09:00" in capsys.readouterr().err


def test_first_page_of_the_admin_says_that_mail_does_not_leave(staff):
    assert "No mail has left" not in text_of(staff.get("/admin/"))
    post.begin_outage("the mail server refuses the password (535)", at=AT)
    assert "No mail has left since 23 November 09:00 UTC: the mail server refuses the password" in text_of(
        staff.get("/admin/")
    )
