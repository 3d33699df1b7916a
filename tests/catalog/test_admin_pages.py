"""The pages beside a question's form: its history, its card, and becoming one with another."""

import pytest
from django.urls import reverse

from catalog.load import load
from catalog.models import Question, Resource, Topic
from catalog.revisions import publish
from tests.catalog.contents import catalog_of, choice, item
from tests.catalog.test_admin import address, form_of, make_onlooker, save
from tests.catalog.test_admin_writing import CHANGELIST, at_address, meanwhile, page_of
from tests.factories import make_question, make_reading, make_topic, make_user

pytestmark = pytest.mark.django_db


class TestHistory:
    @pytest.fixture
    def reworded(self, question, curator, at):
        for number in (2, 3):
            question.prompt = f"Which part decides, wording {number}?"
            publish(question, change="clearer", author=curator, at=at)
        return question

    def test_any_two_wordings_are_compared(self, staff, reworded) -> None:
        page = page_of(staff.get(at_address("history", reworded.pk)))
        assert "From wording 2 to wording 3" in page
        assert "<del>2</del><ins>3</ins>" in page
        page = page_of(staff.get(at_address("history", reworded.pk), {"old": "3", "new": "1"}))
        assert "From wording 1 to wording 3" in page

    @pytest.mark.parametrize("query", [{"old": "x", "new": "99"}, {"old": "-1"}, {"new": "9" * 5000}])
    def test_nonsense_in_the_address_compares_the_latest_two(self, staff, reworded, query) -> None:
        assert "From wording 2 to wording 3" in page_of(staff.get(at_address("history", reworded.pk), query))

    def test_question_that_was_never_published_says_so(self, staff) -> None:
        draft = make_question(status="draft", revision=0)
        draft.revisions.all().delete()
        assert "It was not published yet" in page_of(staff.get(at_address("history", draft.pk)))

    def test_going_back_makes_a_new_wording_with_its_choices(self, staff, reworded) -> None:
        save(staff, reworded, change="meaning", **{"choices-1-correct": None, "choices-0-correct": "on"})
        response = staff.post(at_address("restore", reworded.pk, 1), {"change": "clearer"}, follow=True)
        assert "Wording 1 stands again, as wording 5." in page_of(response)
        reworded.refresh_from_db()
        assert reworded.prompt == choice().prompt
        assert list(reworded.choices.filter(correct=True).values_list("number", flat=True)) == [2]
        latest = reworded.revisions.first()
        assert (latest.number, latest.change, latest.edition) == (5, "meaning", 3)
        assert latest.content == reworded.revisions.get(number=1).content

    def test_going_back_needs_a_kind_of_change_and_a_post(self, staff, reworded) -> None:
        restore = at_address("restore", reworded.pk, 1)
        assert "Go back to wording 1" in page_of(staff.get(restore))
        response = staff.post(restore)
        assert response.status_code == 422
        assert "Say what kind of change it is to those who know the present wording." in page_of(response)
        reworded.refresh_from_db()
        assert reworded.revision == 3
        assert staff.get(at_address("restore", reworded.pk, 9)).status_code == 404

    def test_retired_question_gets_its_old_words_and_stays_retired(self, staff, reworded) -> None:
        Question.objects.update(status="retired")
        assert "What is the change?" not in page_of(staff.get(at_address("restore", reworded.pk, 1)))
        assert staff.post(at_address("restore", reworded.pk, 1)).status_code == 302
        reworded.refresh_from_db()
        assert (reworded.status, reworded.prompt, reworded.revision) == ("retired", choice().prompt, 3)

    def test_going_back_keeps_what_was_published_while_it_waited(self, staff, reworded, at) -> None:
        def publish_another() -> None:
            other = Question.objects.get(pk=reworded.pk)
            other.concept = "airflow-components"
            other.prompt = "Which part decides, wording 4?"
            publish(other, change="meaning", author=None, at=at)

        with meanwhile(publish_another):
            staff.post(at_address("restore", reworded.pk, 1), {"change": "clearer"})
        reworded.refresh_from_db()
        assert (reworded.revision, reworded.edition, reworded.concept) == (5, 2, "airflow-components")

    def test_wording_can_be_read_field_by_field(self, staff, reworded) -> None:
        page = page_of(staff.get(reverse("admin:catalog_questionrevision_change", args=[reworded.revisions.last().pk])))
        assert f"<dt>Prompt</dt><dd>{choice().prompt}</dd>" in page
        assert "<dt>Choice 2 is</dt><dd>the answer</dd>" in page

    def test_onlooker_sees_it_and_cannot_go_back(self, client, reworded) -> None:
        client.force_login(make_onlooker())
        page = page_of(client.get(at_address("history", reworded.pk)))
        assert "From wording 2 to wording 3" in page
        assert "Go back to wording" not in page
        assert client.post(at_address("restore", reworded.pk, 1), {"change": "typo"}).status_code == 403

    @pytest.mark.parametrize("model", [Topic, Resource])
    def test_topics_and_readings_show_what_changed_and_by_whom(self, staff, curator, model) -> None:
        thing = make_topic() if model is Topic else make_reading()
        name = model._meta.model_name
        form = staff.get(reverse(f"admin:catalog_{name}_change", args=[thing.pk])).context["adminform"].form
        data = {field: value for field, value in form.initial.items() if value is not None}
        if model is Resource:
            data |= {"sources": "", "questions-TOTAL_FORMS": 0, "questions-INITIAL_FORMS": 0}
        data["title"] = "Another title"
        assert staff.post(reverse(f"admin:catalog_{name}_change", args=[thing.pk]), data).status_code == 302
        page = page_of(staff.get(reverse(f"admin:catalog_{name}_history", args=[thing.pk])))
        assert "<ins>Another title</ins>" in page
        assert curator.email in page


class TestPreview:
    def test_card_of_the_form_is_shown_as_typed_and_nothing_is_saved(self, staff, question) -> None:
        data = form_of(question, prompt="Which *part*?", status="published", **{"choices-2-DELETE": "on"})
        page = page_of(staff.post(at_address("preview"), data))
        assert "<p>Which <em>part</em>?</p>" in page
        assert "The executor" in page
        assert "The web server" not in page
        assert "It looks at what a task waits for." not in page
        question.refresh_from_db()
        assert question.prompt == choice().prompt

    def test_back_shows_the_answer_with_its_grades(self, staff, question) -> None:
        page = page_of(staff.post(f"{at_address('preview')}?side=back", form_of(question)))
        assert "Right." in page
        assert "It looks at what a task waits for." in page
        assert "Guessed" in page

    @pytest.mark.parametrize("kind", ["recall", "cloze", "typed", "choice", "no-such-kind", ""])
    @pytest.mark.parametrize("side", ["front", "back"])
    def test_unfinished_question_of_any_kind_has_a_card(self, staff, kind, side) -> None:
        data = {
            "kind": kind,
            "prompt": "Half a {{",
            "resource": "x",
            "choices-0-text": "One",
            "choices-0-position": "9" * 5000,
        }
        response = staff.post(f"{at_address('preview')}?side={side}", data)
        assert response.status_code == 200
        assert staff.post(f"{at_address('preview')}?side={side}", {"kind": kind}).status_code == 200

    def test_stored_question_is_shown_without_a_form(self, staff, question) -> None:
        response = staff.get(at_address("stored_preview", question.pk), {"look": "dark"})
        assert choice().prompt in page_of(response)
        assert 'data-look="dark"' in page_of(response)

    def test_it_alone_may_stand_in_a_frame_and_only_in_one_of_ours(self, staff, question) -> None:
        for response in (
            staff.post(at_address("preview"), form_of(question)),
            staff.get(at_address("stored_preview", question.pk)),
        ):
            assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
            policy = response.headers["Content-Security-Policy"]
            assert "frame-ancestors 'self'" in policy
            assert "default-src 'self'" in policy
        response = staff.get(address(question))
        assert response.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]

    def test_script_in_markdown_stays_text(self, staff) -> None:
        data = {"kind": "recall", "prompt": "<script>alert(1)</script>", "answer": "<img src=x onerror=y>"}
        page = page_of(staff.post(f"{at_address('preview')}?side=back", data))
        assert "<script" not in page
        assert "<img" not in page

    def test_it_is_for_those_who_may_see_questions(self, client, question) -> None:
        assert client.post(at_address("preview"), {}).status_code == 302
        client.force_login(make_user(is_staff=True))
        assert client.post(at_address("preview"), {}).status_code == 403
        assert client.get(at_address("stored_preview", question.pk)).status_code == 403


class TestMergingAndMoving:
    @pytest.fixture
    def pair(self, at):
        near = "Why does a daily run of Airflow start late?"
        load(catalog_of(item(slug="a"), item(slug="b", prompt=near), item(slug="c", prompt="What else?")), at=at)
        return Question.objects.get(slug="a"), Question.objects.get(slug="b")

    def test_likely_ones_are_offered_and_both_are_shown_before_they_become_one(self, staff, pair) -> None:
        one, other = pair
        page = page_of(staff.get(at_address("merge", one.pk)))
        assert '<a href="?into=b">' in page
        assert '<a href="?into=c">' not in page
        page = page_of(staff.get(at_address("merge", one.pk), {"into": "b"}))
        assert "From a to b" in page
        assert "<del>a day </del>" in page
        one.refresh_from_db()
        assert one.status == "published"

        page = page_of(staff.post(at_address("merge", one.pk), {"into": "b"}, follow=True))
        assert "Merged: a is retired, and within minutes its cards go on with b." in page
        one.refresh_from_db()
        assert (one.status, one.merged_into) == ("retired", other)

    def test_question_that_stays_is_found_by_words_of_its_prompt_or_slug(self, staff, pair) -> None:
        page = page_of(staff.get(at_address("merge", pair[0].pk), {"into": "WHAT else"}))
        assert '<a href="?into=c">' in page
        assert '<a href="?into=b">' not in page
        page = page_of(staff.get(at_address("merge", pair[0].pk), {"into": "zebra\x00"}))
        assert "No other published question has “zebra” in its slug or its prompt." in page

    def test_pages_say_which_question_they_are_about(self, staff, pair) -> None:
        for name, *args in (("history",), ("merge",), ("restore", 1)):
            assert "<h2>a</h2>" in page_of(staff.get(at_address(name, pair[0].pk, *args)))

    @pytest.mark.parametrize(
        ("into", "words"),
        [
            ("nowhere", "No other published question has “nowhere” in its slug or its prompt."),
            ("a", "That is the question itself"),
        ],
    )
    def test_what_cannot_be_merged_is_told_in_the_page(self, staff, pair, into, words) -> None:
        response = staff.post(at_address("merge", pair[0].pk), {"into": into})
        assert response.status_code == 422
        assert words in page_of(response)
        assert not Question.objects.filter(merged_into__isnull=False).exists()

    def test_onlooker_merges_nothing(self, client, pair) -> None:
        client.force_login(make_onlooker())
        assert client.post(at_address("merge", pair[0].pk), {"into": "b"}).status_code == 403

    def test_selected_questions_move_to_another_reading(self, staff, pair) -> None:
        luigi = make_reading(slug="luigi", title="Luigi")
        data = {"action": "move_selected", "_selected_action": [each.pk for each in pair]}
        page = page_of(staff.post(CHANGELIST, data))
        assert "Where they go" in page
        assert "Choose the reading that they go to." in page_of(staff.post(CHANGELIST, {**data, "move": "Move"}))
        response = staff.post(CHANGELIST, {**data, "move": "Move", "reading": luigi.pk}, follow=True)
        assert "2 questions are now under Luigi." in page_of(response)
        assert list(luigi.questions.values_list("slug", "position")) == [("a", 0), ("b", 1)]

    def test_question_that_moves_in_its_form_comes_last_in_its_new_reading(self, staff, pair) -> None:
        luigi = make_reading(slug="luigi")
        for number in range(2):
            make_question(resource=luigi, position=number, prompt=f"Why {number}?")
        assert save(staff, pair[0], resource=luigi.pk).status_code == 302
        pair[0].refresh_from_db()
        assert (pair[0].resource, pair[0].position, pair[0].revision) == (luigi, 2, 1)
