"""What the answers tell, where curators keep the questions."""

import pytest
from django.urls import reverse

from catalog.models import Question
from insights.at_questions import statistics_link
from insights.models import ItemStatistic
from insights.questions import renew_statistics
from tests.factories import make_question
from tests.insights.histories import Log
from tests.insights.test_questions import first_revision, make_learners
from tests.quiz.test_views import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, curator):
    client.force_login(curator)
    return client


def test_page_of_a_published_question_leads_to_its_figures_and_that_of_a_draft_does_not(staff):
    asked, draft = make_question(), make_question(status="draft", revision=0)
    address = reverse("admin:insights_question", args=[asked.pk])
    assert address in text_of(staff.get(reverse("admin:catalog_question_change", args=[asked.pk])))
    assert staff.get(address).status_code == 200
    assert statistics_link(draft) is None


def test_list_of_questions_is_filtered_by_what_the_answers_say(staff, at):
    bad, early = make_question(), make_question()
    log = Log()
    for learner in make_learners(12):
        log.add(learner, first_revision(bad), 1)
    log.save()
    renew_statistics(at)
    ItemStatistic.objects.filter(question=bad).update(score=1)

    def listed(quality: str) -> set[str]:
        page = staff.get(reverse("admin:catalog_question_changelist"), {"quality": quality})
        return {question.slug for question in page.context["cl"].result_list}

    assert listed("mend") == {bad.slug}
    assert listed("early") == {early.slug}
    assert listed("well") == set()
    assert listed("case") == set()
    for quality in ("nonsense", "\x00"):
        assert listed(quality) == {bad.slug, early.slug}
    Question.objects.filter(pk=bad.pk).update(status="retired")
    assert listed("mend") == set()
    ItemStatistic.objects.update(score=0)
    assert listed("well") == {bad.slug}
