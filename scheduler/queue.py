"""Which cards today, and in which order. Derived at each request, never stored; each step walks an index.

(1) due cards, (2) new questions, (3) skipped ones, (4) the drill.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from catalog.models import Question, QuestionRevision
from learners.models import Learner
from scheduler.grading import today_of, undoable
from scheduler.models import Card, DayTotal, Review
from scheduler.transitions import in_drill, is_due, is_new

COUNTED_UP_TO = 200
PACE_OVER_DAYS = 30
PACE_UNKNOWN_MS = 15_000
PACE_KNOWN_FROM_ANSWERS = 10
DRILL_RESTS_MINUTES = 10
NEW_LOOKED_AT_PER_NEW = 4
NEW_FOR_A_VISITOR = Learner._meta.get_field("new_per_day").default


def capped(count: int) -> str:
    """A count as a page shows it: beyond the cap it is not known."""
    return f"{COUNTED_UP_TO}+" if count > COUNTED_UP_TO else str(count)


class Scope(NamedTuple):
    """What a sitting is restricted to: a topic's or a reading's slug, or all of it.

    `question` comes first if it may be asked today; on the study day `more_on` (ISO), `more` new questions are
    allowed beyond the day's limit.
    """

    topic: str = ""
    reading: str = ""
    question: str = ""
    ahead: bool = False
    more: int = 0
    more_on: str = ""

    def of_questions(self, prefix: str = "") -> Q:
        wanted = {"resource__topic__slug": self.topic, "resource__slug": self.reading}
        return Q(**{prefix + lookup: slug for lookup, slug in wanted.items() if slug})


EVERYTHING = Scope()


@dataclass(frozen=True)
class Day:
    """A learner's study day as it stands. Counts stop at `COUNTED_UP_TO` + 1; `waiting` are due beyond her limit."""

    today: dt.date
    due: int = 0
    drill: int = 0
    skipped_due: int = 0
    skipped_new: int = 0
    waiting: int = 0
    new_ids: list[int] = field(default_factory=list)
    answers: int = 0
    recalled: int = 0
    introduced: int = 0
    elapsed_ms: int = 0
    pace_ms: int = PACE_UNKNOWN_MS
    undo_id: int | None = None
    stopped: bool = False

    @property
    def new(self) -> int:
        return len(self.new_ids)

    @property
    def skipped(self) -> int:
        return self.skipped_due + self.skipped_new

    @property
    def left(self) -> int:
        return self.due + self.new + self.skipped + self.drill

    def minutes_for(self, cards: int) -> int:
        """How long so many cards take this learner, to the nearest minute."""
        return round(cards * self.pace_ms / 60_000)


class Upcoming(NamedTuple):
    """The card to show next, unsaved while the learner has none, and what it counts as: due, new, drill or ahead.

    `revision_id` is the wording that its question has now, `seen_id` the one that the learner saw last.
    """

    card: Card
    revision_id: int
    kind: str
    seen_id: int | None = None
    rests_since_minutes: int | None = None


class _Counted(Subquery):
    """How many rows a query has, as one value among others."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def day_of(learner: Learner | None, at: dt.datetime, scope: Scope = EVERYTHING) -> Day:
    """The learner's day within a scope, in two queries; a visitor without a row has a day of new questions alone."""
    if learner is None:
        return Day(today=at.date(), new_ids=_new_ids(None, at.date(), scope, limit=NEW_FOR_A_VISITOR))
    today = today_of(learner, at)
    row = _count(learner, today, scope)
    cap = max(0, learner.reviews_per_day - (row["answers"] - row["introduced"]))
    more = scope.more if scope.more_on == today.isoformat() else 0
    limit = max(0, learner.new_per_day + more - row["introduced"])
    due, new_ids = min(row["due"], cap), _new_ids(learner, today, scope, limit)
    return Day(
        today=today,
        due=due,
        waiting=max(0, row["due"] + row["skipped_due"] - cap),
        drill=row["drill"],
        skipped_due=min(row["skipped_due"], cap - due),
        skipped_new=min(row["skipped_new"], limit - len(new_ids)),
        new_ids=new_ids,
        answers=row["answers"],
        recalled=row["recalled"],
        introduced=row["introduced"],
        elapsed_ms=row["elapsed_ms"],
        pace_ms=pace_ms(row["recent_answers"], row["recent_ms"]),
        undo_id=row["undo_id"],
        stopped=learner.stopped_on == today,
    )


def next_card(learner: Learner | None, day: Day, at: dt.datetime, scope: Scope = EVERYTHING) -> Upcoming | None:
    """The card to show now, in one query (two for the last of the drill), or None when the day is done.

    `rests_since_minutes` is set on the last card left, to be repeated, if it was answered under ten minutes ago.
    """
    if scope.question and (wanted := _wanted(learner, day, scope)):
        return wanted
    if scope.ahead:
        return _first(ahead(learner, day.today, scope), "ahead") if learner else None
    if day.due and learner:
        return _first(learner.cards.due(day.today).filter(scope.of_questions("question__")), "due")
    if day.new_ids:
        return _new(learner, day.new_ids[0])
    if day.skipped and learner:
        return _first(_skipped(learner, day, scope), "due")
    if day.drill and learner:
        upcoming = _first(learner.cards.drill(day.today).filter(scope.of_questions("question__")), "drill")
        if upcoming and day.left == 1:
            return upcoming._replace(rests_since_minutes=_rests_since_minutes(upcoming.card, at))
        return upcoming
    return None


def _wanted(learner: Learner | None, day: Day, scope: Scope) -> Upcoming | None:
    """The card of the question asked for by name, if it is due, new or in the drill today."""
    wanted = Question.objects.published().filter(slug=scope.question)
    if learner and (found := _first(learner.cards.living().filter(question__in=wanted), "due")):
        state = found.card.state
        if state.suspended_at or state.buried_on == day.today:
            return None
        if is_due(state, day.today):
            return found
        if in_drill(state, day.today):
            return found._replace(kind="drill")
        if not is_new(state):
            return None
    question = wanted.values_list("pk", flat=True).first()
    return _new(learner, question) if question and day.new else None


def ahead(learner: Learner, today: dt.date, scope: Scope = EVERYTHING) -> QuerySet[Card]:
    """Cards that are not due yet and were not before the learner today, soonest first."""
    seen_today = Review.objects.standing().filter(card=OuterRef("pk"), study_day=today)
    cards: QuerySet[Card] = learner.cards.awake(today).filter(
        scope.of_questions("question__"), ~Exists(seen_today), due_on__gt=today
    )
    return cards.order_by("due_on", "shuffle", "id")


def new_beyond(learner: Learner, day: Day, scope: Scope) -> bool:
    """Whether any new question is left when the day's limit is raised by `scope.more`."""
    return bool(_new_ids(learner, day.today, scope, limit=1))


def pace_ms(answers: int, elapsed_ms: int) -> int:
    """Milliseconds an answer takes this learner, the drill included; a plain guess until she has given ten."""
    if answers < PACE_KNOWN_FROM_ANSWERS:
        return PACE_UNKNOWN_MS
    return max(1_000, elapsed_ms // answers)


def _count(learner: Learner, today: dt.date, scope: Scope) -> dict[str, Any]:
    cards = learner.cards.filter(scope.of_questions("question__"))
    skipped = _skipped_today(cards, learner, today)
    totals = DayTotal.objects.filter(learner=learner)
    today_total = totals.filter(study_day=today)
    recent = totals.filter(study_day__gt=today - dt.timedelta(days=PACE_OVER_DAYS)).values("learner")
    row = (
        Learner.objects.filter(pk=learner.pk)
        .values(
            due=_counted(cards.due(today)),
            drill=_counted(cards.drill(today)),
            skipped_due=_counted(skipped.filter(due_on__lte=today)),
            skipped_new=_counted(skipped.filter(due_on=None)),
            undo_id=Subquery(undoable(learner, today).values("pk")[:1]),
            recent_answers=Coalesce(Subquery(recent.annotate(sum=Sum("answers")).values("sum")), 0),
            recent_ms=Coalesce(Subquery(recent.annotate(sum=Sum("elapsed_ms")).values("sum")), 0),
            **{
                name: Coalesce(Subquery(today_total.values(name)[:1]), 0)
                for name in ("answers", "recalled", "introduced", "elapsed_ms")
            },
        )
        .get()
    )
    return dict(row)


def _counted(rows: QuerySet[Any]) -> _Counted:
    return _Counted(rows.order_by().values("pk")[: COUNTED_UP_TO + 1])


def _new_ids(learner: Learner | None, today: dt.date, scope: Scope, limit: int) -> list[int]:
    """The new questions of the day, by rank: never two of one concept, nor one of a concept answered today.

    Looks at four candidates for each it may take: a longer run of siblings is met on later days.
    """
    if limit <= 0:
        return []
    candidates = Question.objects.published().filter(scope.of_questions()).order_by("rank")
    if learner:
        met = (
            learner.cards.living()
            .filter(question=OuterRef("pk"))
            .filter(Q(due_on__isnull=False) | Q(suspended_at__isnull=False) | Q(buried_on=today) | Q(skipped_on=today))
        )
        candidates = candidates.filter(~Exists(met)).exclude(concept__in=_concepts_answered(learner, today))
        if not scope.topic and not scope.reading:
            candidates = candidates.exclude(resource__topic__in=learner.unfollowed.all())
    chosen: dict[str, int] = {}
    for pk, concept in candidates.values_list("pk", "concept")[: limit * NEW_LOOKED_AT_PER_NEW]:
        chosen.setdefault(concept or f"question {pk}", pk)
    return list(chosen.values())[:limit]


def _concepts_answered(learner: Learner, today: dt.date) -> QuerySet[Any]:
    answers = Review.objects.answers().filter(learner=learner, study_day=today)
    return answers.exclude(card__question__concept="").values("card__question__concept")


def _skipped_today(cards: Any, learner: Learner, today: dt.date) -> Any:
    """What was skipped today; a new question only if no sibling of it was answered meanwhile."""
    siblings = Q(due_on=None, question__concept__in=_concepts_answered(learner, today))
    return cards.awake(today).skipped(today).exclude(siblings)


def _skipped(learner: Learner, day: Day, scope: Scope) -> QuerySet[Card]:
    """What was skipped, as far as the day's limits have room for it."""
    cards: QuerySet[Card] = _skipped_today(learner.cards, learner, day.today)
    if not day.skipped_due:
        cards = cards.filter(due_on=None)
    if not day.skipped_new:
        cards = cards.exclude(due_on=None)
    return cards.filter(scope.of_questions("question__")).order_by("touched_at", "id")


def _first(cards: QuerySet[Card], kind: str) -> Upcoming | None:
    card = (
        cards.select_related("question__resource__topic")
        .annotate(revision_id=_revision("question"), seen_id=_seen())
        .first()
    )
    return Upcoming(card, card.revision_id, kind, card.seen_id) if card else None


def _new(learner: Learner | None, question_id: int) -> Upcoming | None:
    """A new question with its card, which there is already if its first answer was undone or it was resumed."""
    cards = Card.objects.living().filter(learner=learner, question=OuterRef("pk"))
    question: Any = (
        Question.objects.with_reading()
        .annotate(revision_id=_revision("pk"), sequence=Coalesce(Subquery(cards.values("sequence")[:1]), 0))
        .filter(pk=question_id)
        .order_by()
        .first()
    )
    if question is None:
        return None
    return Upcoming(Card(learner=learner, question=question, sequence=question.sequence), question.revision_id, "new")


def _revision(question: str) -> Subquery:
    """The id of the wording that a question has now: what a ticket remembers."""
    return Subquery(QuestionRevision.objects.filter(question=OuterRef(question)).order_by("-number").values("pk")[:1])


def _seen() -> Subquery:
    """The id of the wording that the learner of a card saw last."""
    seen = Review.objects.standing().filter(card=OuterRef("pk"), revision__isnull=False)
    return Subquery(seen.order_by("-sequence").values("revision")[:1])


def _rests_since_minutes(card: Card, at: dt.datetime) -> int | None:
    graded = card.reviews.filter(quality__isnull=False).order_by("-id")
    answered_at = graded.values_list("reviewed_at", flat=True).first()
    minutes = (at - answered_at).total_seconds() // 60 if answered_at else DRILL_RESTS_MINUTES
    return int(minutes) if minutes < DRILL_RESTS_MINUTES else None
