"""Each room's part in merging, exporting and erasing a learner.

A room registers its part in `AppConfig.ready()`, so that what must go upward from here needs no import. A test fails
when a model that reaches Learner belongs to a room without a part.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.db import models, transaction

from learners.models import Learner, User

Merge = Callable[[Learner, Learner], None]
Export = Callable[[Learner], Any]
Erase = Callable[[Learner], None]


class Part(NamedTuple):
    """What one room does with a learner: `merge(guest, account)`, `export(learner)`, `erase(learner)`.

    `export` gives what JSON can hold. `models` are the room's models that reach Learner.
    """

    merge: Merge
    export: Export
    erase: Erase
    models: tuple[type[models.Model], ...]


_parts: dict[str, Part] = {}


def register(
    name: str, *, merge: Merge, export: Export, erase: Erase, models: Iterable[type[models.Model]] = ()
) -> None:
    """Adds the part of the room `name`; parts are called in the order in which rooms are installed."""
    _parts[name] = Part(merge, export, erase, tuple(models))


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


def _upper_rooms_first() -> list[Part]:
    return [part for _, part in reversed(_parts.items())]
