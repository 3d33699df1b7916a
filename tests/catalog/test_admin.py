import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from catalog.load import load
from catalog.models import Choice, Conflict, Question, QuestionRevision, Resource, Topic
from catalog.revisions import publish
from tests.catalog.contents import catalog_of, choice, item
from tests.factories import make_card, make_question, make_reading, make_user

pytestmark = pytest.mark.django_db

CHANGE_NEEDED = "Say below what kind of change it is."


def make_onlooker():
    """A member of staff who may look at the catalog, and no more."""
    onlooker = make_user(is_staff=True)
    onlooker.user_permissions.add(
        *Permission.objects.filter(content_type__app_label="catalog", codename__startswith="view")
    )
    return onlooker


def address(question):
    return reverse("admin:catalog_question_change", args=[question.pk])


def form_of(question, **changes):
    """What a browser would post for this question, line ends included."""
    choices = list(question.choices.all())
    data = {
        "resource": question.resource_id,
        "slug": question.slug,
        "kind": question.kind,
        "concept": question.concept,
        "section": question.section,
        "status": question.status,
        "change": "",
        "prompt": question.prompt.replace("\n", "\r\n"),
        "answer": question.answer.replace("\n", "\r\n"),
        "accept": "\r\n".join(question.accept),
        "explanation": question.explanation.replace("\n", "\r\n"),
        "allow": "\r\n".join(f"{rule}: {reason}" for rule, reason in question.allow.items()),
        "note": question.note,
        "position": question.position,
        "choices-TOTAL_FORMS": len(choices),
        "choices-INITIAL_FORMS": len(choices),
        "choices-MIN_NUM_FORMS": 0,
        "choices-MAX_NUM_FORMS": 1000,
    }
    for row, option in enumerate(choices):
        data |= {
            f"choices-{row}-id": option.pk,
            f"choices-{row}-question": question.pk,
            f"choices-{row}-position": option.position,
            f"choices-{row}-text": option.text,
            f"choices-{row}-why": option.why,
        }
        if option.correct:
            data[f"choices-{row}-correct"] = "on"
    data.update(changes)
    return {name: value for name, value in data.items() if value is not None}


def save(staff, question, **changes):
    return staff.post(address(question), form_of(question, **changes))


def errors_of(response):
    context = response.context["adminform"].form.errors
    formsets = [
        fault for inline in response.context["inline_admin_formsets"] for fault in inline.formset.non_form_errors()
    ]
    return [*(fault for faults in context.values() for fault in faults), *formsets]


def key_of(question):
    return list(Choice.objects.filter(question=question, correct=True).values_list("number", flat=True))


@pytest.mark.parametrize(("row", "number"), [(0, 1), (2, 3)])
def test_the_key_moves_up_and_down(staff, question, row, number):
    marks = {"choices-1-correct": None, f"choices-{row}-correct": "on", "change": "meaning"}

    response = save(staff, question, **marks)

    assert response.status_code == 302
    question.refresh_from_db()
    assert key_of(question) == [number]
    assert (question.revision, question.edition) == (2, 2)
    assert [option["correct"] for option in question.rendered["choices"]].index(True) == row


def test_the_row_of_the_key_moves_and_makes_no_new_wording(staff, question):
    response = save(staff, question, **{"choices-0-position": 5, "choices-1-position": 0})

    assert response.status_code == 302
    question.refresh_from_db()
    assert [option["number"] for option in question.rendered["choices"]] == [2, 3, 1]
    assert (key_of(question), question.revision) == ([2], 1)


def test_a_new_option_can_be_the_key_and_gets_a_number_of_its_own(staff, question):
    new = {
        "choices-TOTAL_FORMS": 4,
        "choices-1-DELETE": "on",
        "choices-3-id": "",
        "choices-3-question": question.pk,
        "choices-3-position": 3,
        "choices-3-text": "The timetable",
        "choices-3-why": "It is asked first.",
        "choices-3-correct": "on",
        "change": "meaning",
    }

    assert save(staff, question, **new).status_code == 302
    assert key_of(question) == [4]
    assert sorted(question.choices.values_list("number", flat=True)) == [1, 3, 4]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"choices-1-correct": None}, "There is no key"),
        ({"choices-0-correct": "on"}, "2 choices are marked correct"),
        ({"kind": "typed", "answer": "the scheduler"}, "Only a choice question has choices"),
        ({"prompt": ""}, "This field is required."),
        ({"prompt": "a\x1bb"}, "The character U+001B"),
        ({"allow": "just words"}, "rule: reason"),
    ],
)
def test_a_fault_is_told_in_words_and_changes_nothing(staff, question, changes, words):
    response = save(staff, question, change="meaning", **changes)

    assert response.status_code == 200
    assert any(words in fault for fault in errors_of(response)), errors_of(response)
    question.refresh_from_db()
    assert (key_of(question), question.revision, question.kind) == ([2], 1, "choice")


@pytest.mark.parametrize("changes", [{"prompt": "In Airflow, what decides?"}, {"choices-0-text": "The workers"}])
def test_another_wording_of_a_published_question_needs_to_be_called_something(staff, question, changes):
    response = save(staff, question, **changes)
    assert any(CHANGE_NEEDED in fault for fault in errors_of(response))

    response = save(staff, question, change="typo", **changes)
    assert response.status_code == 302
    revision = question.revisions.first()
    assert (revision.number, revision.edition, revision.change) == (2, 1, "typo")
    assert revision.author.is_staff


@pytest.mark.parametrize(
    ("field", "changes"),
    [("change", {"prompt": "What starts a task?"}), (None, {"choices-0-text": "The workers"})],
)
def test_way_over_a_draft_does_not_spare_the_kind_of_change(staff, question, field, changes):
    assert save(staff, question, status="review", **changes).status_code == 302

    question.refresh_from_db()
    response = save(staff, question, status="published")
    assert any(CHANGE_NEEDED in fault for fault in errors_of(response))
    assert (field in response.context["adminform"].form.errors) is (field is not None)

    data = {"action": "publish_selected", "_selected_action": [question.pk]}
    page = staff.post(reverse("admin:catalog_question_changelist"), data, follow=True).content.decode()
    assert "Not published: airflow-decides. Its wording differs from the one published last." in page

    assert save(staff, question, status="published", change="meaning").status_code == 302
    question.refresh_from_db()
    assert (question.status, question.revision, question.edition) == ("published", 2, 2)


def test_question_that_comes_back_as_it_was_needs_no_kind_of_change(staff, question):
    assert save(staff, question, status="review").status_code == 302
    assert save(staff, question, status="published").status_code == 302
    question.refresh_from_db()
    assert (question.status, question.revision) == ("published", 1)


def test_saving_without_a_change_asks_for_nothing_and_writes_no_revision(staff, at):
    prompt = "What does this print?\n\n```python\nprint(1)\n```"
    load(
        catalog_of(item(prompt=prompt, kind="typed", answer="1", accept=("one", "uno"), allow=(("prompt-long", "x"),))),
        at=at,
    )
    question = Question.objects.get()

    response = save(staff, question, note="looked at")

    assert response.status_code == 302
    question.refresh_from_db()
    assert (question.note, question.revision, question.prompt) == ("looked at", 1, prompt)
    assert (question.accept, question.allow) == (["one", "uno"], {"prompt-long": "x"})


def test_a_curators_edit_is_kept_by_the_next_load(staff, at, question):
    save(staff, question, change="clearer", prompt="In Airflow, what decides that a task may run?")

    report = load(catalog_of(choice(slug="airflow-decides")), at=at)

    assert (report.updated, report.conflicts) == ([], [])


def test_a_question_is_made_and_published_in_one_go(staff, at):
    reading = make_reading(slug="airflow")
    data = {
        "resource": reading.pk,
        "slug": "airflow-late",
        "kind": "recall",
        "section": "Scheduling",
        "status": "published",
        "prompt": "Why does a daily run start late?",
        "answer": "Its interval must be over.",
        "explanation": "A run works on the data of an interval, and these are complete only at its end.",
        "position": 0,
        "choices-TOTAL_FORMS": 3,
        "choices-INITIAL_FORMS": 0,
        **{f"choices-{row}-position": 0 for row in range(3)},
    }

    response = staff.post(reverse("admin:catalog_question_add"), data)

    assert response.status_code == 302
    question = Question.objects.get()
    assert (question.status, question.rank, question.revision) == ("published", 1, 1)
    assert question.revisions.get().change == "first"


def test_an_unfinished_question_can_be_saved_as_a_draft_and_not_published(staff, question):
    Question.objects.update(status="draft")
    question.refresh_from_db()

    assert save(staff, question, **{"choices-1-correct": None}).status_code == 302
    question.refresh_from_db()
    assert question.rank is None
    staff.post(
        reverse("admin:catalog_question_changelist"), {"action": "publish_selected", "_selected_action": [question.pk]}
    )
    question.refresh_from_db()
    assert question.status == "draft"


def test_saving_tells_what_a_program_finds_odd(staff, question):
    response = staff.post(
        address(question), form_of(question, change="clearer", prompt="Which part does not decide?"), follow=True
    )

    assert "The stem holds “not”; ask for what is so." in response.content.decode()


def test_actions_publish_and_retire(staff, at):
    draft = make_question(status="draft", rank=None, revision=1)
    unfinished = make_question("typed", status="draft", answer="", rank=None)
    address = reverse("admin:catalog_question_changelist")
    both = [draft.pk, unfinished.pk]

    response = staff.post(address, {"action": "publish_selected", "_selected_action": both}, follow=True)

    page = response.content.decode()
    assert "1 question is published." in page
    assert f"Not published: {unfinished.slug}. An answer is missing." in page
    draft.refresh_from_db()
    assert (draft.status, draft.rank) == ("published", 1)

    response = staff.post(address, {"action": "retire_selected", "_selected_action": both}, follow=True)
    assert "2 questions are retired." in response.content.decode()
    draft.refresh_from_db()
    assert (draft.status, draft.rank) == ("retired", None)


def test_a_question_that_was_published_is_not_deleted_and_the_page_says_what_to_do(staff, learner, question):
    make_card(learner, question)

    response = staff.post(reverse("admin:catalog_question_delete", args=[question.pk]), {"post": "yes"}, follow=True)

    assert "Retire it instead." in response.content.decode()
    assert Question.objects.filter(pk=question.pk).exists()


def test_deleting_selected_questions_names_what_stands_against_it(staff, learner, question):
    make_card(learner, question)
    address = reverse("admin:catalog_question_changelist")
    data = {"action": "delete_selected", "_selected_action": [question.pk], "post": "yes"}

    response = staff.post(address, data)

    assert response.status_code == 200
    assert Question.objects.filter(pk=question.pk).exists()


def test_a_draft_that_nobody_saw_is_deleted(staff, at):
    load(catalog_of(item(status="draft")), at=at)
    question = Question.objects.get()

    staff.post(reverse("admin:catalog_question_delete", args=[question.pk]), {"post": "yes"})

    assert not Question.objects.exists()


def test_a_new_place_of_a_reading_moves_the_ranks(staff, at):
    load(catalog_of(item(slug="a"), item(slug="b", reading="luigi", prompt="Why?")), at=at)
    reading = Resource.objects.get(slug="airflow")
    data = {"topic": reading.topic_id, "slug": "airflow", "title": "Airflow", "url": reading.url, "kind": "article"}
    data |= {"minutes": 20, "summary": "S.", "sources": "One\r\nTwo", "position": 7}
    data |= {"questions-TOTAL_FORMS": 0, "questions-INITIAL_FORMS": 0}

    response = staff.post(reverse("admin:catalog_resource_change", args=[reading.pk]), data)

    assert response.status_code == 302
    assert list(Question.objects.order_by("rank").values_list("slug", flat=True)) == ["b", "a"]
    assert Resource.objects.get(slug="airflow").sources == ["One", "Two"]


@pytest.mark.parametrize("model", [Topic, Resource, Question, QuestionRevision, Conflict])
def test_lists_open_search_and_need_few_queries(staff, question, model, django_assert_max_num_queries, at):
    question.prompt = "Another?"
    publish(question, change="clearer", author=None, at=at)
    Conflict.objects.create(kind="question", slug="x", in_file={"a": 1}, in_database={"a": 2}, found_at=at)
    name = model._meta.model_name

    with django_assert_max_num_queries(12):
        response = staff.get(reverse(f"admin:catalog_{name}_changelist"), {"q": "a"} if model is not Conflict else {})
    assert response.status_code == 200
    page = staff.get(reverse(f"admin:catalog_{name}_change", args=[model.objects.first().pk]))
    assert page.status_code == 200


def test_the_wordings_of_a_question_are_a_press_away(staff, question):
    page = staff.get(address(question)).content.decode()

    assert reverse("admin:catalog_question_history", args=[question.pk]) in page


def make_conflict(at):
    load(catalog_of(item()), at=at)
    question = Question.objects.get()
    question.prompt = "Why late?"
    publish(question, change="clearer", author=None, at=at)
    load(catalog_of(item(prompt="Why so late?")), at=at)
    return question


def decide(client, side):
    return client.post(reverse(f"admin:catalog_conflict_{side}", args=[Conflict.objects.get().pk]), follow=True)


def test_a_conflict_is_listed_with_what_differs_word_by_word(staff, at):
    make_conflict(at)

    page = staff.get(reverse("admin:catalog_conflict_changelist")).content.decode()

    assert "<span>Why </span><ins>so </ins><span>late?</span>" in page
    assert "Take what the file says" in page


@pytest.mark.parametrize(("side", "prompt"), [("file", "Why so late?"), ("database", "Why late?")])
def test_a_conflict_is_decided_with_one_press(staff, at, side, prompt):
    question = make_conflict(at)

    page = decide(staff, side).content.decode()

    assert "Question airflow-late: what" in page
    assert "There are no conflicts" in page
    question.refresh_from_db()
    assert question.prompt == prompt
    assert not Conflict.objects.exists()
    assert load(catalog_of(item(prompt="Why so late?")), at=at).conflicts == []


def test_an_order_of_questions_in_conflict_is_shown_as_a_list(staff, at):
    Conflict.objects.create(kind="order", slug="airflow", in_file=["a", "b"], in_database=["b", "a"], found_at=at)

    page = staff.get(reverse("admin:catalog_conflict_changelist")).content.decode()

    assert '<th scope="row">Order</th>' in page


def test_a_conflict_that_was_decided_meanwhile_is_no_error(staff, at):
    make_conflict(at)
    address = reverse("admin:catalog_conflict_file", args=[Conflict.objects.get().pk])
    staff.post(address)

    assert "was decided already" in staff.post(address, follow=True).content.decode()
    assert staff.get(address).status_code == 405


@pytest.mark.parametrize("side", ["file", "database"])
def test_who_decided_a_conflict_is_kept_with_the_question(staff, curator, at, side):
    question = make_conflict(at)
    decide(staff, side)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.get_edited_object()) == (curator, question)
    assert entry.get_change_message().startswith("question airflow-late: what")


def test_conflict_is_looked_at_again_when_the_question_was_changed_since(staff, at):
    question = make_conflict(at)
    question.prompt = "Why ever?"
    publish(question, change="clearer", author=None, at=at)
    page = decide(staff, "file").content.decode()
    assert "Question airflow-late was changed since: look again." in page
    assert "<del>ever</del>" in page
    assert not LogEntry.objects.exists()


def test_conflict_about_a_question_that_is_gone_is_over(staff, at):
    make_conflict(at)
    Question.objects.update(slug="renamed")
    page = decide(staff, "file").content.decode()
    assert "Question airflow-late is not here any more" in page
    assert "There are no conflicts" in page


def test_someone_who_may_only_look_decides_nothing(client, at):
    make_conflict(at)
    client.force_login(make_onlooker())

    assert decide(client, "file").status_code == 403
    page = client.get(reverse("admin:catalog_conflict_changelist")).content.decode()

    assert Conflict.objects.exists()
    assert "Take what the file says" not in page


def test_pages_hold_no_inline_script_or_style(staff, question):
    for page in (
        address(question),
        reverse("admin:catalog_question_changelist"),
        reverse("admin:catalog_question_add"),
    ):
        html = staff.get(page).content.decode()
        assert "<script>" not in html
        assert "<style" not in html
        assert "onclick=" not in html
