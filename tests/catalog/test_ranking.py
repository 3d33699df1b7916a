import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Question
from catalog.ranking import alternate, store_ranks
from catalog.revisions import publish
from catalog.steps import retire
from tests.factories import make_question, make_reading, make_topic


def test_three_readings_take_turns_and_then_the_next_three():
    readings = [[1, 2, 3], [4], [5, 6], [7, 8], [9, 10]]

    assert alternate(readings) == [1, 4, 5, 2, 6, 3, 7, 9, 8, 10]


def test_a_reading_without_questions_takes_no_place_in_its_group():
    assert alternate([[], [1, 2], [], [3], [4, 5]]) == [1, 3, 4, 2, 5]


def test_no_readings_have_no_order():
    assert alternate([]) == []


@given(st.lists(st.lists(st.integers(), max_size=6), max_size=8))
def test_every_question_comes_once_and_a_reading_keeps_its_order(lengths):
    numbered = iter(range(1000))
    readings = [[next(numbered) for _ in reading] for reading in lengths]

    order = alternate(readings)

    assert sorted(order) == [question for reading in readings for question in reading]
    assert all([question for question in order if question in reading] == reading for reading in readings)


def slugs_by_rank():
    return list(Question.objects.filter(rank__isnull=False).order_by("rank").values_list("slug", flat=True))


def make_bank():
    """Four readings in two topics, two questions each, made in an order that is not the curriculum's."""
    late, early = make_topic(position=2), make_topic(position=1)
    for topic, name in ((late, "d"), (late, "c"), (early, "b"), (early, "a")):
        reading = make_reading(topic=topic, slug=name, position=ord(name))
        for place in (2, 1):
            make_question(resource=reading, slug=f"{name}{place}", position=place, rank=None)


def test_ranks_follow_the_curriculum(db):
    make_bank()

    assert store_ranks() == 8
    assert slugs_by_rank() == ["a1", "b1", "c1", "a2", "b2", "c2", "d1", "d2"]


def test_ranks_that_are_right_are_not_written(db, django_assert_num_queries):
    make_bank()
    store_ranks()

    with django_assert_num_queries(3):
        assert store_ranks() == 0


def test_a_question_that_is_not_published_has_no_rank(db):
    make_bank()
    store_ranks()
    Question.objects.filter(slug="a1").update(status=Question.Status.RETIRED)

    store_ranks()

    assert slugs_by_rank() == ["a2", "b1", "c1", "b2", "c2", "d1", "d2"]


@pytest.mark.django_db(transaction=True)
def test_two_curators_at_once_give_no_two_questions_one_rank(at: dt.datetime) -> None:
    reading = make_reading()
    drafts = [
        make_question(resource=reading, prompt=f"Why {place}?", status="draft", rank=None, position=place)
        for place in range(30)
    ]
    published = [make_question(resource=reading, rank=None, position=place) for place in range(30, 60)]
    together = Barrier(2, timeout=20)

    def curate(ours: slice) -> None:
        try:
            for draft, old in zip(drafts[ours], published[ours], strict=True):
                together.wait()
                publish(Question.objects.get(pk=draft.pk), change="clearer", author=None, at=at)
                retire(Question.objects.get(pk=old.pk), by=None, at=at)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(curate, [slice(0, None, 2), slice(1, None, 2)]))

    ranks = Question.objects.published().order_by("rank").values_list("rank", flat=True)
    assert list(ranks) == list(range(1, 31))
