"""Through every layer, without a browser: what a learner sees and what is recorded."""

import datetime as dt
import html
import re

import pytest
import time_machine
from django.urls import reverse

from catalog.models import Question, QuestionRevision
from learners import parts
from learners.models import Learner
from quiz.models import QuestionReport
from scheduler.models import Card, Review
from tests.factories import (
    AT,
    TODAY,
    make_card,
    make_learner,
    make_many_questions,
    make_question,
    make_reading,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

DAY = dt.timedelta(days=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def frozen():
    with time_machine.travel(AT, tick=False) as clock:
        yield clock


@pytest.fixture
def signed_in(client, learner):
    client.force_login(learner.user)
    return client


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def ticket_in(response) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', response.content.decode())
    assert found, response.content.decode()
    return found[1]


def front(client, **query) -> str:
    return ticket_in(client.get(reverse("quiz:study"), query))


def opened(client, ticket: str) -> str:
    return ticket_in(client.get(reverse("quiz:answer"), {"ticket": ticket}))


def check(client, ticket: str, **data):
    return client.post(reverse("quiz:check"), {"ticket": ticket, **data}, follow=True)


def grade(client, ticket: str, quality: int = 4, **more):
    return client.post(reverse("quiz:grade"), {"ticket": ticket, "grade": str(quality)}, follow=True, **more)


class TestAnswering:
    def test_visitor_answers_a_recall_question_and_becomes_a_guest(self, client) -> None:
        make_question("recall")
        page = client.get("/study/")
        assert "Because its interval" not in text_of(page)
        back = client.get(reverse("quiz:answer"), {"ticket": ticket_in(page)})
        assert "Because its interval" in text_of(back)
        assert client.post(reverse("quiz:grade"), {"ticket": ticket_in(back), "grade": "4"}).status_code == 303
        review = Review.objects.get()
        assert (review.kind, review.quality, review.learner.is_guest) == ("answer", 4, True)
        assert "Done for today" in text_of(client.get("/study/"))

    def test_guests_zone_is_her_browsers(self, client) -> None:
        make_question()
        ticket = opened(client, front(client))
        client.post(reverse("quiz:grade"), {"ticket": ticket, "grade": "4", "zone": "Asia/Kolkata"})
        assert Learner.objects.get().time_zone == "Asia/Kolkata"

    def test_reading_pages_makes_no_guest(self, client) -> None:
        make_question()
        opened(client, front(client))
        assert not Learner.objects.exists()

    def test_wrong_choice_is_graded_at_once_and_says_why(self, signed_in) -> None:
        make_question("choice")
        page = check(signed_in, front(signed_in), choice="1")
        assert "Not right." in text_of(page)
        assert "The answer is the scheduler." in text_of(page)
        assert "The executor does what it does." in text_of(page)
        review = Review.objects.get()
        assert (review.quality, review.right, review.chosen) == (1, False, 1)

    def test_right_choice_waits_for_its_grade(self, signed_in) -> None:
        make_question("choice")
        page = check(signed_in, front(signed_in), choice="2")
        assert "Right." in text_of(page)
        assert not Review.objects.exists()
        grade(signed_in, ticket_in(page), 2)
        review = Review.objects.get()
        assert (review.quality, review.right, review.chosen) == (2, True, 2)

    def test_back_at_its_own_address_survives_a_reload(self, signed_in) -> None:
        make_question("choice")
        page = check(signed_in, front(signed_in), choice="2")
        again = signed_in.get(page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"])
        assert "Right." in text_of(again)
        assert not Review.objects.exists()

    def test_front_of_a_choice_holds_neither_key_nor_rationale(self, signed_in) -> None:
        make_question("choice")
        page = text_of(signed_in.get("/study/"))
        assert "does what it does" not in page
        assert "correct" not in page

    def test_answers_address_does_not_open_a_choice_before_it_is_answered(self, signed_in) -> None:
        make_question("choice")
        page = signed_in.get(reverse("quiz:answer"), {"ticket": front(signed_in)})
        assert "does what it does" not in text_of(page)

    def test_dont_know_is_graded_as_forgotten(self, signed_in) -> None:
        make_question("typed")
        page = check(signed_in, front(signed_in), dont_know="1", typed="half a thou")
        assert "idempotent" in text_of(page)
        review = Review.objects.get()
        assert (review.quality, review.right, review.typed) == (1, False, "")

    def test_near_miss_is_told_and_gets_one_second_try_ungraded(self, signed_in) -> None:
        make_question("typed")
        page = check(signed_in, front(signed_in), typed="idempodent")
        assert "Close." in text_of(page)
        assert 'value="idempodent"' in text_of(page)
        assert not Review.objects.exists()
        page = check(signed_in, ticket_in(page), typed="idempodent")
        assert "Not right." in text_of(page)
        assert Review.objects.get().typed == "idempodent"

    def test_right_after_a_near_miss_is_right(self, signed_in) -> None:
        make_question("typed")
        page = check(signed_in, front(signed_in), typed="idempodent")
        page = check(signed_in, ticket_in(page), typed="Idempotence")
        assert "Right." in text_of(page)

    def test_cloze_hides_its_word_until_the_back(self, signed_in) -> None:
        make_question("cloze")
        assert "idempotent" not in text_of(signed_in.get("/study/"))
        assert "idempotent" in text_of(signed_in.get(reverse("quiz:answer"), {"ticket": front(signed_in)}))

    def test_next_card_comes_in_the_same_reply_with_htmx(self, signed_in) -> None:
        make_question(prompt="First?", rank=1)
        make_question(prompt="Second?", rank=2)
        page = grade(signed_in, opened(signed_in, front(signed_in)), headers=HTMX)
        assert "Second?" in text_of(page)
        assert "<html" not in text_of(page)

    @pytest.mark.parametrize(("quality", "interval"), [(1, "1 day"), (3, "36 days"), (4, "38 days"), (5, "39 days")])
    def test_what_a_button_shows_is_what_is_saved(self, signed_in, learner, quality: int, interval: str) -> None:
        make_card(learner, interval_days=15, repetitions=3)
        page = signed_in.get(reverse("quiz:answer"), {"ticket": front(signed_in)})
        button = re.search(rf'value="{quality}"[^>]*aria-label="([^"]+)"', text_of(page))
        assert button
        assert interval in button[1].replace("\xa0", " ")
        grade(signed_in, ticket_in(page), quality)
        assert Card.objects.get().due_on == TODAY + int(interval.split()[0]) * DAY

    def test_leech_asks_what_is_to_become_of_it(self, signed_in, learner) -> None:
        make_card(learner, lapses=7)
        page = grade(signed_in, opened(signed_in, front(signed_in)), 1)
        assert "You have forgotten this eight times." in text_of(page)
        signed_in.post(reverse("quiz:suspend"), {"ticket": ticket_in(page)})
        assert Card.objects.get().suspended_at

    def test_ninth_lapse_does_not_ask_again(self, signed_in, learner) -> None:
        make_card(learner, lapses=8)
        page = grade(signed_in, opened(signed_in, front(signed_in)), 1)
        assert "You have forgotten" not in text_of(page)

    def test_studying_ahead_changes_no_schedule_and_says_so(self, signed_in, learner) -> None:
        card = make_card(learner, due_on=TODAY + 9 * DAY)
        back = signed_in.get(reverse("quiz:answer"), {"ticket": front(signed_in, ahead="1")})
        assert "this changes no schedule" in text_of(back)
        signed_in.post(reverse("quiz:grade"), {"ticket": ticket_in(back)})
        assert Review.objects.get().kind == "ahead"
        assert Card.objects.get().due_on == card.due_on


class TestErrors:
    def test_double_click_is_one_review_and_gets_the_next_card(self, signed_in) -> None:
        make_question(prompt="First?", rank=1)
        make_question(prompt="Second?", rank=2)
        ticket = opened(signed_in, front(signed_in))
        grade(signed_in, ticket)
        page = grade(signed_in, ticket)
        assert page.status_code == 200
        assert "Already answered: here is the next card." in text_of(page)
        assert "Second?" in text_of(page)
        assert Review.objects.count() == 1

    def test_back_and_resubmit_of_a_wrong_choice_counts_once(self, signed_in) -> None:
        make_question("choice")
        ticket = front(signed_in)
        check(signed_in, ticket, choice="1")
        page = check(signed_in, ticket, choice="1")
        assert "Already answered" in text_of(page)
        assert Review.objects.count() == 1

    def test_resubmit_of_a_wrong_choice_as_the_right_one_does_not_help(self, signed_in) -> None:
        make_question("choice")
        ticket = front(signed_in)
        check(signed_in, ticket, choice="1")
        page = check(signed_in, ticket, choice="2")
        assert "Already answered" in text_of(page)
        assert Review.objects.get().right is False

    @pytest.mark.parametrize("ticket", ["", "nonsense", "\0", "ü" * 300])
    @pytest.mark.parametrize("name", ["check", "grade", "skip", "bury", "suspend", "stop", "report"])
    def test_forged_ticket_is_a_400_in_the_card(self, signed_in, name: str, ticket: str) -> None:
        make_question(prompt="The next one?")
        response = signed_in.post(reverse(f"quiz:{name}"), {"ticket": ticket})
        assert response.status_code == 400
        assert "Nothing is counted" in text_of(response)
        assert "The next one?" in text_of(response)
        assert not Review.objects.exists()

    def test_ticket_of_another_learner_is_a_400(self, signed_in, client) -> None:
        make_question()
        ticket = front(signed_in)
        client.force_login(make_learner().user)
        assert client.post(reverse("quiz:grade"), {"ticket": ticket, "grade": "4"}).status_code == 400

    @pytest.mark.parametrize("pressed", ["", "6", "-1", "four", "²"])
    def test_grade_that_no_button_has_is_a_400(self, signed_in, pressed: str) -> None:
        make_question()
        ticket = opened(signed_in, front(signed_in))
        assert signed_in.post(reverse("quiz:grade"), {"ticket": ticket, "grade": pressed}).status_code == 400
        assert not Review.objects.exists()

    def test_card_cannot_be_graded_before_its_back_was_seen(self, signed_in) -> None:
        make_question()
        response = signed_in.post(reverse("quiz:grade"), {"ticket": front(signed_in), "grade": "5"})
        assert response.status_code == 400

    @pytest.mark.parametrize("choice", ["9", "x", "-1"])
    def test_choice_that_the_question_does_not_have_is_a_400(self, signed_in, choice: str) -> None:
        make_question("choice")
        response = signed_in.post(reverse("quiz:check"), {"ticket": front(signed_in), "choice": choice})
        assert response.status_code == 400

    @pytest.mark.parametrize("kind", ["choice", "typed"])
    def test_check_without_an_answer_keeps_the_card_and_says_what_to_do(self, signed_in, kind: str) -> None:
        make_question(kind)
        response = signed_in.post(reverse("quiz:check"), {"ticket": front(signed_in)})
        assert response.status_code == 422
        assert "Nothing is counted yet." in text_of(response)
        assert not Review.objects.exists()

    def test_pasted_page_of_nonsense_is_a_wrong_answer_and_no_crash(self, signed_in) -> None:
        make_question("typed")
        page = check(signed_in, front(signed_in), typed="\0<script>alert(1)</script> 💥" * 400)
        assert "Not right." in text_of(page)
        assert "<script>alert" not in page.content.decode()

    def test_retired_question_counts_for_nothing_and_the_next_card_follows(self, signed_in) -> None:
        question = make_question(rank=1)
        make_question(prompt="Second?", rank=2)
        ticket = opened(signed_in, front(signed_in))
        Question.objects.filter(pk=question.pk).update(status="retired")
        page = grade(signed_in, ticket)
        assert "was withdrawn" in text_of(page)
        assert "Second?" in text_of(page)
        assert not Review.objects.exists()

    def test_question_of_another_meaning_is_shown_anew(self, signed_in) -> None:
        make_question(prompt="Another?", rank=1)
        question = make_question(prompt="The old?", rank=0)
        ticket = opened(signed_in, front(signed_in))
        QuestionRevision.objects.create(
            question=question, number=2, edition=2, change="meaning", content={"kind": "recall"}, at=AT
        )
        rendered = question.rendered | {"prompt": "<p>The new?</p>"}
        Question.objects.filter(pk=question.pk).update(edition=2, revision=2, rendered=rendered)
        page = grade(signed_in, ticket)
        assert "was changed while you had it before you" in text_of(page)
        assert "The new?" in text_of(page)
        assert not Review.objects.exists()

    def test_form_from_before_signing_out_is_a_400_with_the_way_on(self, signed_in) -> None:
        make_question(prompt="For a visitor?")
        ticket = opened(signed_in, front(signed_in))
        signed_in.logout()
        response = signed_in.post(reverse("quiz:grade"), {"ticket": ticket, "grade": "4"})
        assert response.status_code == 400
        assert "For a visitor?" in text_of(response)

    def test_guest_erased_meanwhile_is_told_and_starts_over(self, client) -> None:
        make_question(rank=1)
        make_question(rank=2)
        grade(client, opened(client, front(client)))
        ticket = opened(client, front(client))
        Learner.objects.all().delete()
        assert grade(client, ticket).status_code == 400
        grade(client, opened(client, front(client)))
        assert Review.objects.get().learner.is_guest

    def test_double_click_while_another_tab_signs_in_is_one_review(self, client, learner) -> None:
        make_question()
        make_question()
        grade(client, opened(client, front(client)))
        ticket = opened(client, front(client))
        grade(client, ticket)
        parts.merge(Learner.objects.get(user=None), learner)
        assert grade(client, ticket).status_code == 400
        assert Review.objects.count() == 2
        assert Learner.objects.count() == 1

    def test_actions_refuse_get(self, signed_in) -> None:
        for name in ("check", "grade", "undo", "skip", "bury", "suspend", "stop", "resume", "go_on"):
            assert signed_in.get(reverse(f"quiz:{name}")).status_code == 405

    @pytest.mark.parametrize(
        "query", [{"more": "x"}, {"more": "9" * 30}, {"topic": "\0"}, {"reading": "none"}, {"ahead": "2"}]
    )
    def test_nonsense_in_the_address_is_no_error(self, signed_in, query: dict[str, str]) -> None:
        make_question()
        assert signed_in.get(reverse("quiz:study"), query).status_code == 200

    def test_recall_cannot_be_checked(self, signed_in) -> None:
        make_question("recall")
        response = signed_in.post(reverse("quiz:check"), {"ticket": front(signed_in), "dont_know": "1"})
        assert response.status_code == 400
        assert not Review.objects.exists()

    def test_number_of_five_thousand_digits_is_no_error(self, signed_in) -> None:
        number = "9" * 5000
        assert signed_in.get(reverse("quiz:study"), {"more": number}).status_code == 200
        assert signed_in.get(reverse("learners:settings"), {"before": number}).status_code == 200
        assert signed_in.post(reverse("quiz:undo"), {"review": number}).status_code == 303
        assert signed_in.post(reverse("quiz:resume"), {"card": number}).status_code == 303


class TestUndoAndAside:
    def undo_id(self, response) -> str:
        found = re.search(r'name="review" value="(\d+)"', response.content.decode())
        assert found
        return found[1]

    def test_undo_brings_the_card_back_with_a_sentence(self, signed_in) -> None:
        make_question(prompt="First?", rank=1)
        make_question(prompt="Second?", rank=2)
        page = grade(signed_in, opened(signed_in, front(signed_in)))
        page = signed_in.post(reverse("quiz:undo"), {"review": self.undo_id(page)}, follow=True)
        assert "Good is taken back. Here is the card again." in text_of(page)
        assert "First?" in text_of(page)
        assert not Card.objects.get().due_on

    def test_undo_works_from_the_finished_screen(self, signed_in) -> None:
        make_question(prompt="The only one?")
        page = grade(signed_in, opened(signed_in, front(signed_in)))
        assert "Done for today" in text_of(page)
        page = signed_in.post(reverse("quiz:undo"), {"review": self.undo_id(page)}, follow=True)
        assert "The only one?" in text_of(page)

    def test_undo_of_a_retired_question_does_not_promise_it(self, signed_in) -> None:
        question = make_question()
        make_question(prompt="Second?")
        page = grade(signed_in, opened(signed_in, front(signed_in)))
        Question.objects.filter(pk=question.pk).update(status="retired")
        page = signed_in.post(reverse("quiz:undo"), {"review": self.undo_id(page)}, follow=True)
        assert "Good is taken back." in text_of(page)
        assert "Here is the card again" not in text_of(page)

    def test_undo_after_going_on_takes_back_the_answer_and_not_the_stop(self, signed_in) -> None:
        for _ in range(3):
            make_question()
        grade(signed_in, opened(signed_in, front(signed_in)))
        signed_in.post(reverse("quiz:stop"), {"ticket": front(signed_in)})
        page = signed_in.post(reverse("quiz:go_on"), follow=True)
        assert Review.objects.get(pk=self.undo_id(page)).kind == "answer"

    @pytest.mark.parametrize("review", ["", "x", "999999"])
    def test_undo_of_nonsense_takes_nothing_back(self, signed_in, review: str) -> None:
        make_question()
        grade(signed_in, opened(signed_in, front(signed_in)))
        signed_in.post(reverse("quiz:undo"), {"review": review})
        assert Review.objects.standing().count() == 1

    def test_undo_speaks_the_word_of_the_button(self, signed_in, learner) -> None:
        Learner.objects.filter(pk=learner.pk).update(buttons="2")
        make_question()
        page = grade(signed_in, opened(signed_in, front(signed_in)))
        page = signed_in.post(reverse("quiz:undo"), {"review": self.undo_id(page)}, follow=True)
        assert "Remembered is taken back." in text_of(page)

    def test_undo_of_ask_again_shows_no_suspended_card(self, signed_in, learner) -> None:
        card = make_card(learner, suspended_at=AT, due_on=TODAY + 5 * DAY)
        make_question(prompt="The other?")
        signed_in.post(reverse("quiz:resume"), {"card": card.pk})
        review = Review.objects.get()
        page = signed_in.post(reverse("quiz:undo"), {"review": review.pk}, follow=True)
        assert "The other?" in text_of(page)
        assert "Here is the card again" not in text_of(page)

    def test_stop_shows_the_finished_screen_until_undone(self, signed_in) -> None:
        make_question()
        page = signed_in.post(reverse("quiz:stop"), {"ticket": front(signed_in)}, follow=True)
        assert "Stopped for today." in text_of(page)
        page = signed_in.post(reverse("quiz:go_on"), follow=True)
        assert "Stopped" not in text_of(page)

    def test_skipped_card_comes_back_last(self, signed_in) -> None:
        make_question(prompt="First?", rank=1)
        make_question(prompt="Second?", rank=2)
        page = signed_in.post(reverse("quiz:skip"), {"ticket": front(signed_in)}, follow=True)
        assert "Second?" in text_of(page)
        page = grade(signed_in, opened(signed_in, ticket_in(page)))
        assert "First?" in text_of(page)

    def test_suspended_card_is_not_another_learners_to_resume(self, signed_in, learner) -> None:
        card = make_card(make_learner(), suspended_at=AT)
        signed_in.post(reverse("quiz:resume"), {"card": card.pk})
        assert Card.objects.get(pk=card.pk).suspended_at

    def test_last_card_left_rests_and_can_be_repeated_or_left(self, signed_in, frozen) -> None:
        make_question(prompt="The only one?")
        page = grade(signed_in, opened(signed_in, front(signed_in)), 1)
        assert "One card is left." in text_of(page)
        again = signed_in.get(reverse("quiz:study"), {"repeat": "1"})
        assert "The only one?" in text_of(again)
        page = signed_in.post(reverse("quiz:stop"), {"ticket": ticket_in(page)}, follow=True)
        assert "Stopped for today." in text_of(page)


class TestFinished:
    def come_back(self, page) -> str:
        found = re.search(r"Come back</dt><dd>(.*?)</dd>", text_of(page))
        assert found
        return found[1]

    @pytest.mark.parametrize("press", ["stop", "bury"])
    def test_what_is_put_off_comes_back_tomorrow(self, signed_in, learner, press: str) -> None:
        make_card(learner)
        make_card(learner, due_on=TODAY + 5 * DAY)
        page = signed_in.post(reverse(f"quiz:{press}"), {"ticket": front(signed_in)}, follow=True)
        assert self.come_back(page).startswith("Tomorrow: 1")

    def test_reading_with_nothing_due_does_not_speak_for_the_others(self, signed_in, learner) -> None:
        make_card(learner)
        resting = make_card(learner, due_on=TODAY + 5 * DAY).question.resource
        page = text_of(signed_in.get("/study/", {"reading": resting.slug}))
        assert f"Nothing of {resting.title} is due." in page
        assert "Every card you have met is resting." not in page

    def test_count_of_those_that_wait_stops_at_two_hundred(self, signed_in, learner) -> None:
        Learner.objects.filter(pk=learner.pk).update(reviews_per_day=1)
        questions = make_many_questions(260, make_reading())
        Card.objects.bulk_create(Card(learner=learner, question=q, due_on=TODAY, sequence=1) for q in questions)
        page = grade(signed_in, opened(signed_in, front(signed_in)))
        assert "200+ more are due" in text_of(page)

    def test_finished_screen_tells_the_day_in_true_numbers(self, signed_in, learner, frozen) -> None:
        make_card(learner, interval_days=15, repetitions=3)
        make_card(learner, make_question(prompt="The hard one?"))
        for quality in (4, 1):
            page = grade(signed_in, opened(signed_in, front(signed_in)), quality)
        frozen.shift(dt.timedelta(minutes=11))
        page = grade(signed_in, opened(signed_in, front(signed_in)), 4)
        words = " ".join(text_of(page).split())
        assert "You answered 2 cards and knew 1 of them at the first try." in words
        assert "1 card now rests for 30 days or more." in words
        assert "Forgotten once today." in words
        assert "Tomorrow" in words

    def test_nothing_due_says_so(self, signed_in, learner) -> None:
        make_card(learner, due_on=TODAY + 3 * DAY)
        assert "Nothing is due." in text_of(signed_in.get("/study/"))

    def test_empty_catalog_says_so(self, client) -> None:
        assert "There is nothing to ask yet." in text_of(client.get("/study/"))
        assert client.get("/").status_code == 200

    def test_ten_more_new_ones_are_offered_when_the_limit_is_met(self, signed_in, learner) -> None:
        learner.new_per_day = 1
        learner.save()
        make_question(rank=1)
        make_question(prompt="One more?", rank=2)
        page = grade(signed_in, opened(signed_in, front(signed_in)))
        address = re.search(r'href="(/study/[?]more=10[^"]*)"', text_of(page))
        assert address
        assert "One more?" in text_of(signed_in.get(address[1]))

    def test_limit_of_reviews_says_how_many_wait(self, signed_in, learner) -> None:
        learner.reviews_per_day = 1
        learner.save()
        make_card(learner)
        make_card(learner)
        page = grade(signed_in, opened(signed_in, front(signed_in)))
        assert "1 more is due; your limit of reviews a day is reached." in " ".join(text_of(page).split())

    def test_studying_ahead_at_its_end_does_not_hide_what_is_due(self, signed_in, learner) -> None:
        make_card(learner)
        assert "Nothing is due" not in text_of(signed_in.get("/study/", {"ahead": "1"}))


class TestReport:
    def test_question_is_reported_in_two_clicks_with_the_card_as_it_was_seen(self, signed_in) -> None:
        question = make_question("choice")
        page = check(signed_in, front(signed_in), choice="2")
        form = signed_in.get(reverse("quiz:report"), {"ticket": ticket_in(page)})
        back = signed_in.post(
            reverse("quiz:report"),
            {"ticket": ticket_in(form), "reason": "ambiguous", "comment": "b fits too"},
            follow=True,
        )
        assert "Right." in text_of(back)
        report = QuestionReport.objects.get()
        assert (report.question, report.reason, report.comment) == (question, "ambiguous", "b fits too")
        assert sorted(report.shown["options"]) == [1, 2, 3]
        assert report.shown["chosen"] == 2

    def test_report_sent_twice_is_one(self, signed_in) -> None:
        make_question()
        ticket = front(signed_in)
        for reason in ("wrong", "unclear"):
            signed_in.post(reverse("quiz:report"), {"ticket": ticket, "reason": reason})
        assert QuestionReport.objects.get().reason == "unclear"

    def test_report_without_a_reason_keeps_the_comment_and_says_what_is_missing(self, signed_in) -> None:
        make_question()
        response = signed_in.post(reverse("quiz:report"), {"ticket": front(signed_in), "comment": "so long a story"})
        assert response.status_code == 422
        assert "so long a story" in text_of(response)
        assert not QuestionReport.objects.exists()


class TestHome:
    def test_visitor_can_answer_the_question_on_the_home_page(self, client) -> None:
        make_question("choice")
        page = client.get("/")
        assert "Can you say it back?" in text_of(page)
        assert "Right." in text_of(check(client, ticket_in(page), choice="2"))

    def test_learner_who_has_studied_sees_what_is_due(self, signed_in, learner) -> None:
        learner.last_study_day = TODAY - DAY
        learner.save()
        make_card(learner)
        assert "1 card is due" in text_of(signed_in.get("/"))

    def test_home_tells_of_a_drill_that_is_left(self, signed_in, learner) -> None:
        for _ in range(2):
            make_card(learner)
        for _ in range(2):
            grade(signed_in, opened(signed_in, front(signed_in)), 1)
        assert "2 cards are left to repeat today." in text_of(signed_in.get("/"))

    def test_home_tells_of_a_limit_that_is_reached(self, signed_in, learner) -> None:
        Learner.objects.filter(pk=learner.pk).update(reviews_per_day=1, new_per_day=0)
        for _ in range(2):
            make_card(learner)
        grade(signed_in, opened(signed_in, front(signed_in)))
        assert "your limit of reviews is reached" in text_of(signed_in.get("/"))


class TestScope:
    def test_undo_on_the_finished_screen_stays_with_the_reading(self, signed_in) -> None:
        question = make_question()
        reading = question.resource.slug
        page = grade(signed_in, opened(signed_in, front(signed_in, reading=reading)))
        form = re.search(r'name="review" value="(\d+)" formaction="([^"]+)"', text_of(page))
        assert form
        page = signed_in.post(form[2], {"review": form[1]}, follow=True)
        assert f"Studying {question.resource.title} only." in text_of(page)
