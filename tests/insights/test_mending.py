import random

import pytest

from insights.figures import FirstAnswers, Option, Reviews, figures_of, standings_of
from insights.mending import Fault, Options, Said, complaints_of, score_of
from insights.recall import fit
from tests.insights.test_recall import LATE, ON_THE_DAY, log

FOUR = Options((1, 2, 3, 4), key=1)


def complain(first=FirstAnswers(), later=Reviews(), said=Said(), options=Options(), usual_recall=0.9):  # noqa: B008
    return {complaint.fault: complaint for complaint in complaints_of(first, later, said, options, usual_recall)}


def reviews(recalled, expected, error, learners=60, count=100):
    return Reviews(learners=learners, reviews=count, recalled=recalled, expected=expected, error=error)


def test_a_question_that_nobody_answered_has_no_complaints():
    assert complain() == {}
    assert score_of([]) == 0


def test_what_is_surely_forgotten_more_than_its_delays_explain_is_a_complaint():
    found = complain(later=reviews(60, 85, 0.05))
    assert found[Fault.FORGOTTEN].share == pytest.approx(-0.25)
    assert found[Fault.FORGOTTEN].severity == pytest.approx(0.25 - 1.96 * 0.05 - 0.05, abs=1e-3)


@pytest.mark.parametrize("later", [reviews(60, 85, 0.13), reviews(80, 85, 0.01), reviews(20, 85, 0.05, learners=9)])
def test_what_is_unsure_or_small_or_rests_on_nine_learners_is_none(later):
    assert Fault.FORGOTTEN not in complain(later=later)


def test_what_is_asked_late_is_said_to_be_and_scores_nothing():
    found = complain(later=reviews(70, 71, 0.05))
    assert list(found) == [Fault.LATE]
    assert score_of(list(found.values())) == 0


def test_a_sound_question_that_is_always_asked_late_is_recalled_less_and_not_called_bad():
    """Forty questions, all alike; the first is asked at nine times its interval, the others mostly in time."""

    def setting_for(question, learner):
        return LATE if question == 0 or (question + learner) % 4 == 0 else ON_THE_DAY

    def odds_for(question, learner, setting):
        return 2.2 if setting == ON_THE_DAY else 0.2

    rows = list(log(40, 150, random.Random(8), setting_for=setting_for, odds_for=odds_for))
    model = fit(rows, kinds=[0] * 40, learners=150)
    standings = standings_of(rows, questions=40, learners=150)
    _, _, late = next(figures_of(rows, model, standings))

    assert late.later.recalled / late.later.reviews < model.usual_recall - 0.15
    complaints = complaints_of(late.first, late.later, Said(), Options(), model.usual_recall)
    assert [complaint.fault for complaint in complaints] == [Fault.LATE]


def test_an_option_that_draws_the_good_learners_is_a_rival_of_the_key():
    options = (Option(1, 45, 20), Option(2, 45, 20), Option(3, 30, 0))
    found = complain(FirstAnswers(learners=120, good=40, good_right=20, options=options), options=FOUR)
    assert (found[Fault.RIVAL].option, found[Fault.RIVAL].share) == (2, 0.5)


def test_a_lure_that_takes_the_weak_learners_is_none():
    options = (Option(1, 45, 20), Option(2, 75, 20))
    found = complain(FirstAnswers(learners=120, good=40, good_right=20, options=options), options=FOUR)
    assert Fault.RIVAL not in found


def test_rivals_are_not_looked_for_among_nine_good_learners_nor_in_do_not_know():
    few = FirstAnswers(learners=27, good=9, good_right=0, options=(Option(2, 27, 9),))
    unknown = FirstAnswers(learners=120, good=40, good_right=0, options=(Option(0, 120, 40),))
    assert Fault.RIVAL not in complain(few, options=FOUR)
    assert Fault.RIVAL not in complain(unknown, options=FOUR)


@pytest.mark.parametrize(
    ("index", "learners", "told"), [(-60, 20, True), (-20, 20, False), (-20, 400, True), (20, 400, False)]
)
def test_a_question_that_strong_learners_fail_is_told_once_it_is_sure(index, learners, told):
    found = complain(FirstAnswers(learners=learners, discrimination=index))
    assert (Fault.AGAINST in found) == told


@pytest.mark.parametrize(("weak", "right", "told"), [(40, 38, True), (40, 28, False), (9, 9, False)])
def test_what_even_weak_learners_know_at_once_may_be_too_easy(weak, right, told):
    assert (Fault.EASY in complain(FirstAnswers(learners=3 * weak, weak=weak, weak_right=right))) == told


@pytest.mark.parametrize(("learners", "chosen", "told"), [(200, 1, True), (30, 0, False), (200, 10, False)])
def test_an_option_is_dead_once_it_is_sure_that_fewer_than_one_in_twenty_take_it(learners, chosen, told):
    first = FirstAnswers(learners=learners, options=(Option(1, learners - chosen, 0), Option(2, chosen, 0)))
    found = complain(first, options=Options((1, 2), key=1))
    assert (Fault.DEAD in found) == told


def test_reports_weigh_more_than_leeches_and_both_more_the_larger_their_share():
    few, many = Said(100, leeches=4), Said(20, leeches=4)
    reported = Said(100, reports=4)
    scores = [
        score_of(complaints_of(FirstAnswers(), Reviews(), said, Options(), 0.9)) for said in (few, many, reported)
    ]
    assert 0 < scores[0] < scores[1]
    assert scores[0] < scores[2]


def test_the_worst_complaint_comes_first():
    first = FirstAnswers(learners=120, weak=40, weak_right=36)
    worst, second = complaints_of(first, reviews(40, 85, 0.05), Said(), Options(), 0.9)
    assert (worst.fault, second.fault) == (Fault.FORGOTTEN, Fault.EASY)
