import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection, connections

from catalog.merging import merge
from catalog.models import QuestionRevision
from insights.models import ItemStatistic
from insights.questions import may_be_told, renew_statistics
from learners.models import Learner
from quiz.models import QuestionReport
from scheduler.joining import follow_merges
from scheduler.models import Card, Review
from tests.factories import AT, make_guest, make_question
from tests.insights.histories import Log

pytestmark = pytest.mark.django_db


def make_learners(count):
    return [make_guest() for _ in range(count)]


def revise(question, change="clearer"):
    question.revision += 1
    question.save()
    return QuestionRevision.objects.create(
        question=question, number=question.revision, edition=question.edition, change=change, content={}, at=AT
    )


def first_revision(question):
    return question.revisions.get(number=1)


def statistic(question, revision=None):
    return ItemStatistic.objects.get(question=question, revision=revision)


def test_first_answers_and_reviews_of_a_choice_become_figures(at):
    question, log = make_question("choice"), Log()
    shown = first_revision(question)
    for place, learner in enumerate(make_learners(16)):
        right = place < 12
        log.add(learner, shown, 4 if right else 1, chosen=2 if right else 1, right=right, elapsed_ms=4000 + place)
        log.add(learner, shown, 4 if place % 4 else 1, day=1, chosen=2, right=True, elapsed_ms=9000)
    log.save()

    assert renew_statistics(at) == 1

    found = statistic(question)
    assert (found.learners, found.answers, found.first_answers, found.reviews) == (16, 32, 16, 16)
    assert (found.facility, found.recalled) == (75, 0.75)
    assert found.options == [{"number": 1, "share": 0.25, "good": None}, {"number": 2, "share": 0.75, "good": None}]
    assert (found.median_seconds, found.computed_at, found.is_current) == (4, at, True)
    # Of the twelve whose first answer was right, those of places 0, 4 and 8 forgot.
    assert found.lapse_rate == pytest.approx(3 / 12)
    assert found.residual_low < found.residual < found.residual_high


def test_a_guess_that_was_right_counts_as_right_at_first_and_as_forgotten_later(at):
    question, log = make_question("choice"), Log()
    for learner in make_learners(10):
        log.add(learner, first_revision(question), 2, chosen=2, right=True)
        log.add(learner, first_revision(question), 2, day=1, chosen=2, right=True)
    log.save()
    renew_statistics(at)

    assert (statistic(question).facility, statistic(question).recalled) == (100, 0)


def test_of_nine_learners_the_counts_are_kept_and_nothing_else(at):
    question, log = make_question("choice"), Log()
    for learner in make_learners(9):
        log.add(learner, first_revision(question), 1, chosen=1, right=False)
        log.add(learner, first_revision(question), 1, day=1, chosen=1, right=False)
    log.save()
    renew_statistics(at)

    found = statistic(question)
    assert (found.learners, found.first_answers, found.reviews) == (9, 9, 9)
    assert (found.facility, found.residual, found.lapse_rate, found.median_seconds) == (None, None, None, None)
    assert (found.options, found.gaps, found.strata, found.complaints, found.score) == ([], [], [], [], 0)


def test_the_lapse_rate_is_told_when_ten_learners_had_something_to_forget(at):
    question, log = make_question(), Log()
    for place, learner in enumerate(make_learners(20)):
        log.add(learner, first_revision(question), 4 if place < 9 else 1)
        log.add(learner, first_revision(question), 1, day=1)
    log.save()
    renew_statistics(at)

    assert (statistic(question).reviewers, statistic(question).recalled) == (20, 0)
    assert statistic(question).lapse_rate is None

    tenth = make_learners(1)[0]
    log.add(tenth, first_revision(question), 4)
    log.add(tenth, first_revision(question), 4, day=1)
    log.save()
    renew_statistics(at)
    assert statistic(question).lapse_rate == pytest.approx(9 / 10)


def test_what_was_undone_drilled_or_left_behind_by_a_merge_is_not_counted(at):
    question, log = make_question(), Log()
    shown, (learner, other) = first_revision(question), make_learners(2)
    log.add(learner, shown, 1, undone_at=AT)
    log.add(learner, shown, 4)
    log.add(learner, shown, 4, kind=Review.Kind.DRILL)
    log.add(other, shown, 1)
    log.save()
    Card.objects.filter(learner=other).update(superseded_by=Card.objects.get(learner=learner), learner=learner)
    renew_statistics(at)

    assert (statistic(question).answers, statistic(question).learners) == (1, 1)


def test_each_wording_has_its_figures_and_a_typo_makes_no_new_one(at):
    question, log = make_question(), Log()
    typo, clearer = revise(question, "typo"), revise(question)
    for place, learner in enumerate(make_learners(30)):
        shown = [first_revision(question), typo, clearer][place % 3]
        log.add(learner, shown, 4 if shown == clearer else 1)
    log.save()
    renew_statistics(at)

    assert ItemStatistic.objects.count() == 3
    assert statistic(question).facility == pytest.approx(100 / 3)
    assert statistic(question, first_revision(question)).first_answers == 20
    assert statistic(question, clearer).facility == 100
    assert ItemStatistic.objects.current().get() == statistic(question, clearer)


def test_a_wording_that_nobody_met_yet_leaves_the_question_without_current_figures(at):
    question, log = make_question(), Log()
    for learner in make_learners(10):
        log.add(learner, first_revision(question), 1)
    log.save()
    revise(question)
    renew_statistics(at)

    assert statistic(question).facility == 0
    assert not ItemStatistic.objects.current().exists()


def test_the_whole_does_not_give_away_what_a_small_part_hides(at):
    question, log = make_question(), Log()
    clearer = revise(question)
    for place, learner in enumerate(make_learners(14)):
        log.add(learner, clearer if place < 3 else first_revision(question), 4)
    log.save()
    renew_statistics(at)

    assert statistic(question, first_revision(question)).facility == 100
    assert statistic(question, clearer).facility is None
    assert statistic(question).facility is None


@pytest.mark.parametrize(
    ("whole", "parts", "told"),
    [(9, [], False), (10, [], True), (25, [22, 3], False), (25, [10, 15], True), (25, [9, 9, 7], True)],
)
def test_figures_are_told_when_neither_they_nor_a_difference_are_of_fewer_than_ten(whole, parts, told):
    assert may_be_told(whole, parts) == told


def test_reports_are_counted_by_wording_and_stand_against_the_current_one(at):
    question, log = make_question(), Log()
    clearer, learners = revise(question), make_learners(20)
    for place, learner in enumerate(learners):
        shown = first_revision(question) if place < 10 else clearer
        log.add(learner, shown, 4)
        if place in (0, 1, 12, 13, 14, 15):
            QuestionReport.objects.create(
                learner=learner, question=question, revision=shown, reason="wrong", reported_at=AT
            )
    log.save()
    renew_statistics(at)

    assert (statistic(question).reports, statistic(question, clearer).reports) == (6, 4)
    assert [fault for fault, *_ in statistic(question, clearer).complaints] == ["reports"]
    assert list(ItemStatistic.objects.to_mend()) == [statistic(question, clearer)]


def test_report_that_a_curator_rejected_does_not_count(at):
    question, log = make_question(), Log()
    for status, learner in zip(("open", "accepted", "answered", "rejected"), make_learners(4), strict=True):
        log.add(learner, first_revision(question), 4)
        QuestionReport.objects.create(
            learner=learner,
            question=question,
            revision=first_revision(question),
            reason="wrong",
            reported_at=AT,
            status=status,
            decided_at=None if status == "open" else AT,
        )
    log.save()
    renew_statistics(at)

    assert statistic(question).reports == 3


def test_another_run_replaces_all_and_a_retired_question_is_nothing_to_mend(at):
    question, log = make_question(), Log()
    for learner in make_learners(10):
        log.add(learner, first_revision(question), 1)
        QuestionReport.objects.create(
            learner=learner, question=question, revision=first_revision(question), reason="wrong", reported_at=AT
        )
    log.save()
    renew_statistics(at)
    assert ItemStatistic.objects.to_mend().count() == 1

    question.status = "retired"
    question.save()
    assert renew_statistics(at) == 1
    assert ItemStatistic.objects.count() == 1
    assert not ItemStatistic.objects.to_mend().exists()


@contextmanager
def meanwhile(happens):
    """Something happens just before the log is read: the run knows the bank as it was before."""
    left = [happens]

    def wrapper(execute, sql, *rest):
        if left and 'FROM "scheduler_review"' in sql:
            left.pop()()
        return execute(sql, *rest)

    with connection.execute_wrapper(wrapper):
        yield
    assert not left


def test_what_is_published_answered_and_reported_during_a_run_waits_for_the_next(at):
    question, log = make_question(), Log()
    learners = make_learners(12)
    for learner in learners:
        log.add(learner, first_revision(question), 4)
    log.save()

    def published():
        newcomer, clearer = make_question(), revise(question)
        for learner, revision in [(learners[0], first_revision(newcomer)), (learners[1], clearer)]:
            log.add(learner, revision, 1, day=1)
            QuestionReport.objects.create(
                learner=learner, question=revision.question, revision=revision, reason="wrong", reported_at=AT
            )
        log.save()

    with meanwhile(published):
        assert renew_statistics(at) == 1

    assert (statistic(question).answers, statistic(question).reports) == (12, 0)

    renew_statistics(at)
    assert ItemStatistic.objects.filter(revision=None).count() == 2
    assert (statistic(question).answers, statistic(question).reports) == (13, 1)


def test_an_answer_whose_wording_is_not_known_is_one_to_the_first(at):
    question, log = make_question(), Log()
    log.add(make_learners(1)[0], first_revision(question), 4)
    log.save()
    revise(question)
    Review.objects.update(revision=None)
    renew_statistics(at)

    assert statistic(question).answers == 1
    assert not ItemStatistic.objects.current().exists()


def test_an_empty_log_has_no_statistics(at):
    make_question()
    assert renew_statistics(at) == 0


def test_queries_do_not_grow_with_the_answers(at, django_assert_num_queries):
    question, log = make_question(), Log()
    for learner in make_learners(3):
        log.add(learner, first_revision(question), 4)
    log.save()
    with django_assert_num_queries(10):
        renew_statistics(at)

    for learner in Learner.objects.all():
        for day in range(1, 30):
            log.add(learner, first_revision(question), 4, day=day)
    log.save()
    with django_assert_num_queries(10):
        renew_statistics(at)


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_leave_the_statistics_of_one(at):
    log = Log()
    for question in [make_question() for _ in range(3)]:
        for learner in make_learners(2):
            log.add(learner, first_revision(question), 4)
    log.save()
    together = Barrier(2)

    def run(_):
        together.wait()
        try:
            return renew_statistics(at)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for _ in range(10):
            assert list(pool.map(run, range(2))) == [3, 3]
    assert ItemStatistic.objects.count() == 3


def test_the_command_says_what_it_did(capsys):
    question, log = make_question(), Log()
    for learner in make_learners(2):
        log.add(learner, first_revision(question), 4)
    log.save()

    call_command("item_statistics")

    said = capsys.readouterr().out
    assert "1 question has statistics." in said
    assert "0 opened" in said


def test_answers_to_a_question_that_was_merged_into_another_are_not_counted_as_the_other_s(at):
    gone, stays, log = make_question(prompt="Why late?"), make_question(prompt="Why a day late?"), Log()
    revise(gone)
    *_, newest = (revise(gone), revise(gone))
    learners = make_learners(12)
    for learner in learners:
        log.add(learner, newest, 4)
    log.save()
    merge(gone, stays, by=None, at=AT)
    assert follow_merges(at) == 12
    for card in Card.objects.filter(question=stays):
        fields = {"quality": 4, "revision": first_revision(stays), "before": {}, "after": {}, "reviewed_at": AT}
        day = AT.date() + dt.timedelta(days=1)
        card.reviews.create(learner=card.learner, sequence=card.sequence, kind="answer", study_day=day, **fields)

    renew_statistics(at)

    assert (statistic(stays).answers, statistic(stays).first_answers, statistic(stays).reviews) == (12, 0, 12)
