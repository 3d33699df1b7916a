import random
from math import exp

import pytest

from insights.answers import Answer, Answers
from insights.recall import fit
from insights.stages import FIRST, SETTINGS, setting_of, stage_of
from scheduler.sm2 import NEW, Memory

ON_THE_DAY, LATE = setting_of(Memory(250, 15, 3), 15), setting_of(Memory(250, 15, 3), 90)


def test_answers_come_back_from_the_file_as_often_as_one_likes():
    rows = [Answer(1, 70_000, 2, 3, 1, 4, 600), Answer(3_000_000, 0, 65_535, 0, 0, 300, 0)]
    with Answers() as answers:
        for row in rows:
            answers.append(row)
        assert list(answers) == rows
        assert list(answers) == rows


@pytest.mark.parametrize(
    ("memory", "gap", "stage"),
    [
        (Memory(250, 1, 0), 1, (0, 0)),
        (Memory(250, 6, 2), 6, (2, 0)),
        (Memory(250, 6, 2), 3, (2, 0)),
        (Memory(250, 6, 2), 7, (2, 1)),
        (Memory(250, 6, 2), 12, (2, 2)),
        (Memory(250, 6, 2), 24, (2, 3)),
        (Memory(250, 465, 6), 5000, (4, 4)),
    ],
)
def test_a_setting_is_the_stage_and_how_many_times_the_interval_has_passed(memory, gap, stage):
    setting = setting_of(memory, gap)
    assert stage_of(setting) == stage
    assert FIRST < setting < SETTINGS


def test_a_card_that_was_never_answered_has_a_setting_all_the_same():
    assert setting_of(NEW, 0) > FIRST


def log(questions, learners, chance, *, setting_for, odds_for):
    """An answer of each learner to each question, in the order that files of answers have."""
    for question in range(questions):
        for learner in range(learners):
            setting = setting_for(question, learner)
            recalled = chance.random() < 1 / (1 + exp(-odds_for(question, learner, setting)))
            yield Answer(question, learner, 0, setting, int(recalled), 0, 50)


def test_a_question_asked_late_and_one_asked_in_time_are_expected_what_their_delays_give():
    """Half of all reviews are late and recalled less; question 0 is asked late alone, question 1 never."""
    chance = random.Random(3)

    def setting_for(question, learner):
        return [LATE, ON_THE_DAY][question] if question < 2 else [LATE, ON_THE_DAY][(question + learner) % 2]

    rows = list(log(40, 200, chance, setting_for=setting_for, odds_for=lambda q, p, s: 2.2 if s == ON_THE_DAY else 0.2))
    model = fit(rows, kinds=[0] * 40, learners=200)

    assert model.expected(0, 7, LATE) == pytest.approx(0.55, abs=0.06)
    assert model.expected(1, 7, ON_THE_DAY) == pytest.approx(0.90, abs=0.06)


def test_a_learner_who_forgets_more_is_expected_to():
    rows = list(
        log(40, 60, random.Random(4), setting_for=lambda q, p: LATE, odds_for=lambda q, p, s: -1.0 if p < 30 else 2.0)
    )
    model = fit(rows, kinds=[0] * 40, learners=60)

    weak, strong = (
        sum(model.expected(0, learner, LATE) for learner in learners) / 30 for learners in (range(30), range(30, 60))
    )
    assert weak == pytest.approx(0.27, abs=0.05)
    assert strong == pytest.approx(0.88, abs=0.05)


def test_hard_questions_do_not_make_the_setting_hard_in_which_they_are_asked():
    """Questions 0 to 9 of 30 are hard and mostly asked at the early stage, as in real schedules; the setting is not."""
    early = setting_of(Memory(250, 1, 0), 1)

    def setting_for(question, learner):
        mostly, seldom = (early, ON_THE_DAY) if question < 10 else (ON_THE_DAY, early)
        return seldom if learner % 5 == 0 else mostly

    rows = list(
        log(30, 100, random.Random(5), setting_for=setting_for, odds_for=lambda q, p, s: -0.5 if q < 10 else 2.0)
    )
    model = fit(rows, kinds=[0] * 30, learners=100)

    assert model.expected(0, 50, early) == pytest.approx(model.expected(0, 50, ON_THE_DAY), abs=0.08)
    assert model.expected(0, 50, early) > 0.75


def test_a_few_impossible_questions_do_not_lower_what_is_expected_of_their_kind():
    rows = list(
        log(20, 100, random.Random(6), setting_for=lambda q, p: LATE, odds_for=lambda q, p, s: -6.0 if q < 4 else 2.0)
    )
    assert fit(rows, kinds=[2] * 20, learners=100).expected(0, 50, LATE) > 0.8


def test_of_nothing_all_odds_are_even():
    model = fit([], kinds=[0], learners=1)
    assert model.expected(0, 0, LATE) == pytest.approx(0.5)


def test_unanimous_failure_ends_in_finite_odds():
    rows = [Answer(0, learner, 0, LATE, 0, 0, 1) for learner in range(500)]
    assert 0 < fit(rows, kinds=[0], learners=500).expected(0, 0, LATE) < 0.1
