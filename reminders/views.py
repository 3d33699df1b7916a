"""The pages behind a mail's links. Fetching one, as mail scanners do, changes nothing; pressing its button does."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.models import Question
from learners.access import access_of, let_in_by_mail
from learners.http import SeeOther
from learners.mailed import BadPass
from reminders import settings as reminder_settings
from reminders.cadence import Wish
from reminders.links import OpenLink, settings_path
from reminders.models import Reminder, ReminderSetting

View = Callable[..., HttpResponse]


def from_a_mail(view: View) -> View:
    """The address holds a secret: it is kept out of caches, and out of what the next page is told."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> HttpResponse:
        response = never_cache(view)(*args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return wrapped


@from_a_mail
@require_safe
def open_quiz(request: HttpRequest, token: str) -> HttpResponse:
    """Open the quiz at the mail's question: a cookie for the study pages, and on to them. Writes no row.

    Whoever is signed in stays so. A link that is over, or no longer fits her address and password, says what to do.
    """
    at = timezone.now()
    try:
        link = OpenLink.read(token)
    except BadPass:
        return _page(request, "gone", status=HTTPStatus.NOT_FOUND)
    learner = link.mail_pass.holder()
    known = Reminder.objects.filter(pk=link.reminder_id, learner=link.mail_pass.learner_id).exists()
    if learner is None or not known or at >= link.mail_pass.until:
        return _page(request, "over", status=HTTPStatus.GONE)
    slug = Question.objects.filter(pk=link.question_id).values_list("slug", flat=True).first() or ""
    study = f"{reverse('quiz:study')}?{urlencode({'question': slug})}"
    user = access_of(request).user
    if user is not None and user.pk != learner.user_id:
        messages.info(request, _("That mail was for someone else. You stay signed in, and these are your own cards."))
        return HttpResponseRedirect(reverse("quiz:study"))
    response = HttpResponseRedirect(study)
    if user is None:
        let_in_by_mail(response, link.mail_pass, at=at)
    return response


@csrf_exempt
@from_a_mail
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, key: str) -> HttpResponse:
    """A page with one button; the button, or a mail program by itself (RFC 8058), stops the reminders.

    The key in the address is what allows it: a mail program has no cookie. Twice is as good as once.
    """
    setting = ReminderSetting.objects.filter(key=key).first()
    if setting is None:
        return _page(request, "no-key", status=HTTPStatus.NOT_FOUND)
    if request.method == "POST":
        reminder_settings.stop(setting)
    elif setting.wish != Wish.NEVER:
        return _page(request, "stop")
    return _page(request, "stopped")


@csrf_exempt
@from_a_mail
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, key: str) -> HttpResponse:
    """A page with one button, which pauses the reminders for a week from today. Allowed by its key, like `stop`."""
    setting = ReminderSetting.objects.select_related("learner__user").filter(key=key).first()
    if setting is None:
        return _page(request, "no-key", status=HTTPStatus.NOT_FOUND)
    if setting.wish == Wish.NEVER:
        return _page(request, "stopped")
    if request.method != "POST":
        return _page(request, "pause")
    reminder_settings.snooze(setting, at=timezone.now())
    assert setting.snoozed_until is not None
    return _page(request, "paused", until=date_format(setting.snoozed_until, "l j F"))


@require_POST
@login_required
def try_again(request: HttpRequest) -> HttpResponse:
    """Write to an address again that refused mail before."""
    reminder_settings.forgive_address(access_of(request).user)
    messages.success(request, _("The next reminder goes to your address again."))
    return SeeOther(f"{reverse('learners:settings')}#reminders")


def _page(request: HttpRequest, what: str, *, status: int = HTTPStatus.OK, **context: Any) -> HttpResponse:
    """A page without the request's own: it reads no session and sets no cookie."""
    shown = {"what": what, "look": request.COOKIES.get("look", ""), "settings_url": settings_path(), **context}
    return HttpResponse(render_to_string("reminders/page.html", shown), status=status)
