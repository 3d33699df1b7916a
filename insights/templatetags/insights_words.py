"""What the figures say, in words."""

from collections.abc import Sequence

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from insights.charts import fullest_day
from insights.coverage import Coverage
from insights.progress import DueDay
from insights.score import REVIEWS_NEEDED, Score, percent
from insights.weeks import Week, score_of_weeks
from insights.year import Year
from scheduler.queue import Day, capped

register = template.Library()


@register.filter
def questions(count: int) -> str:
    """Such as "1 question", "22 questions"."""
    return ngettext("%(count)s\u00a0question", "%(count)s\u00a0questions", count) % {"count": intcomma(count)}


@register.filter
def known(coverage: Coverage) -> str:
    """Such as "9 held, 8 learning, 5 not asked yet", without what there is none of."""
    if not coverage.questions:
        return _("No questions yet")
    if not coverage.asked:
        return _("%(questions)s, none asked yet") % {"questions": questions(coverage.questions)}
    parts = (
        (coverage.held, _("%(count)s\u00a0held")),
        (coverage.learning, _("%(count)s\u00a0learning")),
        (coverage.not_asked, _("%(count)s\u00a0not asked yet")),
    )
    return ", ".join(text % {"count": intcomma(count)} for count, text in parts if count)


@register.filter
def known_of_all(coverage: Coverage) -> str:
    """Such as "22 questions: 9 held, 8 learning, 5 not asked yet."."""
    if not coverage.asked:
        return known(coverage) + "."
    return f"{questions(coverage.questions)}: {known(coverage)}."


@register.filter
def left_today(day: Day) -> str:
    """Such as "3 due, 5 new": what the study page will ask today, at most as far as it counts."""
    parts = (
        (day.due, _("%(count)s\u00a0due")),
        (day.new, _("%(count)s\u00a0new")),
        (day.skipped, _("%(count)s\u00a0skipped")),
        (day.drill, _("%(count)s\u00a0to repeat")),
    )
    return ", ".join(text % {"count": capped(count)} for count, text in parts if count) or _("nothing due today")


@register.filter
def score_sentence(score: Score) -> str:
    """Such as "Your score is 86%, likely between 76 and 92%."; of too few reviews, how many there are."""
    if score.is_early:
        return _("It is too early for a score: %(reviews)s.") % {"reviews": reviews_needed(score)}
    return _("Your score is %(score)s%%, likely between %(low)s and %(high)s%%.") % _score_values(score)


@register.filter
def likely(score: Score) -> str:
    """Such as "likely 76 to 92%, from 83 reviews"."""
    if score.is_early:
        return reviews_needed(score)
    return _("likely %(low)s to %(high)s%%, from %(reviews)s") % {
        **_score_values(score),
        "reviews": _reviews(score.reviews),
    }


@register.filter
def reviews_needed(score: Score) -> str:
    """Such as "8 reviews; a score needs 10"."""
    return _("%(reviews)s; a score needs %(needed)s") % {
        "reviews": _reviews(score.reviews),
        "needed": REVIEWS_NEEDED,
    }


@register.filter
def held_sentence(coverage: Coverage) -> str:
    """Such as "You hold 96 of 392 questions."."""
    if not coverage.held:
        return _("You hold none of %(questions)s yet.") % {"questions": questions(coverage.questions)}
    return _("You hold %(held)s of %(questions)s.") % {
        "held": intcomma(coverage.held),
        "questions": questions(coverage.questions),
    }


@register.filter
def learning_sentence(coverage: Coverage) -> str:
    """Such as "A held card rests 30 days or more at a time. Another 71 are being learned."."""
    text = _("A held card rests 30\u00a0days or more at a time.")
    if not coverage.learning:
        return text
    if coverage.held:
        more = ngettext(
            "Another %(count)s\u00a0is being learned.", "Another %(count)s\u00a0are being learned.", coverage.learning
        )
    else:
        more = ngettext(
            "%(count)s\u00a0card is being learned.", "%(count)s\u00a0cards are being learned.", coverage.learning
        )
    return f"{text} {more % {'count': intcomma(coverage.learning)}}"


@register.filter
def year_sentence(year: Year) -> str:
    """Such as "1,931 reviews on 213 of 358 days; 15 days in November. Days of rest are part of it."."""
    month = year.months[-1]
    return _("%(reviews)s on %(studied)s of %(days)s; %(in_month)s in %(month)s. Days of rest are part of it.") % {
        "reviews": _reviews(year.reviews),
        "studied": year.studied,
        "days": _days(year.days),
        "in_month": _days(month.studied),
        "month": date_format(month.first, "F"),
    }


@register.filter
def forecast_sentence(days: Sequence[DueDay]) -> str:
    """Such as "126 cards will come due, about 4 a day. The fullest day is Wednesday 2 December, with 11."."""
    cards = sum(day.cards for day in days)
    if not cards:
        return _("No card comes due in the next 30\u00a0days.")
    fullest = fullest_day(days)
    values = {"count": intcomma(cards), "a_day": round(cards / len(days))}
    if cards >= len(days):
        come = ngettext(
            "%(count)s\u00a0card will come due, about %(a_day)s a day.",
            "%(count)s\u00a0cards will come due, about %(a_day)s a day.",
            cards,
        )
    else:
        come = ngettext("%(count)s\u00a0card will come due.", "%(count)s\u00a0cards will come due.", cards)
    when = _("The fullest day is %(day)s, with %(cards)s.") % {
        "day": date_format(fullest.day, "l j\u00a0F"),
        "cards": fullest.cards,
    }
    return f"{come % values} {when}"


@register.filter
def weeks_sentence(weeks: Sequence[Week]) -> str:
    """Such as "In the last twelve weeks you knew the answer at the first try in 368 of 414 reviews: 89%. …"."""
    score = score_of_weeks(weeks)
    if not score.reviews:
        return _("No reviews in the last twelve weeks.")
    text = _(
        "In the last twelve weeks you knew the answer at the first try in %(recalled)s of %(reviews)s: %(percent)s%%."
    ) % {
        "recalled": intcomma(score.recalled),
        "reviews": _reviews(score.reviews),
        "percent": score.percent,
    }
    if weeks[-1].score:
        line = _("The line through a dot is the range it is likely to lie in; this week is not over.")
    else:
        line = _("The line through a dot is the range it is likely to lie in.")
    return f"{text} {line}"


@register.filter
def in_percent(share: float) -> str:
    return f"{percent(share)}%"


def _score_values(score: Score) -> dict[str, int]:
    return {"score": score.percent, "low": percent(score.likely.low), "high": percent(score.likely.high)}


def _reviews(count: int) -> str:
    return ngettext("%(count)s\u00a0review", "%(count)s\u00a0reviews", count) % {"count": intcomma(count)}


def _days(count: int) -> str:
    return ngettext("%(count)s\u00a0day", "%(count)s\u00a0days", count) % {"count": count}
