"""The pages of the reading list, and of a learner's progress."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Resource, Topic
from insights.charts import bar_chart, dot_chart, likely_chart
from insights.coverage import in_all, score_of, section_rows, topic_rows
from insights.progress import progress_of
from insights.year import COLUMNS
from learners.access import learner_for_write, learner_of
from learners.http import SeeOther
from scheduler.queue import Scope, day_of


@never_cache
@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """The whole list: a section per topic, a row per reading."""
    learner = learner_of(request)
    rows = topic_rows(learner, Topic.objects.all())
    context = {
        "nav_current": "topics",
        "learner": learner,
        "topics": rows,
        "readings": sum(len(row.readings) for row in rows),
        "coverage": in_all(row.coverage for row in rows),
    }
    return render(request, "insights/topics.html", context)


@never_cache
@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    learner = learner_of(request)
    found = get_object_or_404(Topic, slug=slug)
    (row,) = topic_rows(learner, Topic.objects.filter(pk=found.pk))
    context = {
        "nav_current": "topics",
        "learner": learner,
        "topic": found,
        "row": row,
        "day": day_of(learner, timezone.now(), Scope(topic=slug)) if row.coverage.questions else None,
        "study_url": f"{reverse('quiz:study')}?topic={slug}",
    }
    return render(request, "insights/topic.html", context)


@require_POST
def follow(request: HttpRequest, slug: str) -> HttpResponse:
    """Follow the topic if the box is ticked; else new questions no longer come from it."""
    found = get_object_or_404(Topic, slug=slug)
    learner = learner_for_write(request, at=timezone.now())
    if "follow" in request.POST:
        learner.unfollowed.remove(found)
    else:
        learner.unfollowed.add(found)
    return SeeOther(f"{reverse('insights:topics')}#{slug}")


@never_cache
@require_safe
def reading(request: HttpRequest, slug: str) -> HttpResponse:
    learner = learner_of(request)
    found = get_object_or_404(Resource.objects.select_related("topic"), slug=slug)
    sections = section_rows(learner, found)
    coverage = in_all(section.coverage for section in sections)
    context = {
        "nav_current": "topics",
        "learner": learner,
        "reading": found,
        "host": urlsplit(found.url).netloc.removeprefix("www."),
        "sections": sections,
        "coverage": coverage,
        "score": score_of(learner, found) if learner and coverage.asked else None,
        "day": day_of(learner, timezone.now(), Scope(reading=slug)) if sections else None,
        "study_url": f"{reverse('quiz:study')}?reading={slug}",
    }
    return render(request, "insights/reading.html", context)


@never_cache
@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    learner = learner_of(request)
    found = progress_of(learner, timezone.now()) if learner else None
    context: dict[str, Any] = {"nav_current": "progress", "progress": found, "columns": COLUMNS}
    if found:
        context["bars"] = bar_chart(found.forecast)
        context["dots"] = dot_chart(found.weeks)
        context["readings"] = [(row, None if row.score.is_early else likely_chart(row.score)) for row in found.readings]
    return render(request, "insights/progress.html", context)
