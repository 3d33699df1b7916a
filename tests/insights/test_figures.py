import random
from math import exp

import pytest

from insights.answers import Answer
from insights.figures import figures_of, first_answers_of, standings_of
from insights.recall import fit
from insights.stages import FIRST, SETTINGS, setting_of, stage_of
from scheduler.sm2 import Memory

DAY_ONE = setting_of(Memory(250, 1, 1), 1)
LATE_ON_DAY_NINE = setting_of(Memory(250, 1, 1), 9)
RELEARNED = setting_of(Memory(250, 1, 0), 1)


def figures(rows, questions=1, learners=10):
    rows = [Answer(*row) for row in rows]
    model = fit(rows, kinds=[0] * questions, learners=learners)
    standings = standings_of(rows, questions=questions, learners=learners)
    return {(question, wording): found for question, wording, found in figures_of(rows, model, standings)}


def test_first_answers_and_reviews_are_told_apart():
    rows = [
        (0, 0, 0, FIRST, 1, 2, 40),
        (0, 0, 0, DAY_ONE, 0, 2, 90),
        (0, 0, 0, RELEARNED, 1, 2, 50),
        (0, 1, 0, FIRST, 0, 1, 60),
    ]
    found = figures(rows)[0, None]

    assert (found.learners, found.answers, found.median_tenths) == (2, 4, 50)
    assert (found.first.learners, found.first.facility) == (2, 50)
    assert (found.later.learners, found.later.reviews, found.later.recalled) == (1, 2, 1)
    assert (found.later.lapses, found.later.lapsable, found.later.lapsable_learners) == (1, 1, 1)


def test_a_question_with_one_wording_has_one_row_and_one_with_two_has_three():
    rows = [
        (0, 0, 0, FIRST, 1, 0, 1),
        (1, 0, 0, FIRST, 1, 0, 1),
        (1, 0, 1, DAY_ONE, 1, 0, 1),
        (1, 1, 1, FIRST, 0, 0, 1),
    ]
    found = figures(rows, questions=2)

    assert list(found) == [(0, None), (1, None), (1, 0), (1, 1)]
    assert (found[1, 1].first.learners, found[1, 1].later.reviews) == (1, 1)


def test_a_learner_counts_once_in_a_stratum_and_each_time_in_the_recall():
    rows = [(0, 0, 0, DAY_ONE, 0, 0, 1), (0, 0, 0, DAY_ONE, 1, 0, 1), (0, 1, 0, DAY_ONE, 1, 0, 1)]
    later = figures(rows)[0, None].later

    assert (later.reviews, later.recalled) == (3, 2)
    assert later.strata == ((DAY_ONE, 2, 1),)


def test_gaps_tell_how_late_the_reviews_were():
    rows = [(0, 0, 0, DAY_ONE, 1, 0, 1), (0, 0, 0, LATE_ON_DAY_NINE, 0, 0, 1), (0, 1, 0, LATE_ON_DAY_NINE, 1, 0, 1)]
    gaps = figures(rows)[0, None].later.gaps

    assert [(gap.lateness, gap.learners, gap.reviews, gap.recalled) for gap in gaps] == [(0, 1, 1, 1), (4, 2, 2, 1)]


def test_reviews_of_few_learners_make_the_residual_less_sure_than_as_many_of_different_ones():
    ordinary = [(q, p, 0, DAY_ONE, int((q + p) % 4 > 0), 0, 1) for q in range(1, 11) for p in range(100)]
    one_each = [(0, p, 0, DAY_ONE, int(p % 2), 0, 1) for p in range(100)]
    ten_each = [(0, p, 0, DAY_ONE, int(p % 2), 0, 1) for p in range(10) for _ in range(10)]

    errors = [figures(rows + ordinary, 11, 100)[0, None].later.error for rows in (one_each, ten_each)]
    assert errors[1] > 2 * errors[0]


def test_ten_who_agree_are_not_certain():
    ordinary = [(q, p, 0, DAY_ONE, int((q + p) % 4 > 0), 0, 1) for q in range(1, 11) for p in range(10)]
    later = figures([(0, p, 0, DAY_ONE, 0, 0, 1) for p in range(10)] + ordinary, 11)[0, None].later

    assert later.residual == pytest.approx(-0.75, abs=0.1)
    assert later.error > 0.1


def test_good_and_weak_learners_are_the_thirds_by_their_results_elsewhere():
    firsts = [(rest / 10, int(rest > 5), 1 if rest > 5 else 2) for rest in range(10)]
    first = first_answers_of(firsts)

    assert (first.good, first.good_right, first.weak, first.weak_right) == (3, 3, 3, 0)
    assert first.options == ((1, 4, 3), (2, 6, 0))


def test_nobody_gave_a_first_answer():
    assert first_answers_of([]).facility is None


def test_the_interval_of_a_sound_question_holds_zero_nineteen_times_in_twenty():
    """Learners differ, each has cards of her own trouble, delays differ; the 150 questions do not."""
    chance = random.Random(5)
    abilities = [chance.gauss(0, 0.8) for _ in range(60)]
    rows = []
    for question in range(150):
        for learner, ability in enumerate(abilities):
            trouble = chance.gauss(0, 0.7)
            for _ in range(chance.randrange(1, 5)):
                setting = chance.randrange(FIRST + 1, SETTINGS)
                odds = 1.5 + ability + trouble - 0.3 * stage_of(setting).lateness
                rows.append((question, learner, 0, setting, int(chance.random() < 1 / (1 + exp(-odds))), 0, 1))
    found = figures(rows, 150, 60).values()

    held = sum(whole.later.low <= 0 <= whole.later.high for whole in found)
    assert 0.90 <= held / 150 <= 0.99
