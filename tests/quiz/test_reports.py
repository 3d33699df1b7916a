"""What becomes of a report: the curators' inbox, the decision, and what the learner who asked is told."""

import datetime as dt
import json

import pytest
import time_machine
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.urls import reverse

from catalog.revisions import publish
from learners import parts, roles
from learners.models import Learner
from quiz import reports
from quiz.models import QuestionReport
from tests.factories import AT, make_card, make_guest, make_learner, make_question, make_report, make_staff
from tests.quiz.test_queries import queries
from tests.quiz.test_views import HTMX, front, grade, opened, text_of, ticket_in

pytestmark = pytest.mark.django_db

INBOX = "/admin/quiz/reportedquestion/"
MINUTE = dt.timedelta(minutes=1)
SHOWN = {"options": [3, 1, 2], "side": "back", "chosen": 1, "typed": ""}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(curator) -> Client:
    """A curator's browser."""
    client = Client()
    client.force_login(curator)
    return client


@pytest.fixture
def study(client, learner):
    """The browser of `learner`."""
    client.force_login(learner.user)
    return client


def address(question) -> str:
    return reverse("admin:quiz_reportedquestion_change", args=[question.pk])


def decide(desk, question, *chosen, status="accepted", answer="", **more):
    form = {"reports": [report.pk for report in chosen], "status": status, "answer": answer}
    return desk.post(address(question), form, **more)


def words(response) -> str:
    return " ".join(text_of(response).split())


class TestInbox:
    def test_has_a_line_a_question_the_most_reported_first(self, desk):
        once, twice = make_question(prompt="Reported once?"), make_question(prompt="Reported twice?")
        make_question(prompt="Never reported?")
        make_report(question=once)
        make_report(question=twice, reason="unclear")
        make_report(question=twice)

        page = words(desk.get(INBOX))

        assert page.index("Reported twice?") < page.index("Reported once?")
        assert "3 reports are open" in page
        assert "The answer is wrong; I can’t tell what is asked" in page
        assert "Never reported?" not in page

    def test_says_since_when_a_report_waits(self, desk):
        make_report()
        assert "since 23 November 2026" in words(desk.get(INBOX))

    def test_says_what_comes_into_it_while_it_is_empty(self, desk):
        assert "What learners report comes here" in words(desk.get(INBOX))
        make_report()
        assert "What learners report comes here" not in words(desk.get(INBOX))

    def test_shows_decided_ones_when_asked_to_and_finds_them_by_what_learners_wrote(self, desk, curator):
        question = make_question(prompt="Decided?")
        report = make_report(question=question, comment="since version three")
        reports.decide(QuestionReport.objects.all(), status="rejected", answer="", by=curator, at=AT)

        assert "Decided?" not in words(desk.get(INBOX))
        assert "Decided?" in words(desk.get(INBOX, {"state": "decided", "q": "version three"}))
        assert "Decided?" not in words(desk.get(INBOX, {"state": "all", "reason": report.reason}))

    @pytest.mark.parametrize("nonsense", ["zz", "id", "\x00"])
    def test_opens_whatever_its_address_asks_for(self, desk, nonsense):
        make_report(question=make_question(prompt="Reported?"))
        for name in ("reason", "state"):
            page = desk.get(INBOX, {name: nonsense})
            assert page.status_code == 200
            assert "Reported?" in words(page)
        assert desk.get(INBOX, {"reason": nonsense, "_facets": "True"}).status_code == 200

    def test_costs_as_many_queries_however_full(self, desk):
        def cost() -> int:
            return len(queries(lambda: desk.get(INBOX))[0])

        make_report()
        desk.get(INBOX)
        few = cost()
        for _ in range(10):
            make_report()
        assert cost() == few

    def test_page_of_a_question_costs_as_many_queries_however_often_it_was_reported(self, desk, curator):
        question = make_question("choice")

        def cost() -> int:
            return len(queries(lambda: desk.get(address(question)))[0])

        reports.decide(
            QuestionReport.objects.filter(pk=make_report(question=question).pk),
            status="accepted",
            answer="",
            by=curator,
            at=AT,
        )
        make_report(question=question)
        desk.get(address(question))
        few = cost()
        for _ in range(10):
            make_report(question=question)
        assert cost() == few

    def test_first_page_of_the_admin_says_how_many_wait(self, desk):
        assert "wait for a decision" not in words(desk.get("/admin/"))
        make_report()
        make_report()
        assert "2 reports of learners wait for a decision" in words(desk.get("/admin/"))

    def test_page_of_a_question_leads_to_its_reports_and_back(self, desk):
        question = make_question()
        form = reverse("admin:catalog_question_change", args=[question.pk])
        assert address(question) not in text_of(desk.get(form))

        report = make_report(question=question)
        link = f'<a href="{address(question)}">Reports{{}}</a>'
        assert link.format(" (1 open)") in text_of(desk.get(form))
        page = text_of(desk.get(address(question)))
        for name in ("catalog_question_change", "catalog_question_history", "insights_question"):
            assert f'href="{reverse(f"admin:{name}", args=[question.pk])}"' in page

        decide(desk, question, report)
        assert link.format("") in text_of(desk.get(form))

    def test_address_of_a_question_that_nobody_reported_leads_to_the_list(self, desk):
        assert desk.get(address(make_question())).headers["Location"] == INBOX


class TestCardAsSeen:
    def test_is_of_the_wording_of_then_in_her_order_with_her_answer(self, desk):
        question = make_question("choice")
        make_report(question=question, shown=SHOWN)
        question.prompt = "Another wording?"
        publish(question, change="clearer", author=None, at=AT)

        page = words(desk.get(address(question)))
        card = page[page.index("1 open report") :]

        assert "Which part decides that a task may run now?" in card
        assert "In wording 1, which has been changed since." in card
        history = reverse("admin:catalog_question_history", args=[question.pk])
        assert f'<a href="{history}?old=1">What has changed</a>' in card
        assert card.index("The web server") < card.index("The executor") < card.index("The scheduler")
        assert card.index("The executor") < card.index("✗ What was picked") < card.index("✓ The answer")
        assert "Another wording?" in page[: page.index("1 open report")]

    def test_of_the_front_shows_nothing_of_the_back(self, desk):
        question = make_question("choice")
        make_report(question=question, shown={**SHOWN, "side": "front", "chosen": None})

        page = words(desk.get(address(question)))
        card = page[page.index("1 open report") :]

        assert "Seen before its answer was shown." in card
        assert "✓" not in card
        assert "does what it does" not in card

    @pytest.mark.parametrize(("typed", "verdict"), [("idempotent", "✓ right"), ("durable", "✗ not right")])
    def test_says_what_was_typed_and_whether_it_was_right(self, desk, typed, verdict):
        question = make_question("typed")
        make_report(question=question, shown={"options": [], "side": "back", "chosen": None, "typed": typed})

        page = words(desk.get(address(question)))

        assert f"<q>{typed}</q> <b>{verdict}</b>" in page

    def test_cloze_seen_from_the_front_keeps_its_blank(self, desk):
        question = make_question("cloze")
        make_report(question=question, shown={"options": [], "side": "front", "chosen": None, "typed": ""})

        page = words(desk.get(address(question)))

        assert "idempotent" not in page[page.index("1 open report") :]

    def test_comment_is_text_whatever_it_holds(self, desk):
        question = make_question()
        make_report(question=question, comment="<script>alert(1)</script>")

        assert b"<script>alert" not in desk.get(address(question)).content


class TestDecision:
    @pytest.mark.parametrize(
        ("status", "said"),
        [("accepted", "2 reports are accepted."), ("rejected", "2 reports are rejected.")],
    )
    def test_one_press_decides_on_all_that_are_ticked_and_says_who_and_when(self, desk, curator, status, said):
        question = make_question()
        ticked = [make_report(question=question), make_report(question=question)]
        left = make_report(question=question)

        page = decide(desk, question, *ticked, status=status, follow=True)

        assert said in words(page)
        for report in ticked:
            report.refresh_from_db()
            assert (report.status, report.decided_by, report.decided_at) == (status, curator, AT)
        left.refresh_from_db()
        assert left.status == "open"
        assert page.redirect_chain[-1][0] == address(question)

    def test_last_decision_leads_back_to_the_list_and_is_kept_in_the_history(self, desk):
        question = make_question()

        page = decide(desk, question, make_report(question=question), follow=True)

        assert page.redirect_chain[-1][0] == INBOX
        history = reverse("admin:quiz_reportedquestion_history", args=[question.pk])
        assert "1 report is accepted." in words(desk.get(history))

    def test_answer_needs_words_and_loses_nothing_that_was_written(self, desk):
        question = make_question()
        report, other = make_report(question=question), make_report(question=question)

        page = decide(desk, question, report, status="answered")
        assert page.status_code == 422
        assert "Write what they are told" in words(page)
        assert f'value="{report.pk}" checked' in words(page)
        assert f'value="{other.pk}" checked' not in words(page)

        page = decide(desk, question, status="answered", answer="So it is, since 2.0.")
        assert page.status_code == 422
        assert "Tick the reports that this is about." in words(page)
        assert "So it is, since 2.0." in words(page)
        assert QuestionReport.objects.undecided().count() == 2

    @pytest.mark.parametrize(
        "forged",
        [{"status": "nonsense"}, {"status": ""}, {"reports": ["x"]}, {"reports": ["0"]}, {"reports": ["9" * 30]}],
    )
    def test_forged_form_changes_nothing(self, desk, forged):
        question = make_question()
        report = make_report(question=question)

        response = desk.post(address(question), {"reports": [report.pk], "status": "accepted", **forged})

        assert response.status_code == 422
        assert QuestionReport.objects.undecided().count() == 1

    def test_report_on_another_question_is_not_decided_here(self, desk):
        other = make_report()
        question = make_report().question

        assert decide(desk, question, other).status_code == 422
        assert QuestionReport.objects.undecided().count() == 2

    def test_second_press_finds_it_decided_and_changes_nothing(self, desk):
        question = make_question()
        report = make_report(question=question)
        decide(desk, question, report)

        page = decide(desk, question, report, status="rejected", follow=True)

        assert "Somebody else was quicker" in words(page)
        report.refresh_from_db()
        assert report.status == "accepted"

    def test_decision_can_be_taken_back(self, desk, learner):
        question = make_question()
        report = make_report(learner, question, wants_answer=True)
        decide(desk, question, report, answer="Yes.")

        page = decide(desk, question, report, status="open", follow=True)

        assert "1 report is open again." in words(page)
        report.refresh_from_db()
        assert (report.status, report.answer, report.decided_by, report.decided_at) == ("open", "", None, None)
        learner.refresh_from_db()
        assert reports.outcomes_of(learner) == []

    def test_who_may_only_look_decides_nothing(self, client, monkeypatch):
        monkeypatch.setitem(roles.GRANTS, "quiz.reportedquestion", roles.Grant(roles.LOOK, roles.LOOK))
        looker = make_staff("curator")
        looker.groups.get().permissions.remove(
            *looker.groups.get().permissions.filter(codename="change_reportedquestion")
        )
        client.force_login(looker)
        report = make_report()

        assert "Reject" not in words(client.get(address(report.question)))
        assert decide(client, report.question, report).status_code == 403
        assert QuestionReport.objects.undecided().exists()


class TestBeingTold:
    @pytest.fixture
    def report(self, learner, curator):
        """One of hers, accepted a minute ago; she wanted to know."""
        report = make_report(learner, make_question(prompt="Is it so?"), wants_answer=True)
        at = AT - MINUTE
        reports.decide(QuestionReport.objects.all(), status="accepted", answer="Thank you.", by=curator, at=at)
        make_card(learner)
        return report

    def test_report_asks_whether_she_wants_to_know(self, study, learner):
        make_question()
        form = study.get(reverse("quiz:report"), {"ticket": front(study)})
        assert "Tell me what became of it" in text_of(form)

        wish = {"ticket": ticket_in(form), "reason": "wrong", "wants_answer": "on"}
        page = study.post(reverse("quiz:report"), wish, follow=True)

        assert "you will read here what became of it" in text_of(page)
        assert learner.reports.get().wants_answer

    @pytest.mark.parametrize("place", ["/", "/study/"])
    def test_she_reads_it_on_the_page_that_she_comes_to(self, study, report, place):
        page = words(study.get(place))

        assert "Your report on “Is it so?” is accepted." in page
        assert "Thank you." in page
        assert "Your report" in words(study.get(place)), "to look at a page changes nothing"

    def test_her_next_press_says_that_she_has_read_it(self, study, report, learner):
        back = opened(study, front(study))

        page = grade(study, back)

        assert "Your report" not in words(page)
        assert "Your report" not in words(study.get("/"))
        report.refresh_from_db()
        assert report.told_at == AT
        learner.refresh_from_db()
        assert not learner.has_outcomes

    def test_press_on_a_page_from_before_the_decision_does_not(self, study, learner, curator, clock):
        make_card(learner)
        back = opened(study, front(study))
        make_report(learner, make_question(prompt="Is it so?"), wants_answer=True)
        clock.shift(MINUTE)
        now = AT + MINUTE
        reports.decide(QuestionReport.objects.all(), status="rejected", answer="", by=curator, at=now)

        assert "the question stays as it is" in words(grade(study, back))

    @pytest.mark.parametrize("headers", [{}, HTMX], ids=["without htmx", "with htmx"])
    def test_closing_it_leaves_her_where_she_is(self, study, report, headers):
        ticket = front(study)

        form = {"ticket": ticket, "report": [report.pk]}
        response = study.post(reverse("quiz:told"), form, headers=headers, follow=True)

        assert "Your report" not in words(response)
        if headers:
            assert words(response) == '<div id="outcomes"></div>'
        else:
            assert ticket_in(response) == ticket
        report.refresh_from_db()
        assert report.told_at == AT

    def test_closing_it_at_home_leads_home(self, study, report):
        response = study.post(reverse("quiz:told"), {"at_home": "1", "report": [report.pk]})

        assert response.headers["Location"] == "/"

    def test_what_is_somebody_elses_is_not_closed(self, client, report):
        client.force_login(make_learner().user)
        client.get("/study/")

        client.post(reverse("quiz:told"), {"report": [report.pk, "x"]})

        report.refresh_from_db()
        assert report.told_at is None

    def test_who_did_not_ask_is_told_nothing(self, study, learner, curator):
        make_report(learner)
        reports.decide(QuestionReport.objects.all(), status="answered", answer="Hm.", by=curator, at=AT - MINUTE)

        assert "Hm." not in words(study.get("/study/"))
        learner.refresh_from_db()
        assert not learner.has_outcomes

    def test_question_changed_since_is_called_so(self, study, report):
        question = report.question
        question.prompt = "Is it so now?"
        publish(question, change="clearer", author=None, at=AT)

        page = words(study.get("/study/"))

        assert "Your report on “Is it so?” is accepted. The question has been changed since." in page

    def test_what_does_not_fit_at_once_comes_after(self, study, learner, curator):
        make_card(learner)
        make_card(learner)
        for _ in range(reports.TOLD_AT_ONCE + 1):
            make_report(learner, wants_answer=True)
        reports.decide(QuestionReport.objects.all(), status="rejected", answer="", by=curator, at=AT - MINUTE)

        first = study.get("/study/")
        second = grade(study, opened(study, ticket_in(first)))

        assert words(first).count("Your report on") == reports.TOLD_AT_ONCE
        assert words(second).count("Your report on") == 1
        assert "Your report on" not in words(grade(study, opened(study, ticket_in(second))))

    def test_learner_who_waits_for_nothing_pays_no_query_and_one_who_is_told_pays_one(self, study, learner, curator):
        make_card(learner)
        report = make_report(learner, wants_answer=True)
        study.get("/study/")
        without, _ = queries(lambda: study.get("/study/"))
        reports.decide(QuestionReport.objects.filter(pk=report.pk), status="rejected", answer="", by=curator, at=AT)

        told, _ = queries(lambda: study.get("/study/"))

        assert len(told) == len(without) + 1


class TestTheLearnersData:
    def test_second_report_of_a_wording_is_open_again(self, study, learner, curator):
        question = make_question()
        report = make_report(learner, question, wants_answer=True)
        reports.decide(QuestionReport.objects.all(), status="rejected", answer="No.", by=curator, at=AT - MINUTE)

        study.post(reverse("quiz:report"), {"ticket": front(study), "reason": "unclear"})

        report.refresh_from_db()
        assert (report.status, report.reason, report.answer, report.decided_at) == ("open", "unclear", "", None)
        assert "No." not in words(study.get("/study/"))

    def test_what_waits_for_a_guest_comes_along_into_the_account(self, learner, curator):
        guest = make_guest()
        make_report(guest, wants_answer=True)
        reports.decide(QuestionReport.objects.all(), status="rejected", answer="", by=curator, at=AT)
        guest.refresh_from_db()

        parts.merge(guest, learner)

        learner.refresh_from_db()
        assert len(reports.outcomes_of(learner)) == 1

    def test_decision_reaches_a_guest_s_account_that_took_her_report_over(self, learner, curator):
        guest = make_guest()
        make_report(guest, wants_answer=True)
        parts.merge(guest, learner)

        reports.decide(QuestionReport.objects.all(), status="rejected", answer="", by=curator, at=AT)

        assert Learner.objects.get(pk=learner.pk).has_outcomes

    def test_export_holds_what_became_of_a_report_and_not_who_decided(self, learner, curator):
        make_report(learner, wants_answer=True, comment="Hm.")
        reports.decide(QuestionReport.objects.all(), status="answered", answer="So it is.", by=curator, at=AT)

        (exported,) = parts.export(learner)["quiz"]

        assert (exported["comment"], exported["status"], exported["answer"]) == ("Hm.", "answered", "So it is.")
        assert curator.email not in json.dumps(exported, cls=DjangoJSONEncoder)

    def test_curator_who_leaves_takes_no_decision_along(self, learner, desk, curator):
        report = make_report(learner)
        reports.decide(QuestionReport.objects.all(), status="rejected", answer="", by=curator, at=AT)
        other = Client()
        other.force_login(make_staff("curator"))
        curator.delete()

        assert "By somebody who has left" in words(other.get(address(report.question)))
