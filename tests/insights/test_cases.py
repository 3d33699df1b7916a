import datetime as dt

import pytest
from django.db import IntegrityError

from catalog.steps import retire
from insights.cases import NotRunning, dismiss, evidence_of, work_through_cases
from insights.models import Case, ItemStatistic
from insights.questions import renew_statistics
from insights.tasks import renew_item_statistics
from quiz.models import QuestionReport
from tests.factories import AT, make_question, make_reading
from tests.insights.histories import Log
from tests.insights.test_questions import first_revision, make_learners, revise

pytestmark = pytest.mark.django_db

LATER = AT + dt.timedelta(days=30)


@pytest.fixture
def bank():
    """A question that is forgotten three times in four among four that are recalled, by forty learners."""
    reading = make_reading()
    bad, *good = [make_question(resource=reading) for _ in range(5)]
    learners, log = make_learners(40), Log()
    for place, learner in enumerate(learners):
        for question in good:
            log.add(learner, first_revision(question), 4)
            log.add(learner, first_revision(question), 4 if place % 8 else 1, day=1)
        log.add(learner, first_revision(bad), 4)
        log.add(learner, first_revision(bad), 1 if place % 4 else 4, day=1)
    log.save()
    return bad, learners, log


def night(at=AT):
    renew_statistics(at)
    return work_through_cases(at)


def answer_new_wording(log, learners, revision, recalled_of_ten):
    """Reviews of new learners: a first answer, and a day later a review at the same setting as those before."""
    for place, learner in enumerate(learners):
        log.add(learner, revision, 4)
        log.add(learner, revision, 4 if place % 10 < recalled_of_ten else 1, day=1)
    log.save()


def test_a_question_that_is_forgotten_opens_one_case_with_its_evidence(bank):
    bad, _, _ = bank

    assert night()["opened"] == 1
    assert night(LATER)["opened"] == 0

    case = Case.objects.get()
    assert (case.question, case.wording, case.trigger, case.status) == (bad, first_revision(bad), "residual", "open")
    assert (case.opened_at, case.evidence["reviews"], case.evidence["recalled"]) == (AT, 40, 0.25)
    assert case.evidence["residual_low"] < case.evidence["residual_high"] <= -0.1


def test_three_learners_who_report_a_wording_open_a_case():
    question = make_question()
    for place, learner in enumerate(make_learners(3)):
        log = Log()
        log.add(learner, first_revision(question), 4)
        log.save()
        QuestionReport.objects.create(
            learner=learner, question=question, revision=first_revision(question), reason="wrong", reported_at=AT
        )
        assert night()["opened"] == (place == 2)

    assert Case.objects.get().evidence == {"reports": 3, "learners": 3}


@pytest.mark.parametrize(
    ("figures", "triggers"),
    [
        ({"residual_high": -0.1}, ["residual"]),
        ({"residual_high": -0.09}, []),
        ({"leeches": 3, "learners": 20}, ["leeches"]),
        ({"leeches": 3, "learners": 9}, []),
        ({"leeches": 3, "learners": 100}, []),
        ({"leeches": 2, "learners": 10}, []),
        ({"reports": 2}, []),
        ({"reports": 3, "leeches": 5, "learners": 20, "residual_high": -0.3}, ["residual", "leeches", "reports"]),
    ],
)
def test_thresholds(figures, triggers):
    assert [str(trigger) for trigger, _ in evidence_of(ItemStatistic(**{"learners": 0, **figures}))] == triggers


def test_a_typo_mends_nothing_and_a_clearer_wording_is_tied_to_the_case(bank):
    bad, _, _ = bank
    night()

    revise(bad, "typo")
    assert night(LATER)["mended"] == 0
    clearer = revise(bad)
    assert night(LATER)["mended"] == 1
    assert night(LATER)["mended"] == 0

    case = Case.objects.get()
    assert (case.status, case.mended_by, case.closed_at) == ("mended", clearer, None)


def test_a_mending_that_helped_closes_its_case_with_recall_before_and_after(bank):
    bad, _, log = bank
    night()
    clearer = revise(bad)
    answer_new_wording(log, make_learners(40), clearer, recalled_of_ten=8)

    assert night(LATER)["helped"] == 1

    case = Case.objects.get()
    assert (case.status, case.closed_at) == ("helped", LATER)
    assert (case.findings["before"], case.findings["after"]) == pytest.approx((0.25, 0.8))
    assert 0 < case.findings["low"] < case.findings["difference"] < case.findings["high"]
    assert (case.findings["counted_before"], case.findings["counted_after"]) == (40, 40)


def test_a_mending_that_changed_nothing_did_not_help_and_the_new_wording_has_a_case_of_its_own(bank):
    bad, _, log = bank
    night()
    clearer = revise(bad)
    answer_new_wording(log, make_learners(60), clearer, recalled_of_ten=1)

    counts = night(LATER)

    assert (counts["unhelped"], counts["opened"]) == (1, 1)
    assert set(Case.objects.values_list("wording", "status")) == {
        (first_revision(bad).pk, "unhelped"),
        (clearer.pk, "open"),
    }


def test_few_answers_to_the_new_wording_leave_the_case_waiting(bank):
    bad, _, log = bank
    night()
    answer_new_wording(log, make_learners(12), revise(bad), recalled_of_ten=10)
    night(LATER)

    case = Case.objects.get()
    assert (case.status, case.findings["counted_after"]) == ("mended", 12)


def test_the_answer_of_one_learner_at_a_matched_delay_is_not_kept(bank):
    bad, _, log = bank
    night()
    clearer = revise(bad)
    for place, learner in enumerate(make_learners(11)):
        log.add(learner, clearer, 4)
        log.add(learner, clearer, 4 if place else 1, day=9 if place else 1)
    log.save()
    night(LATER)

    assert Case.objects.get().findings == {"learners": 11, "reports": 0}


def test_seven_learners_who_are_counted_twice_are_not_enough_to_be_told(bank):
    bad, (*learners, _), log = bank
    for learner in learners:
        log.add(learner, first_revision(bad), 4, day=9)
    log.save()
    night()
    clearer = revise(bad)
    for place, learner in enumerate(make_learners(14)):
        log.add(learner, clearer, 4)
        log.add(learner, clearer, 1, day=1 if place < 7 else 30)
        if place < 7:
            log.add(learner, clearer, 4, day=9)
    log.save()
    night(LATER)

    assert Case.objects.get().findings == {"learners": 14, "reports": 0}


def test_mended_again_the_case_judges_the_latest_wording(bank):
    bad, _, log = bank
    night()
    answer_new_wording(log, make_learners(12), revise(bad), recalled_of_ten=0)
    night(LATER)
    latest = revise(bad, "meaning")
    answer_new_wording(log, make_learners(40), latest, recalled_of_ten=9)
    night(LATER)

    case = Case.objects.get()
    assert (case.status, case.mended_by, case.findings["counted_after"]) == ("helped", latest, 40)


def test_a_case_of_reports_is_closed_by_learners_who_meet_the_new_wording_and_report_nothing():
    question, log = make_question(), Log()
    for learner in make_learners(3):
        log.add(learner, first_revision(question), 4)
        QuestionReport.objects.create(
            learner=learner, question=question, revision=first_revision(question), reason="wrong", reported_at=AT
        )
    log.save()
    night()
    clearer = revise(question)
    for learner in make_learners(30):
        log.add(learner, clearer, 4)
    log.save()

    assert night(LATER)["helped"] == 1
    assert Case.objects.get().findings == {"learners": 30, "reports": 0}


def test_a_dismissed_case_stays_closed_and_opens_no_other_on_its_wording(bank, curator):
    night()
    case = Case.objects.get()

    dismiss(case, reason="It is meant to be hard.", by=curator, at=LATER)

    case.refresh_from_db()
    assert (case.status, case.reason, case.closed_by, case.closed_at) == (
        "dismissed",
        "It is meant to be hard.",
        curator,
        LATER,
    )
    assert night(LATER)["opened"] == 0
    with pytest.raises(NotRunning):
        dismiss(case, reason="Again.", by=curator, at=LATER)


def test_a_case_of_a_retired_question_is_dismissed_and_says_why(bank):
    bad, _, _ = bank
    night()
    retire(bad, by=None, at=AT)

    assert night(LATER)["dismissed"] == 1
    assert Case.objects.get().reason == "The question was retired."


def test_a_question_has_one_running_case(bank):
    bad, _, _ = bank
    night()
    with pytest.raises(IntegrityError):
        Case.objects.create(question=bad, wording=revise(bad), trigger="reports", opened_at=AT)


def test_the_nights_task_does_both(bank):
    renew_item_statistics(at=AT.isoformat())

    assert ItemStatistic.objects.current().count() == 5
    assert Case.objects.get().opened_at == AT
