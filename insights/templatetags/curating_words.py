"""What the answers tell of a question, in words for curators."""

from math import sqrt
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from insights.charts import RecallChart, recall_chart, share_bar
from insights.figures import LEARNERS_NEEDED
from insights.mending import Complaint, Fault
from insights.models import Case, ItemStatistic
from insights.score import Z_95, percent
from insights.stages import LATE_FROM

register = template.Library()

# A rival that surely draws more of the good learners than the key does. `mending.RIVAL_FROM` is taken off already.
SURELY_MORE_THAN_THE_KEY = 0.25


@register.filter
def points(difference: float) -> str:
    """A difference of shares in whole points, such as "−14" or "+3"."""
    whole = round(difference * 100)
    return f"{'−' if whole < 0 else '+' if whole > 0 else ''}{abs(whole)}"


@register.filter
def figure(value: float | None) -> str:
    """A figure in percent, as Moodle prints it, such as "57.7"; "–" for what is not known."""
    return "–" if value is None else f"{value:.1f}".replace("-", "−")


@register.filter
def share(value: float | None) -> str:
    """Such as "41%"; "–" for what is not known."""
    return "–" if value is None else f"{percent(value)}%"


@register.filter
def learners(count: int) -> str:
    return ngettext("%(count)s\u00a0learner", "%(count)s\u00a0learners", count) % {"count": intcomma(count)}


@register.filter
def reviews(count: int) -> str:
    return ngettext("%(count)s\u00a0review", "%(count)s\u00a0reviews", count) % {"count": intcomma(count)}


@register.filter
def reasons(statistic: ItemStatistic) -> list[str]:
    """What speaks against the question, the worst first. Options are named by their texts: prefetch the choices."""
    return [reason(Complaint(*row), statistic) for row in statistic.complaints]


def reason(complaint: Complaint, statistic: ItemStatistic) -> str:
    """One complaint as a sentence."""
    values: dict[str, Any] = {"share": share(complaint.share), "points": abs(round(complaint.share * 100))}
    match Fault(complaint.fault):
        case Fault.FORGOTTEN:
            text = _("Forgotten %(points)s percentage points more often than its delays and its learners explain.")
        case Fault.RIVAL:
            values["option"] = _option(statistic, complaint.option)
            text = _("“%(option)s” draws %(share)s of the good learners: a second right answer?")
            if complaint.severity > SURELY_MORE_THAN_THE_KEY:
                text = _("“%(option)s” draws %(share)s of the good learners, more than the key: is the key wrong?")
        case Fault.AGAINST:
            text = _("Good learners fail it more often than weak ones do: a wrong key, or a trick?")
        case Fault.EASY:
            text = _("%(share)s of the weak learners know it at the first try: too easy, or does it give its key away?")
        case Fault.LEECHES:
            values["learners"] = learners(complaint.option)
            text = ngettext(
                "%(learners)s has forgotten it eight times.",
                "%(learners)s have forgotten it eight times.",
                complaint.option,
            )
        case Fault.REPORTS:
            values["learners"] = learners(complaint.option)
            text = _("%(learners)s reported it.")
        case Fault.DEAD:
            values["option"] = _option(statistic, complaint.option)
            text = _("Next to nobody picks “%(option)s” (%(share)s).")
            if not complaint.share:
                text = _("Nobody picks “%(option)s”.")
        case Fault.LATE:
            text = _("Recalled in %(share)s of its reviews, as its delays and learners explain: asked late, not bad.")
    return text % values


def _option(statistic: ItemStatistic, number: int) -> str:
    texts = (choice.text for choice in statistic.question.choices.all() if choice.number == number)
    return short(next(texts, _("option %(number)s") % {"number": number}), 40)


@register.filter
def short(text: str, length: int = 80) -> str:
    """The beginning of a text, on one line and without the marks of code."""
    line = " ".join(text.replace("`", "").split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


@register.filter
def first_sentence(statistic: ItemStatistic) -> str:
    """What the first answers say in all."""
    if statistic.facility is None:
        return too_early(statistic.first_answers)
    text = _("%(facility)s%% of the first answers, by %(learners)s, were right.") % {
        "facility": round(statistic.facility),
        "learners": learners(statistic.first_answers),
    }
    if statistic.discrimination is None:
        return text
    if abs(statistic.discrimination) < 100 * Z_95 / sqrt(statistic.first_answers - 3):
        more = _("How learners do elsewhere says little of how they do here (index %(index)s).")
    elif statistic.discrimination > 0:
        more = _("Learners who do well elsewhere do better here too (index %(index)s).")
    else:
        more = _("Learners who do well elsewhere do worse here (index %(index)s).")
    return f"{text} {more % {'index': figure(statistic.discrimination)}}"


@register.filter
def residual_sentence(statistic: ItemStatistic) -> str:
    """Recall against what was expected, with how sure that is."""
    if statistic.residual is None:
        return too_early(statistic.reviewers)
    values = {
        "recalled": share(statistic.recalled),
        "reviews": reviews(statistic.reviews),
        "expected": share(statistic.expected),
        "points": points(statistic.residual),
        "low": points(statistic.residual_low or 0),
        "high": points(statistic.residual_high or 0),
    }
    return (
        _(
            "Recalled in %(recalled)s of %(reviews)s; the middle question of its kind would have been in %(expected)s, "
            "asked of the same learners after the same delays. The difference is %(points)s percentage points, likely "
            "%(low)s to %(high)s."
        )
        % values
    )


@register.filter
def too_early(count: int) -> str:
    """Such as "Too early: 4 learners; figures need 10."."""
    if count >= LEARNERS_NEEDED:
        return _("Not told: together with what a wording tells, it would give away the answers of a few.")
    return _("Too early: %(learners)s; figures need %(needed)s.") % {
        "learners": learners(count),
        "needed": LEARNERS_NEEDED,
    }


@register.filter
def lateness(gap: dict[str, Any]) -> str:
    """Such as "in time", "after 1.25 to 2 intervals", "after more than 4 intervals"; the ends of several in a row."""
    first, last = gap["lateness"], gap["up_to"]
    after = f"{LATE_FROM[first - 1]:g}" if first else None
    until = f"{LATE_FROM[last]:g}" if last < len(LATE_FROM) else None
    if after is None and until is None:
        return _("whenever")
    if last == 0:
        return _("in time")
    if after is None:
        return _("after up to %(until)s intervals") % {"until": until}
    if until is None:
        return _("after more than %(after)s intervals") % {"after": after}
    return _("after %(after)s to %(until)s intervals") % {"after": after, "until": until}


@register.filter
def recalled_share(gap: dict[str, Any]) -> str:
    return share(gap["recalled"] / gap["reviews"])


@register.filter
def expected_share(gap: dict[str, Any]) -> str:
    return share(gap["expected"] / gap["reviews"])


@register.filter
def gap_chart(gap: dict[str, Any]) -> RecallChart:
    return recall_chart(gap["recalled"], gap["reviews"], gap["expected"])


@register.filter
def bar(value: float | None) -> str:
    return share_bar(value or 0)


@register.filter
def evidence(case: Case) -> str:
    """Why the case was opened, as the figures stood."""
    numbers = case.evidence
    match Case.Trigger(case.trigger):
        case Case.Trigger.RESIDUAL:
            text = _(
                "Recalled in %(recalled)s of %(reviews)s by %(learners)s; %(expected)s would be expected of them after "
                "these delays. The difference is %(points)s percentage points, likely %(low)s to %(high)s."
            )
            return text % {
                "recalled": share(numbers["recalled"]),
                "expected": share(numbers["expected"]),
                "reviews": reviews(numbers["reviews"]),
                "learners": learners(numbers["reviewers"]),
                "points": points(numbers["residual"]),
                "low": points(numbers["residual_low"]),
                "high": points(numbers["residual_high"]),
            }
        case Case.Trigger.LEECHES:
            text = _("%(leeches)s of %(learners)s have forgotten it eight times or more.")
            return text % {"leeches": numbers["leeches"], "learners": learners(numbers["learners"])}
        case Case.Trigger.REPORTS:
            text = _("%(reporters)s reported this wording, of %(learners)s who answered it.")
            return text % {"reporters": learners(numbers["reports"]), "learners": learners(numbers["learners"])}


@register.filter
def findings(case: Case) -> str:
    """What the answers to the new wording say, so far or in the end."""
    numbers = case.findings
    if case.mended_by is None:
        return _("No new wording has been published yet.")
    if not numbers:
        return _("Nobody has answered the new wording yet.")
    said = [_reported(numbers)] if case.trigger == Case.Trigger.REPORTS else []
    compared = _("Its recall cannot be compared yet: no delay has been met on both sides by enough learners.")
    return " ".join([*said, _compared(numbers) if is_compared(case) else compared])


@register.filter
def verdict(case: Case) -> str:
    """What closed the case; nothing for one that a person dismissed, whose reason says it."""
    for_reports = case.trigger == Case.Trigger.REPORTS
    match Case.Status(case.status):
        case Case.Status.HELPED if for_reports:
            return _("Of those who met the new wording, fewer than one in thirty reported it.")
        case Case.Status.HELPED:
            return _("The gain is sure: the whole likely range lies above zero.")
        case Case.Status.UNHELPED if for_reports:
            return _("The new wording was reported as well. It may open a case of its own.")
        case Case.Status.UNHELPED:
            return _(
                "A gain of five percentage points is ruled out, or still unclear after many answers. The new wording "
                "may open a case of its own."
            )
    return ""


@register.filter
def is_compared(case: Case) -> bool:
    """Whether the findings compare recall, and enough learners are behind either side for it to be told."""
    return all(case.findings.get(f"learners_{side}", 0) >= LEARNERS_NEEDED for side in ("before", "after"))


def _reported(numbers: dict[str, Any]) -> str:
    text = _("Of %(learners)s who met the new wording, %(reports)s reported it.")
    reports = numbers["reports"] or pgettext("of learners", "none")
    return text % {"learners": learners(numbers["learners"]), "reports": reports}


def _compared(numbers: dict[str, Any]) -> str:
    text = _(
        "At matched delays %(before)s was recalled before and %(after)s after: %(points)s percentage points, likely "
        "%(low)s to %(high)s. This rests on %(counted_before)s answers before and %(counted_after)s after."
    )
    return text % {
        "before": share(numbers["before"]),
        "after": share(numbers["after"]),
        "points": points(numbers["difference"]),
        "low": points(numbers["low"]),
        "high": points(numbers["high"]),
        "counted_before": intcomma(numbers["counted_before"]),
        "counted_after": intcomma(numbers["counted_after"]),
    }
