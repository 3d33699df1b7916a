"""Settings, the learner's data, and its end."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from learners import access, parts
from learners.forms import SettingsForm
from learners.http import SeeOther
from learners.models import Learner, time_zones

SUSPENDED_A_PAGE = 10


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """A visitor may look; her first change makes the guest."""
    at = timezone.now()
    if request.method != "POST":
        learner = access.learner_of(request) or Learner()
        form = SettingsForm(learner=learner, look=access.look_of(request))
        return _settings_page(request, form, parts.sections(None, learner, at=at))
    learner = access.learner_for_write(request, at=at, zone=request.POST.get("zone", ""))
    form = SettingsForm(request.POST, learner=learner, look=access.look_of(request))
    sections = parts.sections(request.POST, learner, at=at)
    if not all([form.is_valid(), *(section.is_valid() for section in sections)]):
        return _settings_page(request, form, sections, status=422)
    with transaction.atomic():
        form.save()
        for section in sections:
            section.save()
        parts.clock_changed(learner, at=at)
    messages.success(request, _("Your changes are saved."))
    response = SeeOther(reverse("learners:settings"))
    access.remember_look(response, form.cleaned_data["look"])
    return response


def _settings_page(
    request: HttpRequest, form: SettingsForm, sections: list[parts.Section], status: int = 200
) -> HttpResponse:
    learner = form.instance
    parts_of_page: list[parts.Section | SettingsForm] = [form, *sections]
    context = {
        "nav_current": "settings",
        "form": form,
        "sections": sections,
        "learner": learner if learner.pk else None,
        "wrong": [field for part in parts_of_page for field in part if field.errors],
        **_suspended(learner, request.GET.get("before", "")),
    }
    return render(request, "learners/settings.html", context, status=status)


def _suspended(learner: Learner, before: str) -> dict[str, Any]:
    """One page of suspended cards, newest first, and the address of the next; `before` is the last page's last card."""
    if not learner.pk:
        return {"suspended": [], "more_suspended_url": None}
    cards: QuerySet[Any] = learner.cards.living().filter(suspended_at__isnull=False).order_by("-pk")
    if last := access.whole_number(before):
        cards = cards.filter(pk__lt=last)
    page = list(cards.select_related("question__resource")[: SUSPENDED_A_PAGE + 1])
    more = len(page) > SUSPENDED_A_PAGE
    page = page[:SUSPENDED_A_PAGE]
    return {
        "suspended": page,
        "more_suspended_url": f"?{urlencode({'before': page[-1].pk})}#suspended" if more else None,
    }


@require_POST
def take_zone(request: HttpRequest) -> HttpResponse:
    """Sets the browser's time zone. No due date moves: a due day is a day wherever one is."""
    zone = request.POST.get("zone", "")
    if zone not in time_zones():
        messages.error(request, _("This browser does not say its time zone. Choose it from the list."))
        return SeeOther(reverse("learners:settings"))
    learner = access.learner_for_write(request, at=timezone.now(), zone=zone)
    learner.time_zone = zone
    with transaction.atomic():
        learner.save(update_fields=["time_zone"])
        parts.clock_changed(learner, at=timezone.now())
    messages.success(request, _("Your time zone is %(zone)s.") % {"zone": zone.replace("_", " ")})
    return SeeOther(reverse("learners:settings"))


@never_cache
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Everything kept of the learner, as one JSON file."""
    learner = access.learner_of(request)
    if learner is None:
        raise Http404
    name = f"readback-{timezone.now():%Y-%m-%d}.json"
    return JsonResponse(
        parts.export(learner),
        json_dumps_params={"indent": 1, "ensure_ascii": False},
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(enabled=lambda request: request.user.is_authenticated)  # type: ignore[untyped-decorator]
def delete(request: HttpRequest) -> HttpResponse:
    """Says what goes, then erases it. An account confirms that it is she; a guest has only the browser to show."""
    learner = access.learner_of(request)
    if learner is None:
        return SeeOther(reverse("learners:settings"))
    if request.method != "POST":
        counts = {"cards": learner.cards.living().count(), "reviews": learner.reviews.count()}
        context = {"nav_current": "settings", "export_url": reverse("learners:export"), **counts}
        return render(request, "learners/delete.html", context)
    parts.erase(learner)
    logout(request)
    access.access_of(request).forget_guest()
    return render(request, "learners/deleted.html", {"was_guest": learner.is_guest})
