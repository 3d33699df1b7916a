"""When to look at a learner next, whether to write to her then, and why. Pure.

*When it pays* follows the rule of Orbit's review sessions (andymatuschak/orbit,
packages/backend/src/notifications/reviewSessionScheduling.ts): write when a whole session is ready, or when waiting
costs more than it saves; else wait for a fuller session within a week.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from scheduler.days import moment_at, study_day

FULL_SESSION_CARDS = 50
LOOK_AHEAD_DAYS = 7
MOST_FORGOTTEN = 2.0
RECALLED_WHEN_DUE = 0.9
# How many days the next mail waits at least, after the first, second … that no answer followed.
WAITS_DAYS = (2, 2, 5, 10, 20, 30)
EVERY_WEEKDAY = "1234567"
FORESEEN_DAYS = 45
LONGEST_BREAK_DAYS = 366
DAY = dt.timedelta(days=1)


class Wish(StrEnum):
    EVERY = "every"
    PAYS = "pays"
    NEVER = "never"


class Reason(StrEnum):
    """Why a mail is written, why not, or why it was not sent after all."""

    DUE = "due"
    FULL = "full"
    COSTLY = "costly"
    NO_BETTER = "no-better"

    OFF = "off"
    NO_ADDRESS = "no-address"
    REFUSED = "refused"
    SILENT = "silent"
    SNOOZED = "snoozed"
    AWAY = "away"
    WEEKDAY = "weekday"
    STUDIED = "studied"
    WRITTEN = "written"
    WAITING = "waiting"
    NOTHING_DUE = "nothing-due"
    FULLER_SOON = "fuller-soon"

    # Of a mail that was decided on:
    ADDRESS_CHANGED = "address-changed"
    CONTENT_REFUSED = "content-refused"


class Due(NamedTuple):
    """One card's due study day, and the interval in days after which it was planned for then."""

    on: dt.date
    interval_days: int


@dataclass(frozen=True)
class Calendar:
    """When a learner wishes to be written to: her clock, and days on which it rests.

    `weekdays` holds ISO numbers, "1" for Monday. `snoozed_until` is the first local date that is free again; the
    break from `away_from` to `away_until` includes both dates, and an end that is not set is open.
    """

    clock: dt.time
    time_zone: str
    day_start: dt.time
    weekdays: str = EVERY_WEEKDAY
    snoozed_until: dt.date | None = None
    away_from: dt.date | None = None
    away_until: dt.date | None = None

    def study_day(self, moment: dt.datetime) -> dt.date:
        return study_day(moment, self.time_zone, self.day_start)

    def rests(self, on: dt.date) -> Reason | None:
        """Why nothing is written on a local date, whatever is due; None for a date that is free."""
        if self.snoozed_until is not None and on < self.snoozed_until:
            return Reason.SNOOZED
        if self.away_from is not None and self.away_from <= on <= (self.away_until or dt.date.max):
            return Reason.AWAY
        if str(on.isoweekday()) not in self.weekdays:
            return Reason.WEEKDAY
        return None

    def date_in(self, today: dt.date) -> dt.date:
        """The local date on which her clock stands at the wished time within a study day."""
        dates = (today, today + DAY)
        stands = (on for on in dates if self.study_day(moment_at(on, self.clock, self.time_zone)) == today)
        return next(stands, today)

    def wishes(self, *, after: dt.datetime) -> Iterator["Wished"]:
        """The wished moments later than `after`, in order, one a local date that is free.

        They end `FORESEEN_DAYS` days after the last break that ends within a year: in an endless one there is none.
        """
        day = after.astimezone(dt.UTC).date() - DAY
        rested = max(day, self.snoozed_until or day, self.away_until or day)
        last = min(rested, day + LONGEST_BREAK_DAYS * DAY) + FORESEEN_DAYS * DAY
        while day <= last:
            if self.rests(day) is None and (moment := moment_at(day, self.clock, self.time_zone)) > after:
                yield Wished(moment, day, self.study_day(moment))
            day += DAY

    def latest_wish(self, *, at: dt.datetime) -> "Wished":
        """The last moment up to `at` when her clock stood at the wished time, on whatever date."""
        day = at.astimezone(dt.UTC).date() + DAY
        while (moment := moment_at(day, self.clock, self.time_zone)) > at:
            day -= DAY
        return Wished(moment, day, self.study_day(moment))


class Wished(NamedTuple):
    """A moment (UTC) when a mail may be written, its local date `on`, and the study day `today` that it falls in."""

    moment: dt.datetime
    on: dt.date
    today: dt.date


@dataclass(frozen=True)
class Facts:
    """What a decision rests on.

    `cards` are hers that are due by some day ahead, soonest first, cut off well beyond a full session; `cards_in_all`
    stops at a full session. `limit` is her reviews a day. `ignored` counts the mails sent that no answer followed
    since, the last of them on the study day `last_mail_on`; `written_on` is that of the latest mail in whatever state.
    """

    wish: str
    calendar: Calendar
    has_address: bool
    is_refused: bool
    studied_on: dt.date | None
    written_on: dt.date | None
    ignored: int
    last_mail_on: dt.date | None
    cards: Sequence[Due]
    cards_in_all: int
    limit: int

    def due(self, today: dt.date) -> list[Due]:
        return [card for card in self.cards if card.on <= today]

    def cards_due(self, today: dt.date) -> int:
        """How many cards the study day asks: what is due, up to her limit."""
        return min(len(self.due(today)), self.limit)


class Decision(NamedTuple):
    """Whether to write, and why or why not. `until` is the first study day on which WAITING ends."""

    write: bool
    reason: Reason
    until: dt.date | None = None


class Forecast(NamedTuple):
    """The next mail if nothing is answered until then, and about how many cards it will name."""

    moment: dt.datetime
    cards: int


def decide(facts: Facts, *, on: dt.date, today: dt.date) -> Decision:
    """Whether a mail is written on the local date `on`, in the study day `today`."""
    if reason := _hindrance(facts, on=on, today=today):
        return Decision(write=False, reason=reason)
    if (until := _waits_until(facts)) and today < until:
        return Decision(write=False, reason=Reason.WAITING, until=until)
    if not facts.due(today):
        return Decision(write=False, reason=Reason.NOTHING_DUE)
    if facts.wish == Wish.EVERY:
        return Decision(write=True, reason=Reason.DUE)
    reason = _pays(facts, today)
    return Decision(write=reason is not Reason.FULLER_SOON, reason=reason)


def decide_again(facts: Facts, *, on: dt.date, today: dt.date) -> Decision:
    """The same for a mail of `today` that was decided on and waits to be sent."""
    return decide(replace(facts, written_on=None), on=on, today=today)


def foresee(facts: Facts, *, after: dt.datetime) -> Forecast | None:
    """The next mail, as things stand now; None if none comes within the foreseen days."""
    for wished in facts.calendar.wishes(after=after):
        if decide(facts, on=wished.on, today=wished.today).write:
            return Forecast(wished.moment, facts.cards_due(wished.today))
    return None


def next_look(calendar: Calendar, *, after: dt.datetime) -> dt.datetime | None:
    """When to decide next: the next wished moment on a free date. None if there is none to foresee."""
    wished = next(calendar.wishes(after=after), None)
    return wished.moment if wished else None


def is_last(ignored: int) -> bool:
    """Whether a mail after so many ignored ones is the last before silence."""
    return ignored == len(WAITS_DAYS)


def is_silent(ignored: int) -> bool:
    """Whether so many ignored mails, the last of which said that it is the last, are followed by none."""
    return ignored > len(WAITS_DAYS)


def expected_forgotten(cards: Sequence[Due], today: dt.date) -> float:
    """How many cards more than on their due days will be forgotten today: Σ(1 − 0.9^(days overdue / interval))."""
    return float(sum(1 - RECALLED_WHEN_DUE ** overdue(card, today) for card in cards))


def overdue(card: Due, today: dt.date) -> float:
    """Days beyond the due day, in units of the card's interval; 0 while it is not due."""
    return max(0, (today - card.on).days) / max(1, card.interval_days)


def _hindrance(facts: Facts, *, on: dt.date, today: dt.date) -> Reason | None:
    if facts.wish == Wish.NEVER:
        return Reason.OFF
    if not facts.has_address:
        return Reason.NO_ADDRESS
    if facts.is_refused:
        return Reason.REFUSED
    if is_silent(facts.ignored):
        return Reason.SILENT
    if rest := facts.calendar.rests(on):
        return rest
    if facts.studied_on is not None and facts.studied_on >= today:
        return Reason.STUDIED
    if facts.written_on is not None and facts.written_on >= today:
        return Reason.WRITTEN
    return None


def _waits_until(facts: Facts) -> dt.date | None:
    if not facts.ignored or facts.last_mail_on is None:
        return None
    return facts.last_mail_on + WAITS_DAYS[facts.ignored - 1] * DAY


def _pays(facts: Facts, today: dt.date) -> Reason:
    due = facts.due(today)
    if len(due) >= min(FULL_SESSION_CARDS, facts.cards_in_all):
        return Reason.FULL
    if expected_forgotten(due, today) >= MOST_FORGOTTEN:
        return Reason.COSTLY
    for ahead in range(1, LOOK_AHEAD_DAYS + 1):
        day = today + ahead * DAY
        later = facts.due(day)
        if expected_forgotten(later, day) >= MOST_FORGOTTEN:
            return Reason.NO_BETTER
        if len(later) > len(due):
            return Reason.FULLER_SOON
    return Reason.NO_BETTER
