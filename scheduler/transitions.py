"""What each row of a card's log does to the card. Pure: grading applies it, and `check_integrity` applies it again."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Self

from scheduler import sm2
from scheduler.sm2 import Memory

FIRST_LEECH_AT_LAPSES = 8
LEECH_AGAIN_EVERY_LAPSES = 4


@dataclass(frozen=True)
class CardState:
    """A card's whole changeable state; dates are study days. Its dict form is what a Review keeps."""

    ease_factor: int = sm2.NEW.ease_factor
    interval_days: int = sm2.NEW.interval_days
    repetitions: int = sm2.NEW.repetitions
    due_on: dt.date | None = None
    shuffle: int = 0
    lapses: int = 0
    edition: int = 1
    drill_on: dt.date | None = None
    skipped_on: dt.date | None = None
    buried_on: dt.date | None = None
    suspended_at: dt.datetime | None = None
    touched_at: dt.datetime | None = None

    @property
    def memory(self) -> Memory:
        return Memory(self.ease_factor, self.interval_days, self.repetitions)

    def as_json(self) -> dict[str, Any]:
        return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in vars(self).items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        dates = {name: _date(data[name]) for name in ("due_on", "drill_on", "skipped_on", "buried_on")}
        moments = {name: _moment(data[name]) for name in ("suspended_at", "touched_at")}
        return cls(**{**data, **dates, **moments})


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def is_new(state: CardState) -> bool:
    return state.due_on is None


def is_due(state: CardState, today: dt.date) -> bool:
    return state.due_on is not None and state.due_on <= today


def in_drill(state: CardState, today: dt.date) -> bool:
    """Whether the card was answered today, below 4, and waits to be repeated."""
    return state.drill_on == today and not is_new(state) and not is_due(state, today)


def answered(
    state: CardState, quality: int, *, today: dt.date, at: dt.datetime, edition: int, shuffle: int
) -> CardState:
    """After a graded answer: SM-2 moves the memory, and a quality below 4 puts the card into today's drill."""
    ease_factor, interval_days, repetitions = sm2.review(state.memory, quality)
    return replace(
        state,
        ease_factor=ease_factor,
        interval_days=interval_days,
        repetitions=repetitions,
        due_on=today + dt.timedelta(days=interval_days),
        drill_on=today if sm2.needs_drill(quality) else None,
        lapses=state.lapses + is_lapse(state, quality),
        skipped_on=None,
        edition=edition,
        shuffle=shuffle,
        touched_at=at,
    )


def is_lapse(state: CardState, quality: int) -> bool:
    """A failure on a card that had been recalled before."""
    return quality < sm2.PASSING_QUALITY and state.repetitions >= 1


def is_leech(lapses: int) -> bool:
    """Whether this many lapses are the moment to ask what is wrong with the card: at 8, then at every 4 more."""
    return lapses >= FIRST_LEECH_AT_LAPSES and (lapses - FIRST_LEECH_AT_LAPSES) % LEECH_AGAIN_EVERY_LAPSES == 0


def drilled(state: CardState, quality: int, *, today: dt.date, at: dt.datetime) -> CardState:
    """After a repetition on the same day: it ends at a quality of 4 and moves nothing else."""
    return replace(state, drill_on=today if sm2.needs_drill(quality) else None, touched_at=at)


def studied_ahead(state: CardState, *, at: dt.datetime) -> CardState:
    return replace(state, touched_at=at)


def skipped(state: CardState, *, today: dt.date, at: dt.datetime) -> CardState:
    return replace(state, skipped_on=today, touched_at=at)


def buried(state: CardState, *, today: dt.date) -> CardState:
    return replace(state, buried_on=today)


def suspended(state: CardState, *, at: dt.datetime) -> CardState:
    return replace(state, suspended_at=at)


def resumed(state: CardState) -> CardState:
    return replace(state, suspended_at=None)


def changed(state: CardState, *, edition: int, due_on: dt.date | None) -> CardState:
    """After the question became another one, with the memory as it was: `due_on` is soon when its meaning changed."""
    return replace(state, edition=edition, due_on=due_on)
