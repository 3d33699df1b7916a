"""Merging, exporting and erasing, room by room."""

import datetime as dt
import json

import pytest
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from learners import parts
from learners.models import Learner, User
from learners.tasks import forget_guests
from tests.factories import AT, make_card, make_guest, make_learner, make_topic

OURS = {"catalog", "learners", "scheduler", "quiz", "insights", "reminders"}


def reaches_learner() -> dict[type[models.Model], str]:
    """Every model of ours from which a row leads to a learner, with its room."""
    reached: set[type[models.Model]] = {Learner}
    candidates = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in OURS]
    while True:
        more = {
            model
            for model in candidates
            for field in model._meta.get_fields()
            if field.is_relation and field.concrete and not field.many_to_many and field.related_model in reached
        } - reached
        if not more:
            return {model: model._meta.app_label for model in reached}
        reached |= more


def test_every_model_that_reaches_a_learner_belongs_to_a_room_with_a_part():
    registered = parts.registered()
    without = {
        model._meta.label
        for model, room in reaches_learner().items()
        if room not in registered or model not in registered[room].models
    }

    assert without == set()


@pytest.mark.django_db
def test_guest_is_gone_after_a_merge_and_merging_again_does_nothing():
    guest, account = make_guest(), make_learner()
    make_card(guest)

    parts.merge(guest, account)
    parts.merge(guest, account)

    assert list(Learner.objects.all()) == [account]
    assert account.cards.count() == 1


@pytest.mark.django_db
def test_settings_stay_the_account_s():
    guest = make_guest(time_zone="Asia/Tokyo", new_per_day=3, buttons="6")
    account = make_learner(time_zone="America/Lima")

    parts.merge(guest, account)

    account.refresh_from_db()
    assert (account.time_zone, account.new_per_day, account.buttons) == ("America/Lima", 10, "4")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("left_by_guest", "left_by_account", "left_after"),
    [("", "ab", "ab"), ("bc", "ab", "b"), ("ab", "", ""), ("c", "ab", "")],
)
def test_topics_followed_are_united_where_the_guest_chose(left_by_guest, left_by_account, left_after):
    topics = {letter: make_topic() for letter in "abc"}
    guest, account = make_guest(), make_learner()
    guest.unfollowed.set(topics[letter] for letter in left_by_guest)
    account.unfollowed.set(topics[letter] for letter in left_by_account)

    parts.merge(guest, account)

    assert set(account.unfollowed.all()) == {topics[letter] for letter in left_after}


@pytest.mark.django_db
def test_only_a_guest_is_merged_and_only_into_an_account():
    guest, account = make_guest(), make_learner()

    for one, other in ((account, guest), (guest, make_guest()), (account, make_learner())):
        with pytest.raises(ValueError, match="Only a guest"):
            parts.merge(one, other)


@pytest.mark.django_db
def test_merge_that_fails_in_one_room_changes_nothing(monkeypatch):
    guest, account = make_guest(), make_learner()
    make_card(guest)

    def fail(*_: Learner) -> None:
        raise RuntimeError

    monkeypatch.setitem(parts._parts, "learners", parts.registered()["learners"]._replace(merge=fail))
    with pytest.raises(RuntimeError):
        parts.merge(guest, account)

    assert guest.cards.count() == 1
    assert account.cards.count() == 0


@pytest.mark.django_db
def test_export_can_be_written_as_json():
    learner = make_learner()
    make_card(learner)

    exported = json.loads(json.dumps(parts.export(learner), cls=DjangoJSONEncoder))

    assert exported.keys() == parts.registered().keys()


@pytest.mark.django_db
def test_erasing_takes_the_account_along_and_may_be_repeated():
    learner, other = make_learner(), make_learner()
    make_card(learner)

    parts.erase(learner)
    parts.erase(learner)

    assert list(User.objects.all()) == [other.user]
    assert list(Learner.objects.all()) == [other]


@pytest.mark.django_db
def test_guests_unseen_for_400_days_are_forgotten_and_nobody_else():
    long_ago = AT - dt.timedelta(days=400, minutes=1)
    gone = make_guest(seen_at=long_ago)
    make_card(gone)
    stays = [make_guest(seen_at=AT - dt.timedelta(days=400)), make_learner(seen_at=long_ago)]

    assert forget_guests(at=AT) == 1
    assert forget_guests(at=AT) == 0

    assert list(Learner.objects.order_by("pk")) == stays


@pytest.mark.django_db
def test_forgetting_goes_on_past_one_batch(monkeypatch):
    monkeypatch.setattr("learners.tasks.BATCH", 2)
    for _ in range(5):
        make_guest(seen_at=AT - dt.timedelta(days=500))

    assert forget_guests(at=AT) == 5
