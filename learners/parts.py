"""Each room's part in merging, exporting and erasing a learner, and in her settings.

A room registers its part in `AppConfig.ready()`, so that what must go upward from here needs no import. A test fails
when a model that reaches Learner belongs to a room without a part.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, Protocol

from django.db import models, transaction
from django.forms import BoundField

from learners.models import Learner, User

Merge = Callable[[Learner, Learner], None]
Export = Callable[[Learner], Any]
Erase = Callable[[Learner], None]
ClockChanged = Callable[..., None]


class Section(Protocol):
    """A room's part of the settings page: a form that names its template, and is saved with the page's own."""

    template_name: str

    def is_valid(self) -> bool: ...
    def save(self) -> Any: ...
    def __iter__(self) -> Iterator[BoundField]: ...


SectionOf = Callable[[Any, Learner, dt.datetime], Section | None]


class Part(NamedTuple):
    """What one room does with a learner: `merge(guest, account)`, `export(learner)`, `erase(learner)`.

    `export` gives what JSON can hold. `models` are the room's models that reach Learner. `section(data, learner, at)`
    gives the room's section of her settings, if she has one; `clock_changed(learner, at=…)` is called when she may
    have another time zone or start of the day.
    """

    merge: Merge
    export: Export
    erase: Erase
    models: tuple[type[models.Model], ...]
    section: SectionOf | None = None
    clock_changed: ClockChanged | None = None


_parts: dict[str, Part] = {}


def register(
    name: str,
    *,
    merge: Merge,
    export: Export,
    erase: Erase,
    models: Iterable[type[models.Model]] = (),
    section: SectionOf | None = None,
    clock_changed: ClockChanged | None = None,
) -> None:
    """Adds the part of the room `name`; parts are called in the order in which rooms are installed."""
    _parts[name] = Part(merge, export, erase, tuple(models), section, clock_changed)


def registered() -> dict[str, Part]:
    """A copy of all parts by room."""
    return dict(_parts)


def merge(guest: Learner, account: Learner) -> None:
    """Moves all that a guest learned into an account's learner, and removes the guest, in one transaction.

    Merging again, or in two tabs at once, does nothing. Raises ValueError unless `guest` is a guest and `account`
    belongs to an account.
    """
    if not guest.is_guest or account.is_guest:
        raise ValueError("Only a guest is merged, and only into an account.")
    with transaction.atomic():
        locked = {
            learner.pk: learner
            for learner in Learner.objects.select_for_update().filter(pk__in=[guest.pk, account.pk]).order_by("pk")
        }
        if len(locked) < 2:
            return
        for part in _upper_rooms_first():
            part.merge(locked[guest.pk], locked[account.pk])
        locked[guest.pk].delete()


def export(learner: Learner) -> dict[str, Any]:
    """All that is kept of the learner, by room, as JSON can hold it."""
    return {name: part.export(learner) for name, part in _parts.items()}


def erase(learner: Learner) -> None:
    """Removes the learner, her account if she has one, and all that hangs on them, in one transaction."""
    with transaction.atomic():
        locked = Learner.objects.select_for_update().filter(pk=learner.pk).first()
        if locked is None:
            return
        for part in _upper_rooms_first():
            part.erase(locked)
        locked.delete()
        if locked.user_id is not None:
            User.objects.filter(pk=locked.user_id).delete()


def sections(data: Any, learner: Learner, *, at: dt.datetime) -> list[Section]:
    """The rooms' sections of the settings of a learner; `data` is what was posted, None for a fresh page."""
    found = [part.section(data, learner, at) for part in _parts.values() if part.section]
    return [section for section in found if section is not None]


def clock_changed(learner: Learner, *, at: dt.datetime) -> None:
    """Tells the rooms that the learner may have another time zone or start of the day."""
    for part in _parts.values():
        if part.clock_changed:
            part.clock_changed(learner, at=at)


def _upper_rooms_first() -> list[Part]:
    return [part for _, part in reversed(_parts.items())]
