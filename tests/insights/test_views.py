import datetime as dt
import re

import pytest
from django.core.signing import TimestampSigner
from django.urls import reverse
from django.utils.html import strip_tags

from catalog.models import Resource
from learners.models import Learner
from scheduler.models import Card
from tests.factories import (
    AT,
    TODAY,
    analyze,
    make_card,
    make_learner,
    make_many_questions,
    make_question,
    make_reading,
    make_topic,
)
from tests.insights.histories import answer, studied

pytestmark = pytest.mark.django_db

QUERIES_OF_SIGNING_IN = 3


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def signed_in(client, learner):
    client.force_login(learner.user)
    return client


@pytest.fixture
def as_guest(client, guest):
    client.cookies["guest"] = TimestampSigner(salt="learners.guest").sign(f"s.{guest.guest_key}")
    return client


@pytest.fixture
def reading() -> Resource:
    topic = make_topic(slug="tools", title="Tools")
    return make_reading(
        topic=topic,
        slug="airflow",
        title="Airflow",
        kind="documentation",
        publisher="Apache Airflow",
        minutes=20,
        url="https://www.airflow.apache.org/docs/stable/start.html",
    )


def text_of(response) -> str:
    """The words of the page's main part, spaces as one sees them."""
    main = response.content.decode().partition("<main")[2].replace("<", " <")
    return re.sub(r"\s+", " ", strip_tags(main)).strip()


def with_states(learner: Learner, reading: Resource, held: int, learning: int, fresh: int) -> None:
    for _ in range(held):
        make_card(learner, make_question(resource=reading), interval_days=38, due_on=TODAY + dt.timedelta(days=20))
    for _ in range(learning):
        make_card(learner, make_question(resource=reading), interval_days=6)
    for _ in range(fresh):
        make_question(resource=reading)


class TestTopics:
    def test_visitor_sees_what_there_is_to_learn_without_bars(self, client, reading):
        with_states(make_learner(), reading, held=1, learning=1, fresh=1)
        response = client.get("/topics/")
        assert "1 topic, 1 reading, 3 questions." in text_of(response)
        assert "Airflow Documentation, 20 min 3 questions" in text_of(response)
        assert "asked" not in text_of(response)
        assert b'class="cover"' not in response.content
        assert "Follow" not in text_of(response)

    def test_row_says_what_its_bar_shows(self, signed_in, learner, reading):
        with_states(learner, reading, held=2, learning=3, fresh=1)
        response = signed_in.get("/topics/")
        assert "Airflow Documentation, 20 min 2 held, 3 learning, 1 not asked yet" in text_of(response)
        assert b'<rect class="learning" width="5"' in response.content
        assert b'<rect class="held" width="2"' in response.content

    def test_reading_never_asked_has_words_and_no_bar(self, signed_in, learner, reading):
        with_states(learner, reading, held=0, learning=0, fresh=2)
        response = signed_in.get("/topics/")
        assert "2 questions, none asked yet" in text_of(response)
        assert b'class="cover"' not in response.content

    def test_guest_sees_her_own_cards(self, as_guest, guest, reading):
        with_states(guest, reading, held=1, learning=0, fresh=1)
        assert "1 held, 1 not asked yet" in text_of(as_guest.get("/topics/"))

    def test_reading_and_topic_with_nothing_to_ask_say_so(self, signed_in, reading):
        make_topic(title="MLOps")
        text = text_of(signed_in.get("/topics/"))
        assert "No questions yet" in text
        assert "This topic has no readings yet." in text

    def test_empty_catalog_says_so(self, client):
        assert "There is nothing to read yet." in text_of(client.get("/topics/"))

    def test_unticking_follow_ends_following_and_ticking_takes_it_up(self, signed_in, learner, reading):
        response = signed_in.post("/topics/tools/follow/")
        assert response.url == "/topics/#tools"
        assert list(learner.unfollowed.all()) == [reading.topic]
        assert "checked" not in signed_in.get("/topics/").content.decode()
        signed_in.post("/topics/tools/follow/", {"follow": "on"})
        assert not learner.unfollowed.exists()
        assert "checked" in signed_in.get("/topics/").content.decode()

    def test_guest_may_unfollow_too(self, as_guest, guest, reading):
        as_guest.post("/topics/tools/follow/")
        assert list(guest.unfollowed.all()) == [reading.topic]

    def test_looking_at_a_follow_address_changes_nothing(self, signed_in, learner, reading):
        assert signed_in.get("/topics/tools/follow/").status_code == 405
        assert not learner.unfollowed.exists()


class TestTopic:
    def test_adds_up_its_readings_and_offers_to_study_them(self, signed_in, learner, reading):
        with_states(learner, reading, held=1, learning=3, fresh=2)
        with_states(learner, make_reading(topic=reading.topic), held=1, learning=0, fresh=1)
        response = signed_in.get("/topics/tools/")
        text = text_of(response)
        assert "2 readings, 8 questions" in text
        assert "8 questions: 2 held, 3 learning, 3 not asked yet." in text
        assert "Study this topic 3 due, 3 new" in text
        assert f'href="{reverse("quiz:study")}?topic=tools"' in response.content.decode()

    def test_says_when_it_is_not_followed(self, signed_in, learner, reading):
        learner.unfollowed.add(reading.topic)
        assert "You do not follow this topic" in text_of(signed_in.get("/topics/tools/"))

    def test_without_questions_has_no_button(self, signed_in, reading):
        response = signed_in.get("/topics/tools/")
        assert "No questions yet" in text_of(response)
        assert "Study this topic" not in text_of(response)

    def test_visitor_may_start_it(self, client, reading):
        make_question(resource=reading)
        assert "Study this topic 1 new" in text_of(client.get("/topics/tools/"))

    def test_unknown_one_is_not_found_in_our_look(self, client):
        response = client.get("/topics/nowhere/")
        assert response.status_code == 404
        assert "There is no page at this address." in text_of(response)


class TestReading:
    def test_says_what_it_is_and_where_to_read_it(self, client, reading):
        make_question(resource=reading)
        response = client.get("/readings/airflow/")
        text = text_of(response)
        assert "Tools Airflow Documentation, Apache Airflow, 20 min" in text
        assert "Read it at airflow.apache.org" in text
        assert f'href="{reading.url}"' in response.content.decode()

    def test_names_what_the_questions_were_written_from(self, client, reading):
        assert "were written from" not in text_of(client.get("/readings/airflow/"))
        reading.sources = ["The 3.x documentation on core concepts"]
        reading.save()
        text = text_of(client.get("/readings/airflow/"))
        assert "The questions were written from: The 3.x documentation on core concepts" in text

    def test_tells_what_the_learner_knows_and_what_is_left_today(self, signed_in, learner, reading):
        with_states(learner, reading, held=9, learning=3, fresh=5)
        response = signed_in.get("/readings/airflow/")
        text = text_of(response)
        assert "17 questions: 9 held, 3 learning, 5 not asked yet." in text
        assert "Study this reading 3 due, 5 new" in text
        assert f'href="{reverse("quiz:study")}?reading=airflow"' in response.content.decode()

    def test_what_is_left_is_this_readings_alone_and_within_the_days_limit(self, signed_in, learner, reading):
        Learner.objects.filter(pk=learner.pk).update(new_per_day=2)
        with_states(learner, reading, held=0, learning=1, fresh=4)
        with_states(learner, make_reading(), held=0, learning=5, fresh=5)
        assert "Study this reading 1 due, 2 new" in text_of(signed_in.get("/readings/airflow/"))

    def test_says_when_nothing_is_left_today(self, signed_in, learner, reading):
        with_states(learner, reading, held=1, learning=0, fresh=0)
        assert "Study this reading nothing due today" in text_of(signed_in.get("/readings/airflow/"))

    def test_counts_beyond_two_hundred_are_not_told_one_by_one(self, signed_in, learner, reading):
        Learner.objects.filter(pk=learner.pk).update(reviews_per_day=500)
        make_question(resource=reading)
        questions = make_many_questions(205, reading)
        Card.objects.bulk_create(
            Card(learner=learner, question=question, interval_days=1, due_on=TODAY) for question in questions
        )
        assert "Study this reading 200+ due, 1 new" in text_of(signed_in.get("/readings/airflow/"))

    def test_score_comes_with_its_range(self, signed_in, learner, reading):
        answer(make_card(learner, make_question(resource=reading)), *[4] * 71, *[1] * 12)
        assert "Your score is 86%, likely between 76 and 92%." in text_of(signed_in.get("/readings/airflow/"))

    def test_score_of_few_reviews_is_too_early(self, signed_in, learner, reading):
        answer(make_card(learner, make_question(resource=reading)), *[4] * 8)
        text = text_of(signed_in.get("/readings/airflow/"))
        assert "It is too early for a score: 8 reviews; a score needs 10." in text

    def test_sections_stand_in_order_each_with_its_words(self, signed_in, learner, reading):
        make_card(
            learner, make_question(resource=reading, section="Installing and starting", position=1), interval_days=40
        )
        make_card(learner, make_question(resource=reading, section="DAGs", position=2))
        make_question(resource=reading, section="Operators", position=3)
        text = text_of(signed_in.get("/readings/airflow/"))
        assert "Installing and starting 1 held DAGs 1 learning Operators 1 question, none asked yet" in text

    def test_suspended_cards_are_said_to_be_so(self, signed_in, learner, reading):
        make_card(learner, make_question(resource=reading), suspended_at=AT)
        assert "1 of them is suspended." in text_of(signed_in.get("/readings/airflow/"))

    def test_learner_who_never_met_it_sees_no_bar(self, signed_in, reading):
        make_question(resource=reading)
        response = signed_in.get("/readings/airflow/")
        assert "What there is to learn 1 question, none asked yet." in text_of(response)
        assert b'class="cover"' not in response.content

    def test_without_questions_says_so_and_has_no_button(self, signed_in, reading):
        text = text_of(signed_in.get("/readings/airflow/"))
        assert "No questions about this reading are published yet." in text
        assert "Study this reading" not in text

    def test_visitor_sees_its_sections_without_bars(self, client, reading):
        make_card(make_learner(), make_question(resource=reading, section="DAGs"))
        response = client.get("/readings/airflow/")
        assert "What there is to learn 1 question. DAGs 1 question" in text_of(response)
        assert b'class="cover"' not in response.content

    def test_a_title_with_markup_is_shown_as_it_is_written(self, client, reading):
        reading.summary = "<script>alert(1)</script>"
        reading.save()
        assert b"<script>alert" not in client.get("/readings/airflow/").content

    def test_unknown_one_is_not_found_in_our_look(self, client):
        response = client.get("/readings/nowhere/")
        assert response.status_code == 404
        assert "There is no page at this address." in text_of(response)


class TestProgress:
    def test_visitor_is_led_to_study(self, client):
        response = client.get("/progress/")
        assert "Nothing is learned yet." in text_of(response)
        assert f'href="{reverse("quiz:study")}"' in response.content.decode()

    def test_learner_without_answers_is_led_to_study(self, signed_in):
        assert "Nothing is learned yet." in text_of(signed_in.get("/progress/"))

    def test_guest_has_progress_of_her_own(self, as_guest, guest, reading):
        with_states(guest, reading, held=1, learning=2, fresh=3)
        text = text_of(as_guest.get("/progress/"))
        assert "You hold 1 of 6 questions." in text
        assert "Another 2 are being learned." in text

    def test_each_figure_says_its_sentence(self, signed_in, learner, reading):
        with_states(learner, reading, held=2, learning=1, fresh=1)
        studied(learner, TODAY - dt.timedelta(days=21), answers=1_200, recalled=1_080)
        studied(learner, TODAY, answers=3, recalled=2)
        text = text_of(signed_in.get("/progress/"))
        assert "1,203 reviews on 2 of 22 days; 2 days in November. Days of rest are part of it." in text
        assert "2 cards will come due. The fullest day is Sunday 13 December, with 2." in text
        assert "In the last twelve weeks you knew the answer at the first try in 1,082 of 1,203 reviews: 90%." in text
        assert "this week is not over." in text

    def test_each_figure_can_be_read_as_numbers(self, signed_in, learner, reading):
        with_states(learner, reading, held=2, learning=1, fresh=1)
        studied(learner, TODAY, answers=3, recalled=2, introduced=1)
        text = text_of(signed_in.get("/progress/"))
        assert "November 2026 1 3 2 1" in text
        assert "Sunday 13 December 2" in text
        assert "23 November (not over) 3 2 67%" in text

    def test_year_shows_a_square_for_today_and_dots_for_rest(self, signed_in, learner, reading):
        with_states(learner, reading, held=1, learning=0, fresh=0)
        studied(learner, TODAY - dt.timedelta(days=2), answers=16, recalled=12)
        page = signed_in.get("/progress/").content.decode()
        assert page.count('class="sq s4"') == 2  # one in the legend
        assert page.count('class="sq none"') == 2  # one in the legend, one for Sunday
        assert page.count('class="sq none today"') == 1

    def test_score_of_a_reading_stands_on_its_reviews(self, signed_in, learner, reading):
        answer(make_card(learner, make_question(resource=reading)), *[4] * 71, *[1] * 12)
        answer(make_card(learner, make_question(resource=make_reading(title="Dagster"))), *[4] * 8)
        text = text_of(signed_in.get("/progress/"))
        assert "Airflow 86% likely 76 to 92%, from 83 reviews" in text
        assert "Dagster too early 8 reviews; a score needs 10" in text

    def test_quiet_times_are_told_plainly(self, signed_in, learner, reading):
        make_card(learner, make_question(resource=reading), due_on=TODAY)
        text = text_of(signed_in.get("/progress/"))
        assert "No card comes due in the next 30 days." in text
        assert "No reviews in the last twelve weeks." in text


def five_thousand(learner: Learner, reading: Resource) -> None:
    many = make_many_questions(4_990, reading, section=lambda number: f"Section {number % 9}")
    Card.objects.bulk_create(
        Card(
            learner=learner,
            question=question,
            interval_days=number % 60,
            due_on=TODAY + dt.timedelta(days=number % 60 - 5),
        )
        for number, question in enumerate(many)
        if number % 3
    )
    analyze()


@pytest.mark.parametrize("many", [False, True], ids=["ten questions", "five thousand questions"])
@pytest.mark.parametrize(
    ("path", "queries"),
    [("/topics/", 4), ("/topics/tools/", 7), ("/readings/airflow/", 5), ("/progress/", 5)],
)
def test_pages_take_as_many_queries_whatever_the_catalog(
    signed_in, learner, reading, django_assert_num_queries, path, queries, many
):
    with_states(learner, reading, held=2, learning=4, fresh=4)
    answer(Card.objects.filter(learner=learner)[0], 4)
    studied(learner, TODAY, answers=1, recalled=1)
    if many:
        five_thousand(learner, reading)
    with django_assert_num_queries(QUERIES_OF_SIGNING_IN + queries):
        assert signed_in.get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "queries"), [("/topics/", 3), ("/topics/tools/", 5), ("/readings/airflow/", 3), ("/progress/", 0)]
)
def test_a_visitors_pages_ask_nothing_of_cards(client, reading, django_assert_num_queries, path, queries):
    make_question(resource=reading)
    with django_assert_num_queries(queries) as captured:
        assert client.get(path).status_code == 200
    assert not [query for query in captured.captured_queries if "scheduler_card" in query["sql"]]
