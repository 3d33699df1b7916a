"""Writing in the admin: lint at the field, the steps, the preview, history, merging and moving."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.load import load
from catalog.models import Question, Resource, Topic
from catalog.revisions import publish
from tests.catalog.contents import catalog_of, choice, item
from tests.catalog.test_admin import address, errors_of, form_of, make_onlooker, save
from tests.factories import make_many_questions, make_question, make_reading, make_topic, make_user

pytestmark = pytest.mark.django_db

CHANGELIST = reverse("admin:catalog_question_changelist")


@pytest.fixture
def staff(client, curator):
    client.force_login(curator)
    return client


@pytest.fixture
def question(at):
    """A published choice question with its key on 2."""
    load(catalog_of(choice(slug="airflow-decides")), at=at)
    return Question.objects.get()


def page_of(response):
    return response.content.decode()


def at_address(name: str, *args) -> str:
    return reverse(f"admin:catalog_question_{name}", args=args)


class TestLint:
    def test_warning_stands_beside_its_field_after_saving(self, staff, question) -> None:
        changes = {"change": "clearer", "prompt": "Which part does not decide?"}
        response = staff.post(address(question), form_of(question, **changes), follow=True)
        assert response.redirect_chain[-1][0] == address(question)
        page = page_of(response)
        assert "Saved. Lint has 1 remark, beside its field" in page
        help_text = page.split('id="id_prompt_helptext"')[1].split("field-answer")[0]
        assert "The stem holds “not”; ask for what is so." in help_text
        assert 'name="accept-stem-negative"' in help_text

    def test_warning_is_accepted_beside_its_field_with_a_reason(self, staff, question) -> None:
        save(staff, question, change="clearer", prompt="Which part does not decide?")
        question.refresh_from_db()
        assert question.lint_state == "warnings"
        response = save(staff, question, **{"accept-stem-negative": "The exception\tis  the point."})
        assert response.headers["Location"] == CHANGELIST
        question.refresh_from_db()
        assert question.allow == {"stem-negative": "The exception is the point."}
        assert question.lint_state == "clean"

    @pytest.mark.parametrize("name", ["accept-option-count", "accept-no-such-rule"])
    def test_only_warnings_can_be_accepted(self, staff, question, name) -> None:
        save(staff, question, **{name: "because"})
        question.refresh_from_db()
        assert question.allow == {}

    def test_error_keeps_it_from_being_published_and_stands_at_its_field(self, staff, question, at) -> None:
        make_question(prompt="Why late?", slug="old")
        response = save(staff, question, change="clearer", prompt="why late")
        assert response.status_code == 200
        assert response.context["adminform"].form.errors["prompt"] == ["Its prompt is that of old."]

    def test_error_in_the_options_stands_above_them(self, staff, question) -> None:
        changes = {"change": "clearer", "choices-0-text": "The web server"}
        response = save(staff, question, **changes)
        assert "Two options read “the web server”." in errors_of(response)

    def test_draft_with_errors_is_kept_and_says_what_it_lacks(self, staff, question) -> None:
        response = staff.post(
            address(question), form_of(question, status="draft", **{"choices-1-correct": None}), follow=True
        )
        assert "0 options are marked correct; exactly one must be." in page_of(response)
        question.refresh_from_db()
        assert (question.status, question.lint_state) == ("draft", "errors")

    def test_list_is_filtered_by_what_lint_found(self, staff, question) -> None:
        Question.objects.update(lint_state="errors")
        make_question(slug="tidy", lint_state="clean")
        page = page_of(staff.get(CHANGELIST, {"lint_state__exact": "errors"}))
        assert "airflow-decides" in page
        assert "tidy" not in page


class TestSteps:
    @pytest.fixture(autouse=True)
    def another_reviewer(self, settings) -> None:
        settings.REVIEWER_IS_NOT_AUTHOR = True

    def test_author_sends_it_to_review_and_another_one_publishes(self, staff, curator, question) -> None:
        Question.objects.update(status="draft", revision=0)
        question.revisions.all().delete()
        question.refresh_from_db()
        assert save(staff, question, status="review", prompt="Which part of Airflow decides?").status_code == 302
        question.refresh_from_db()
        assert (question.status, question.edited_by) == ("review", curator)

        response = save(staff, question, status="published")
        assert "The words are yours" in str(response.context["adminform"].form.errors["status"])

        staff.force_login(make_user("second@example.org", is_staff=True, is_superuser=True))
        assert save(staff, question, status="published").status_code == 302
        question.refresh_from_db()
        assert question.status == "published"
        steps = question.status_changes.order_by("id").values_list("status", "by__email")
        assert list(steps)[-2:] == [("review", curator.email), ("published", "second@example.org")]

    def test_reviewer_who_rewords_it_is_its_author(self, staff, question) -> None:
        Question.objects.update(status="review")
        for changes in ({"prompt": "Which part decides?"}, {"choices-0-why": "It runs them."}):
            response = save(staff, question, status="published", **changes)
            assert response.status_code == 200
            assert any("The words are yours" in fault for fault in errors_of(response))
        assert save(staff, question, status="published").status_code == 302

    def test_action_says_whose_words_they_are(self, staff, curator) -> None:
        own = make_question(status="review", rank=None, edited_by=curator)
        data = {"action": "publish_selected", "_selected_action": [own.pk]}
        assert "somebody else publishes them" in page_of(staff.post(CHANGELIST, data, follow=True))
        own.refresh_from_db()
        assert own.status == "review"

    def test_drafts_are_sent_to_review_from_the_list(self, staff) -> None:
        draft = make_question(status="draft", rank=None)
        data = {"action": "send_to_review", "_selected_action": [draft.pk]}
        assert "1 draft is in review." in page_of(staff.post(CHANGELIST, data, follow=True))
        draft.refresh_from_db()
        assert draft.status == "review"

    def test_form_says_who_took_the_latest_step(self, staff, question) -> None:
        assert "Published, by the files, 2026-11-23 09:00" in page_of(staff.get(address(question)))


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
        assert "This field is required." in page_of(response)
        reworded.refresh_from_db()
        assert reworded.revision == 3
        assert staff.get(at_address("restore", reworded.pk, 9)).status_code == 404

    def test_retired_question_gets_its_old_words_and_stays_retired(self, staff, reworded) -> None:
        Question.objects.update(status="retired")
        staff.post(at_address("restore", reworded.pk, 1), {"change": "clearer"})
        reworded.refresh_from_db()
        assert (reworded.status, reworded.prompt, reworded.revision) == ("retired", choice().prompt, 3)

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
            data["sources"] = ""
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
        assert "a is retired. Within minutes its cards go on with b." in page.replace("A is", "a is")
        one.refresh_from_db()
        assert (one.status, one.merged_into) == ("retired", other)

    @pytest.mark.parametrize(
        ("into", "words"), [("nowhere", "There is no question nowhere."), ("a", "That is the question itself")]
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
        assert "This field is required." in page_of(staff.post(CHANGELIST, {**data, "move": "Move"}))
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


class TestLists:
    def test_pages_cost_the_same_however_many_questions_there_are(self, staff, question) -> None:
        def cost(where: str) -> int:
            with CaptureQueriesContext(connection) as captured:
                assert staff.get(where).status_code == 200
            return len(captured)

        places = [
            CHANGELIST,
            address(question),
            at_address("history", question.pk),
            at_address("merge", question.pk),
            reverse("admin:catalog_resource_changelist"),
            reverse("admin:catalog_topic_changelist"),
        ]
        cost(address(question))  # fills what is looked up once and then kept
        few = [cost(place) for place in places]
        make_many_questions(300, question.resource, prompt=lambda number: f"Why {number} of {number * 3}?")
        assert [cost(place) for place in places] == few
        assert max(few) <= 14

    @pytest.mark.parametrize(
        ("model", "words"),
        [
            ("topic", "There is no topic yet."),
            ("resource", "There is no such reading."),
            ("question", "No question is like that."),
            ("conflict", "There is no conflict"),
        ],
    )
    def test_empty_list_says_what_to_do(self, staff, model, words) -> None:
        assert words in page_of(staff.get(reverse(f"admin:catalog_{model}_changelist")))

    def test_numbers_lead_to_what_they_count(self, staff, question) -> None:
        page = page_of(staff.get(reverse("admin:catalog_resource_changelist")))
        link = f"{CHANGELIST}?resource__id__exact={question.resource_id}&amp;status__exact=published"
        assert f'<a href="{link}">1</a>' in page
        assert "airflow-decides" in page_of(staff.get(link.replace("&amp;", "&")))
        drafts = f"{CHANGELIST}?resource__id__exact={question.resource_id}&status__in=draft,review"
        assert staff.get(drafts).status_code == 200

    def test_reading_can_be_chosen_without_a_script(self, staff, question) -> None:
        page = page_of(staff.get(reverse("admin:catalog_question_add")))
        assert f'<option value="{question.resource_id}">Airflow</option>' in page

    def test_readings_are_found_as_their_title_is_typed(self, staff, question) -> None:
        query = {"app_label": "catalog", "model_name": "question", "field_name": "resource", "term": "airf"}
        found = staff.get(reverse("admin:autocomplete"), query).json()["results"]
        assert [each["text"] for each in found] == ["Airflow"]
