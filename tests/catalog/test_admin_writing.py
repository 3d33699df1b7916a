"""Writing in the admin: lint at the field, the steps, the lists, and places."""

import contextlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog import extras
from catalog.load import load
from catalog.models import Question, QuestionRevision, Resource
from catalog.revisions import content_of, publish
from learners.roles import CURATOR
from tests.catalog.contents import catalog_of, item
from tests.catalog.test_admin import address, errors_of, form_of, make_onlooker, save
from tests.factories import make_many_questions, make_question, make_staff, make_user

pytestmark = pytest.mark.django_db

# How the ranks of the whole bank are read.
RANKING = 'SELECT "catalog_question"."id", "catalog_question"."resource_id", "catalog_question"."rank" FROM'
CHANGELIST = reverse("admin:catalog_question_changelist")


def page_of(response):
    return response.content.decode()


@contextlib.contextmanager
def meanwhile(act):
    """While the one in this block waits for the ranks, somebody else acts."""
    waiting = True

    def look(execute, sql, params, many, context):
        nonlocal waiting
        if waiting and sql.startswith('SELECT "catalog_topic"."id" AS "pk" FROM "catalog_topic" ORDER BY'):
            waiting = False
            act()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield
    assert not waiting


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

    def test_draft_with_an_error_and_wording_without_its_change_are_both_refused_at_their_fields(
        self, staff, question
    ) -> None:
        make_question(prompt="Why late?", slug="old")
        draft = make_question("cloze", slug="new", status="draft", revision=0, rank=None)
        draft.revisions.all().delete()
        errors = save(staff, draft, status="published", prompt="A task.").context["adminform"].form.errors
        assert list(errors) == ["prompt"]
        errors = save(staff, question, prompt="why late").context["adminform"].form.errors
        assert sorted(errors) == ["change", "prompt"]

    def test_published_question_that_asks_what_another_asks_can_be_mended(self, staff, question) -> None:
        make_question(prompt=question.prompt, slug="old")
        assert save(staff, question, note="looked at").status_code == 302
        changes = {"prompt": question.prompt.upper(), "change": "typo"}
        assert save(staff, question, **changes).status_code == 302
        question.refresh_from_db()
        assert (question.revision, question.lint_state) == (2, "errors")

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

    def test_row_that_was_never_stored_is_no_wording(self, staff, curator) -> None:
        other = make_user("second@example.org")
        question = make_question(status="review", rank=None, edited_by=other)
        row: dict[str, object] = {"choices-TOTAL_FORMS": 1, "choices-0-question": question.pk, "choices-0-position": 0}
        row |= {"choices-0-text": "Away", "choices-0-why": "With it.", "choices-0-DELETE": "on"}
        assert save(staff, question, status="published", **row).status_code == 302
        question.refresh_from_db()
        assert (question.status, question.edited_by) == ("published", other)

    def test_what_is_refused_with_all_in_place_is_told_in_the_form_and_loses_nothing(self, staff, curator) -> None:
        question = make_question(status="review", rank=None)
        with meanwhile(lambda: Question.objects.update(edited_by=curator)):
            response = save(staff, question, status="published", note="Looked at.")
        assert response.status_code == 200
        assert any("The words are yours" in fault for fault in errors_of(response))
        assert "Looked at.</textarea>" in page_of(response)
        question.refresh_from_db()
        assert (question.status, question.note) == ("review", "")

    def test_action_says_whose_words_they_are(self, staff, curator) -> None:
        own = make_question(status="review", rank=None, edited_by=curator)
        data = {"action": "publish_selected", "_selected_action": [own.pk]}
        assert "somebody else publishes them" in page_of(staff.post(CHANGELIST, data, follow=True))
        own.refresh_from_db()
        assert own.status == "review"

        assert "0 questions are published" not in page_of(staff.post(CHANGELIST, data, follow=True))

    def test_drafts_are_sent_to_review_from_the_list(self, staff) -> None:
        draft = make_question(status="draft", rank=None)
        data = {"action": "send_to_review", "_selected_action": [draft.pk]}
        assert "1 draft is in review." in page_of(staff.post(CHANGELIST, data, follow=True))
        draft.refresh_from_db()
        assert draft.status == "review"

    def test_form_says_who_took_the_latest_step(self, staff, question) -> None:
        assert "Published, by the files, 23 November 2026, 09:00" in page_of(staff.get(address(question)))


def test_what_happened_while_a_save_waited_stays(staff, question, at) -> None:
    def publish_another() -> None:
        other = Question.objects.get(pk=question.pk)
        other.prompt = "Which part is the one that decides?"
        publish(other, change="meaning", author=None, at=at)

    with meanwhile(publish_another):
        save(staff, question, change="clearer", note="seen")
    question.refresh_from_db()
    assert (question.revision, question.edition, question.note) == (3, 2, "seen")


class TestForm:
    def test_kind_of_change_is_asked_for_once_a_question_was_published(self, staff, question) -> None:
        draft = make_question(status="draft", revision=0, rank=None)
        for where in (reverse("admin:catalog_question_add"), address(draft)):
            assert "What is the change?" not in page_of(staff.get(where))
        Question.objects.filter(pk=question.pk).update(status="retired")
        assert "What is the change?" in page_of(staff.get(address(question)))

    def test_curator_is_offered_no_link_to_an_account(self, client, question) -> None:
        author = make_staff(CURATOR, email="author@example.org")
        Question.objects.update(edited_by=author)
        QuestionRevision.objects.update(author=author)
        client.force_login(make_staff(CURATOR))
        revision = reverse("admin:catalog_questionrevision_change", args=[question.revisions.get().pk])
        for where in (address(question), at_address("history", question.pk), revision):
            page = page_of(client.get(where))
            assert author.email in page
            assert reverse("admin:learners_user_change", args=[author.pk]) not in page

    def test_new_question_has_no_past_to_tell_of(self, staff, question) -> None:
        assert "Latest step" not in page_of(staff.get(reverse("admin:catalog_question_add")))
        assert "Latest step" in page_of(staff.get(address(question)))


class TestSlugs:
    def test_question_keeps_its_slug_once_it_was_published_or_loaded(self, staff, question) -> None:
        assert save(staff, question, slug="another", note="seen").status_code == 302
        question.refresh_from_db()
        assert (question.slug, question.note) == ("airflow-decides", "seen")

    def test_slug_of_a_question_that_nobody_knows_yet_can_be_mended(self, staff) -> None:
        draft = make_question(status="draft", revision=0, rank=None)
        assert any("Enter a valid" in fault for fault in errors_of(save(staff, draft, slug="No Slug")))
        assert save(staff, draft, slug="another").status_code == 302
        draft.refresh_from_db()
        assert draft.slug == "another"

    @pytest.mark.parametrize("model", ["topic", "resource"])
    def test_slug_of_a_topic_and_of_a_reading_is_asked_for_once(self, staff, question, model) -> None:
        thing = question.resource if model == "resource" else question.resource.topic
        assert 'name="slug"' in page_of(staff.get(reverse(f"admin:catalog_{model}_add")))
        page = page_of(staff.get(reverse(f"admin:catalog_{model}_change", args=[thing.pk])))
        assert 'name="slug"' not in page
        assert f'<div class="readonly">{thing.slug}</div>' in page


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
            ("conflict", "There are no conflicts"),
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

    @pytest.mark.parametrize(
        ("action", "status", "becomes", "each"),
        [
            ("retire_selected", "published", "retired", 3),
            ("send_to_review", "draft", "review", 3),
            ("publish_selected", "draft", "published", 6),
        ],
    )
    def test_many_at_once_rank_the_bank_once(self, staff, question, action, status, becomes, each) -> None:
        """So that twenty cost twenty times a few queries, and not twenty times the bank."""
        many = make_many_questions(60, question.resource, status=status, prompt=lambda number: f"Why {number}?")
        for revision in QuestionRevision.objects.filter(question__in=many).select_related("question"):
            revision.content = content_of(revision.question, [])
            revision.save()

        def cost(chosen) -> tuple[int, int]:
            data = {"action": action, "_selected_action": [found.pk for found in chosen]}
            with CaptureQueriesContext(connection) as captured:
                staff.post(CHANGELIST, data)
            assert {found.status for found in Question.objects.filter(pk__in=data["_selected_action"])} == {becomes}
            ranked = [query for query in captured if RANKING in query["sql"]]
            return len(captured), len(ranked)

        cost(many[:1])
        few, many_more = cost(many[1:11]), cost(many[11:31])
        assert few[1] == many_more[1] == 1
        assert many_more[0] - few[0] == 10 * each


class TestPlaces:
    @pytest.fixture
    def reading(self, at):
        load(catalog_of(*(item(slug=slug, prompt=f"Why {slug}?") for slug in "abc")), at=at)
        return Resource.objects.get()

    @staticmethod
    def form_of(reading, *places: int) -> dict[str, object]:
        data = {"topic": reading.topic_id, "slug": reading.slug, "title": reading.title, "url": reading.url}
        data |= {"kind": reading.kind, "minutes": 20, "summary": "S.", "sources": "", "position": reading.position}
        data |= {"questions-TOTAL_FORMS": len(places), "questions-INITIAL_FORMS": len(places)}
        for row, question in enumerate(reading.questions.order_by("position")):
            data |= {f"questions-{row}-id": question.pk, f"questions-{row}-resource": reading.pk}
            data |= {f"questions-{row}-position": places[row]}
        return data

    def test_questions_are_put_in_order_by_numbers_and_nothing_else_of_them_is_written(self, staff, reading) -> None:
        address = reverse("admin:catalog_resource_change", args=[reading.pk])
        page = page_of(staff.get(address))
        assert 'aria-label="Position of a"' in page
        assert at_address("change", reading.questions.get(slug="b").pk) in page
        response = staff.post(address, self.form_of(reading, 2, 0, 1))
        assert response.status_code == 302
        assert list(reading.questions.order_by("rank").values_list("slug", flat=True)) == ["b", "c", "a"]
        assert list(reading.questions.order_by("slug").values_list("revision", flat=True)) == [1, 1, 1]

    def test_very_many_are_left_to_the_list(self, staff, reading) -> None:
        make_many_questions(200, reading)
        page = page_of(staff.get(reverse("admin:catalog_resource_change", args=[reading.pk])))
        assert "questions-TOTAL_FORMS" not in page
        assert "203</a> published" in page

    def test_reading_is_put_back_as_it_stood(self, staff, reading) -> None:
        as_it_stood = reading.history.latest()
        reading.title = "Another title"
        reading.save()
        address = reverse("admin:catalog_resource_simple_history", args=[reading.pk, as_it_stood.pk])
        response = staff.post(address, self.form_of(as_it_stood.instance, 0, 1, 2))
        assert response.status_code == 302
        reading.refresh_from_db()
        assert reading.title == "Airflow"
        assert reading.loaded_digest


class TestExtras:
    """What upper rooms add."""

    def test_links_and_filters_of_other_rooms_are_shown(self, staff, question, monkeypatch) -> None:
        monkeypatch.setattr(extras, "links", [lambda found: ("Statistics", f"/of/{found.slug}/"), lambda found: None])
        monkeypatch.setattr(extras, "filters", ["edition"])
        assert '<a href="/of/airflow-decides/">Statistics</a>' in page_of(staff.get(address(question)))
        page = page_of(staff.get(CHANGELIST, {"edition__exact": "1"}))
        assert "By edition" in page

    def test_only_what_is_published_can_be_seen_on_the_site(self, staff, question) -> None:
        assert "View on site" in page_of(staff.get(address(question)))
        Question.objects.update(status="draft")
        assert "View on site" not in page_of(staff.get(address(question)))

    def test_another_key_called_a_typo_is_told_to_be_a_different_meaning(self, staff, question) -> None:
        changes = {"change": "typo", "choices-1-correct": None, "choices-0-correct": "on"}
        response = staff.post(address(question), form_of(question, **changes), follow=True)
        assert "this counts as a different meaning" in page_of(response)


def test_onlooker_sees_every_page_and_no_way_to_change_anything(client, question) -> None:
    Question.objects.update(prompt="Which part does not decide?")
    client.force_login(make_onlooker())
    page = page_of(client.get(address(question)))
    assert "Which part does not decide?" in page
    assert "Show the front" not in page
    assert "accept-stem-negative" not in page
    for where in (
        CHANGELIST,
        at_address("history", question.pk),
        reverse("admin:catalog_resource_change", args=[question.resource_id]),
        reverse("admin:catalog_resource_history", args=[question.resource_id]),
        reverse("admin:catalog_topic_changelist"),
    ):
        assert client.get(where).status_code == 200
    assert client.post(address(question), form_of(question)).status_code == 403
