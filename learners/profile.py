"""This room's own part in merging, exporting and erasing: the settings and the topics followed."""

from typing import Any

from learners.models import Learner

MODELS = (Learner, Learner.unfollowed.through)


def merge(guest: Learner, account: Learner) -> None:
    """Topics followed are united; every other setting stays the account's.

    A guest who left all topics followed made no choice, so an account's unfollowed topics then stay as they are.
    """
    left_by_guest = set(guest.unfollowed.values_list("pk", flat=True))
    if left_by_guest:
        account.unfollowed.remove(*account.unfollowed.exclude(pk__in=left_by_guest))


def export(learner: Learner) -> dict[str, Any]:
    return {
        "email": learner.user.email if learner.user else None,
        "time_zone": learner.time_zone,
        "day_start": learner.day_start.isoformat("minutes"),
        "new_per_day": learner.new_per_day,
        "reviews_per_day": learner.reviews_per_day,
        "buttons": learner.buttons,
        "intervals_shown": learner.intervals_shown,
        "keys_on": learner.keys_on,
        "topics_not_followed": list(learner.unfollowed.order_by("slug").values_list("slug", flat=True)),
        "created_at": learner.created_at.isoformat(),
        "seen_at": learner.seen_at.isoformat(),
    }


def erase(learner: Learner) -> None:
    learner.unfollowed.clear()
