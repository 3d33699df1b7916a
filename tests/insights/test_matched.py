import random

import pytest

from insights.figures import Stratum
from insights.matched import Comparison, Outcome, compare, least_learners, outcome_of, outcome_of_reports


def gained(before, after):
    found = compare(before, after)
    assert found
    return found


def test_one_setting_gives_the_plain_difference_and_its_binomial_interval():
    found = gained([Stratum(3, 400, 200)], [Stratum(3, 600, 420)])

    assert (found.before, found.after, found.difference) == pytest.approx((0.5, 0.7, 0.2))
    assert found.high - found.difference == pytest.approx(1.96 * (0.25 / 400 + 0.21 / 600) ** 0.5, rel=0.01)


def test_later_reviews_being_easier_is_no_gain():
    """Before, most are asked at a hard setting; after, at an easy one. In neither is anything better."""
    before = [Stratum(1, 300, 150), Stratum(9, 100, 90)]
    after = [Stratum(1, 100, 50), Stratum(9, 300, 270)]

    assert gained(before, after).difference == pytest.approx(0)
    assert gained(before, after).low < 0 < gained(before, after).high


def test_settings_that_one_side_lacks_do_not_count():
    found = gained([Stratum(1, 50, 25), Stratum(2, 99, 0)], [Stratum(1, 40, 30), Stratum(3, 99, 99)])
    assert (found.counted_before, found.counted_after) == (50, 40)


def test_strata_of_one_setting_add_up():
    twice = [Stratum(1, 20, 10), Stratum(1, 30, 15)]
    assert compare(twice, [Stratum(1, 40, 30)]) == compare([Stratum(1, 50, 25)], [Stratum(1, 40, 30)])


@pytest.mark.parametrize(("before", "after"), [([], []), ([Stratum(1, 9, 9)], [Stratum(2, 9, 9)])])
def test_nothing_in_common_cannot_be_compared(before, after):
    assert compare(before, after) is None


@pytest.mark.parametrize(
    ("strata", "reviewers", "least"),
    [
        ([Stratum(3, 1, 0)], 11, 11),
        ([Stratum(3, 1, 0), Stratum(9, 10, 8)], 11, 1),
        ([Stratum(3, 1, 0), Stratum(9, 10, 8)], 10, 1),
        ([Stratum(1, 6, 0), Stratum(3, 6, 0)], 12, 12),
        ([Stratum(1, 6, 0), Stratum(3, 6, 0)], 6, 6),
        ([Stratum(1, 6, 0), Stratum(3, 6, 0), Stratum(9, 3, 0)], 14, 11),
        ([Stratum(9, 10, 8)], 10, 0),
    ],
)
def test_learners_behind_the_settings_that_match_are_counted_once_however_many_they_are_in(strata, reviewers, least):
    assert least_learners(strata, [Stratum(1, 40, 1), Stratum(3, 40, 1)], reviewers=reviewers) == least


def test_the_interval_holds_the_true_gain_nineteen_times_in_twenty():
    chance = random.Random(7)
    held = 0
    for _ in range(1000):
        sides = []
        for gain in (0.0, 0.15):
            strata = []
            for setting, (learners, share) in enumerate([(12, 0.5), (25, 0.6), (9, 0.7), (40, 0.8)], start=1):
                recalled = sum(chance.random() < share + gain for _ in range(learners))
                strata.append(Stratum(setting, learners, recalled))
            sides.append(strata)
        held += gained(*sides).low <= 0.15 <= gained(*sides).high
    assert 930 <= held <= 970


def comparison(low, high, before=200, after=200):
    return Comparison(before, after, 0.5, 0.5 + (low + high) / 2, (low + high) / 2, low, high)


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (None, Outcome.WAIT),
        (comparison(0.02, 0.2), Outcome.HELPED),
        (comparison(0.02, 0.2, after=29), Outcome.WAIT),
        (comparison(0.02, 0.2, before=29), Outcome.WAIT),
        (comparison(-0.05, 0.2), Outcome.WAIT),
        (comparison(-0.2, 0.04), Outcome.DID_NOT_HELP),
        (comparison(-0.05, 0.2, after=300), Outcome.DID_NOT_HELP),
    ],
)
def test_a_mending_helped_or_did_not_once_that_is_sure(found, outcome):
    assert outcome_of(found) == outcome


@pytest.mark.parametrize(
    ("reports", "learners", "outcome"),
    [(0, 29, "wait"), (0, 30, "helped"), (1, 30, "wait"), (1, 60, "helped"), (3, 500, "unhelped")],
)
def test_a_reported_wording_is_mended_when_people_meet_the_new_one_and_say_nothing(reports, learners, outcome):
    assert outcome_of_reports(reports, learners) == outcome
