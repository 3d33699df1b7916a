import datetime as dt

import pytest

from insights.progress import FORECAST_DAYS, forecast_of, progress_of, reading_scores, totals_since
from insights.score import Score
from insights.year import Total
from scheduler.models import Review
from tests.factories import AT, TODAY, make_card, make_learner, make_question, make_reading
from tests.insights.histories import answer, studied

pytestmark = pytest.mark.django_db


def test_who_has_answered_nothing_has_no_progress(learner, django_assert_num_queries):
    make_question()
    with django_assert_num_queries(3):
        assert progress_of(learner, AT) is None


def test_a_history_made_by_hand_comes_out_as_it_went_in(learner, django_assert_num_queries):
    reading = make_reading()
    held = make_card(learner, make_question(resource=reading), interval_days=38, due_on=TODAY + dt.timedelta(days=9))
    make_card(learner, make_question(resource=reading), interval_days=6, due_on=TODAY + dt.timedelta(days=1))
    make_question(resource=reading)
    answer(held, *[4] * 9, 1)
    studied(learner, TODAY - dt.timedelta(days=7), answers=7, recalled=6, introduced=2)
    studied(learner, TODAY, answers=3, recalled=3)
    with django_assert_num_queries(5):
        progress = progress_of(learner, AT)
    assert progress is not None
    assert (progress.coverage.questions, progress.coverage.held, progress.coverage.learning) == (3, 1, 1)
    assert (progress.year.reviews, progress.year.studied, progress.year.days) == (10, 2, 8)
    assert [day.day.day for day in progress.forecast if day.cards] == [24, 2]
    assert [week.score for week in progress.weeks[-2:]] == [Score(7, 6), Score(3, 3)]
    assert progress.readings == [(reading, Score(10, 9))]


def test_today_is_the_learners_study_day_not_the_calendars():
    """At 09:00 UTC it is 22:00 in Auckland; with a day that starts at 23:00 the study day is still yesterday's date."""
    learner = make_learner(time_zone="Pacific/Auckland", day_start=dt.time(23))
    make_card(learner, due_on=TODAY)
    progress = progress_of(learner, AT)
    assert progress is not None
    assert progress.forecast[0] == (TODAY, 1)
    assert [day.day for day in progress.year.months[-1].days if day and day.is_today] == [TODAY - dt.timedelta(days=1)]


def test_a_study_day_never_goes_back():
    learner = make_learner(last_study_day=TODAY + dt.timedelta(days=1))
    make_card(learner)
    progress = progress_of(learner, AT)
    assert progress is not None
    assert progress.forecast[0].day == TODAY + dt.timedelta(days=2)


def test_totals_are_the_learners_own_and_not_older_than_asked_for(learner):
    studied(make_learner(), TODAY, answers=9, recalled=9)
    studied(learner, TODAY - dt.timedelta(days=2), answers=8, recalled=8)
    studied(learner, TODAY - dt.timedelta(days=1), answers=5, recalled=4, introduced=3)
    since = TODAY - dt.timedelta(days=1)
    assert totals_since(learner, since) == [Total(since, 5, 4, 3, 1000)]


def test_forecast_counts_thirty_days_from_tomorrow(learner):
    for ahead in (0, 1, 1, 30, 31):
        make_card(learner, due_on=TODAY + dt.timedelta(days=ahead))
    forecast = forecast_of(learner, TODAY)
    assert len(forecast) == FORECAST_DAYS == 30
    assert {day.day: day.cards for day in forecast if day.cards} == {
        TODAY + dt.timedelta(days=1): 2,
        TODAY + dt.timedelta(days=30): 1,
    }


def test_forecast_leaves_out_what_will_not_be_asked(learner):
    tomorrow = TODAY + dt.timedelta(days=1)
    alive = make_card(learner, due_on=tomorrow)
    make_card(learner, alive.question, due_on=tomorrow, superseded_by=alive)
    make_card(learner, due_on=tomorrow, suspended_at=AT)
    make_card(learner, make_question(status="retired"), due_on=tomorrow)
    make_card(make_learner(), due_on=tomorrow)
    assert forecast_of(learner, TODAY)[0] == (tomorrow, 1)


def test_readings_stand_by_the_lower_end_of_their_range_and_too_early_ones_last(learner):
    few_all, many_most, few_none = make_reading(), make_reading(), make_reading()
    answer(make_card(learner, make_question(resource=few_none)), *[1] * 10)
    answer(make_card(learner, make_question(resource=few_all)), *[4] * 9)
    answer(make_card(learner, make_question(resource=many_most)), *[4] * 40, 1)
    assert [(row.reading, row.score.is_early) for row in reading_scores(learner)] == [
        (many_most, False),
        (few_none, False),
        (few_all, True),
    ]


def test_drill_undone_answers_and_other_learners_are_in_no_score(learner):
    card = make_card(learner)
    answer(card, 4, 2)
    answer(card, 5, kind=Review.Kind.DRILL)
    answer(card, 5, undone=True)
    answer(make_card(make_learner(), card.question), 5)
    assert [row.score for row in reading_scores(learner)] == [Score(reviews=2, recalled=1)]


def test_progress_takes_as_many_queries_for_many_readings_as_for_one(learner, django_assert_num_queries):
    for _ in range(12):
        answer(make_card(learner), 4, 4)
    with django_assert_num_queries(5):
        progress = progress_of(learner, AT)
    assert progress is not None
    assert len(progress.readings) == 12
