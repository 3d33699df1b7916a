import pytest
from hypothesis import HealthCheck, given, settings
from import_export.results import RowResult

from catalog.dump import dump_catalog
from catalog.exchange import ChangedMeanwhile, QuestionResource, QuestionsAsCSV, QuestionsAsYAML
from catalog.files import CONTENT, read_catalog
from catalog.load import load
from catalog.models import Choice, Question, QuestionRevision
from catalog.revisions import publish
from catalog.steps import retire
from catalog.stored import stored_catalog
from tests.catalog.contents import CHOICES, catalog_of, choice, item
from tests.catalog.strategies import BANKS
from tests.catalog.tables import CHOICE_KEYS as KEYS
from tests.catalog.tables import row_of, sheet
from tests.factories import AT, make_question, make_user

pytestmark = pytest.mark.django_db

FORMATS = [QuestionsAsCSV(), QuestionsAsYAML()]
each_format = pytest.mark.parametrize("layout", FORMATS, ids=["csv", "yaml"])


def exported(layout, queryset=None):
    """The bytes of the file that a browser would save."""
    return layout.export_data(QuestionResource().export(queryset=queryset)).encode()


def dry_run(raw, layout=FORMATS[0]):
    return QuestionResource().import_data(layout.create_dataset(raw), dry_run=True)


def imported(raw, layout=FORMATS[0], author=None):
    """The result of a dry run and of its confirmation."""
    state = dry_run(raw, layout).state
    return QuestionResource().import_data(layout.create_dataset(raw), user=author, at=AT, state=state)


def told(result):
    """Row, column and text of every fault."""
    return [(f.line, f.column, f.text) for taking in result.takings.values() for f in taking.faults]


@pytest.fixture
def question(at):
    """A published choice question with its key on 2."""
    load(catalog_of(choice(slug="airflow-decides"), item(prompt="What does a run of Airflow cover?")), at=at)
    return Question.objects.get(slug="airflow-decides")


@each_format
def test_the_shipped_catalog_comes_back_as_it_was_and_nothing_is_written(layout, at, django_assert_max_num_queries):
    load(read_catalog(CONTENT), at=at)
    before = list(Question.objects.order_by("pk").values()), QuestionRevision.objects.count(), stored_catalog()
    raw = exported(layout)

    with django_assert_max_num_queries(26) as captured:
        result = imported(raw, layout)

    assert result.totals[RowResult.IMPORT_TYPE_SKIP] == result.total_rows == 467
    assert not [query["sql"] for query in captured if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    after = list(Question.objects.order_by("pk").values()), QuestionRevision.objects.count(), stored_catalog()
    assert after == before


def test_the_documents_of_an_export_are_the_content_files(at):
    catalog = read_catalog(CONTENT)
    load(catalog, at=at)
    files = dump_catalog(catalog)

    documents = exported(FORMATS[1]).decode().split("---\n")

    assert documents == [text for name, text in files.items() if name != "topics.yaml"]


@each_format
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BANKS)
def test_nasty_texts_come_back_as_they_were_and_nothing_is_written(layout, bank):
    QuestionRevision.objects.all().delete()
    Question.objects.all().delete()
    load(catalog_of(*bank), at=AT)

    result = imported(exported(layout), layout)

    assert told(result) == []
    assert result.totals[RowResult.IMPORT_TYPE_SKIP] == len(bank)


@each_format
def test_an_export_fills_an_empty_catalog_alike(layout, at):
    load(catalog_of(choice(), item(slug="airflow-2", status="draft"), item(slug="x", status="retired")), at=at)
    raw, before = exported(layout), stored_catalog().questions
    Choice.objects.all().delete()
    QuestionRevision.objects.all().delete()
    Question.objects.all().delete()

    result = imported(raw, layout)

    assert result.totals[RowResult.IMPORT_TYPE_NEW] == 3
    assert stored_catalog().questions == before
    assert [revision.change for revision in QuestionRevision.objects.all()] == ["first"]
    assert list(Question.objects.values_list("rank", flat=True)) == [1, None, None]


def test_a_dry_run_writes_nothing(question, django_assert_max_num_queries):
    raw = sheet(row_of(question, prompt="Which part decides?", change="typo"), row_of(question, slug="new-one"))

    with django_assert_max_num_queries(14) as captured:
        result = dry_run(raw)

    assert (result.totals["new"], result.totals["update"]) == (1, 1)
    assert not [query["sql"] for query in captured if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


@pytest.mark.parametrize(("change", "edition"), [("typo", 1), ("clearer", 1), ("meaning", 2)])
def test_a_new_wording_is_published_as_the_change_that_it_is_called(question, curator, change, edition):
    raw = sheet(row_of(question, prompt="In Airflow, what decides?", change=change))

    imported(raw, author=curator)

    question.refresh_from_db()
    revision = question.revisions.first()
    assert (revision.number, revision.change, revision.edition, revision.author) == (2, change, edition, curator)
    assert revision.at == AT
    assert (question.prompt, question.edition, question.revision) == ("In Airflow, what decides?", edition, 2)
    assert "what decides" in question.rendered["prompt"]


def test_another_wording_that_is_not_called_anything_is_a_fault_in_its_row(question):
    late = Question.objects.get(slug="airflow-late")
    raw = sheet(row_of(late, note="Looked at."), row_of(question, prompt="In Airflow, what decides?"))

    result = imported(raw)

    ((row, column, text),) = told(result)
    assert (row, column) == (3, "change")
    assert "Say what kind of change it is" in text
    late.refresh_from_db()
    assert late.note == ""


def test_what_learners_do_not_see_needs_no_name_and_makes_no_revision(question):
    imported(sheet(row_of(question, note="Looked at.", concept="airflow-parts")))

    question.refresh_from_db()
    assert (question.note, question.concept, question.revision) == ("Looked at.", "airflow-parts", 1)


def test_another_key_is_another_meaning_whatever_it_is_called(question):
    keys = {"choice 2 correct": "", "choice 1 correct": "true", "change": "typo"}

    result = dry_run(sheet(row_of(question, **keys)))
    assert [taking.change for taking in result.takings.values()] == ["meaning"]
    imported(sheet(row_of(question, **keys)))

    question.refresh_from_db()
    assert question.edition == 2
    assert [option["correct"] for option in question.rendered["choices"]] == [True, False, False]


def test_a_different_meaning_can_be_declared_of_a_wording_that_stands(question):
    imported(sheet(row_of(question, change="meaning")))

    question.refresh_from_db()
    assert (question.edition, question.revisions.first().change) == (2, "meaning")


@pytest.mark.parametrize("status", ["retired", "draft", "review"])
def test_a_question_leaves_the_learners_and_comes_back(question, status):
    imported(sheet(row_of(question, status=status)))
    question.refresh_from_db()
    assert (question.status, question.rank) == (status, None)

    result = imported(sheet(row_of(question, status="published", prompt="What decides?")))
    assert [column for _, column, _ in told(result)] == ["change"]
    imported(sheet(row_of(question, status="published")))
    question.refresh_from_db()
    assert (question.status, question.rank is None, question.revision) == ("published", False, 1)


def test_question_that_has_gone_into_another_is_not_published_again(question):
    survivor = make_question(slug="survivor", prompt="Else?")
    Question.objects.filter(pk=question.pk).update(status="retired", merged_into=survivor)
    question.refresh_from_db()

    ((_, column, text),) = told(imported(sheet(row_of(question, status="published"))))

    assert column == "status"
    assert "has gone into survivor" in text


def test_a_question_moves_to_another_reading_and_stands_last_there(at):
    load(catalog_of(item(slug="a"), item(slug="b"), item(slug="c", reading="luigi", prompt="Why?")), at=at)

    imported(sheet(row_of(Question.objects.get(slug="a"), reading="luigi")))

    assert list(Question.objects.filter(resource__slug="luigi").values_list("slug", "position")) == [("c", 0), ("a", 1)]
    assert Question.objects.get(slug="a").revision == 1


def test_options_change_places_and_keep_their_numbers(question):
    row = row_of(question)
    moved = {f"choice {new} {key}": row[f"choice {old} {key}"] for new, old in ((1, 3), (3, 1)) for key in KEYS}

    imported(sheet(row | moved))

    question.refresh_from_db()
    assert [option["number"] for option in question.rendered["choices"]] == [3, 2, 1]
    assert question.revision == 1


def test_an_option_that_would_lose_its_number_is_a_fault(question):
    row = row_of(question)
    moved = {f"choice {new} {key}": row[f"choice {old} {key}"] for new, old in ((1, 3), (3, 1)) for key in KEYS[1:]}

    result = imported(sheet(row | moved | {"change": "clearer"}))

    assert told(result) == [
        (2, "choice 1 id", "“The web server” has the number 3, its own for ever: give it back."),
        (2, "choice 3 id", "“The executor” has the number 1, its own for ever: give it back."),
    ]


def test_the_number_of_an_option_that_is_gone_is_not_given_to_another(question, at):
    question.choices.filter(number=3).delete()
    Choice.objects.create(question=question, number=4, position=3, text="The timetable", why="It is asked first.")
    publish(question, change="clearer", author=None, at=at)

    result = imported(sheet(row_of(question, **{"choice 3 id": "3", "choice 3 text": "The cloud"}, change="clearer")))

    assert told(result) == [(2, "choice 3 id", "the number 3 was that of “The web server”: take 5 or more.")]


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"reading": "airflov"}, "reading", "there is no reading “airflov” (did you mean “airflow”?)."),
        ({"reading": "nowhere"}, "reading", "there is no reading “nowhere”."),
        ({"choice 1 text": "All of the above"}, "choices", "the option “All of the above” speaks of other options."),
        ({"choice 1 correct": "true"}, "choices", "2 choices are marked correct. Only one can be."),
        ({"choice 2 correct": ""}, "choices", "There is no key"),
        ({"choice 1 text": "The Scheduler"}, "choices", "two options read"),
    ],
)
def test_what_is_wrong_is_told_by_row_and_column_and_nothing_is_written(question, changes, column, words):
    good = row_of(Question.objects.get(slug="airflow-late"), note="Looked at.")

    result = imported(sheet(good, row_of(question, change="clearer", **changes)))

    assert [(row, where) for row, where, _ in told(result)] == [(3, column)]
    assert words in told(result)[0][2]
    assert not Question.objects.exclude(note="").exists()
    assert QuestionRevision.objects.count() == 2


def test_faults_of_all_rows_are_told_at_once(question):
    raw = sheet(
        row_of(question, section=""),
        row_of(question, slug="a", reading="b", prompt="Other?"),
        row_of(question, prompt="New?"),
    )

    assert [(row, column) for row, column, _ in told(dry_run(raw))] == [
        (2, "section"),
        (3, "reading"),
        (4, "slug"),
    ]


def test_what_was_changed_since_the_dry_run_is_not_overwritten(question, at):
    raw = sheet(row_of(question, note="Looked at."))
    state = dry_run(raw).state
    question.prompt = "In Airflow, what decides?"
    publish(question, change="clearer", author=None, at=at)

    with pytest.raises(ChangedMeanwhile):
        QuestionResource().import_data(FORMATS[0].create_dataset(raw), user=None, at=at, state=state)

    question.refresh_from_db()
    assert (question.note, question.prompt) == ("", "In Airflow, what decides?")


def test_the_files_are_told_from_an_import_by_the_next_load(question, at):
    imported(sheet(row_of(question, note="Looked at.")))

    report = load(catalog_of(choice(slug="airflow-decides"), item(prompt="What does a run of Airflow cover?")), at=at)

    assert (report.updated, report.conflicts) == ([], [])
    assert Question.objects.get(slug="airflow-decides").note == "Looked at."


def test_five_hundred_questions_take_a_query_each_and_a_few_more(at, django_assert_max_num_queries):
    load(catalog_of(*(item(slug=f"q-{number}") for number in range(500))), at=at)
    raw = (
        exported(FORMATS[0])
        .replace(b"start a day late", b"start one day late")
        .replace(b"published,", b"published,typo")
    )

    with django_assert_max_num_queries(540):
        result = imported(raw)

    assert result.totals["update"] == 500
    assert QuestionRevision.objects.filter(change="typo").count() == 500


def test_script_in_markdown_is_text_when_it_is_shown(question):
    bad = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>"

    imported(sheet(row_of(question, slug="script", prompt=f"What is {bad}?")))

    html = Question.objects.get(slug="script").rendered["prompt"]
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert "&lt;script&gt;" in html


def test_differences_are_marked_word_by_word(question):
    row = row_of(question, change="clearer", prompt="Why does a <b> run of Airflow start a day late?")

    (taking,) = dry_run(sheet(row | {"choice 3 text": "The web page"})).takings.values()

    assert [(difference.label, difference.new) for difference in taking.differences] == [
        ("Prompt", "Why does a <b> run of Airflow start a day late?"),
        ("Choice 3", "The web page"),
    ]
    assert "<del>daily</del><ins>&lt;b&gt;</ins>" in taking.differences[0].html


def test_a_new_order_of_the_options_is_a_difference(question):
    row = row_of(question)
    moved = {f"choice {new} {key}": row[f"choice {old} {key}"] for new, old in ((1, 3), (3, 1)) for key in KEYS}

    (taking,) = dry_run(sheet(row | moved)).takings.values()

    assert [difference.label for difference in taking.differences] == ["Order"]


def test_who_changed_what_is_kept_with_the_steps_and_the_lint(question, curator):
    rows = [row_of(question, note="Looked at."), row_of(question, slug="new", status="review", prompt="Not so?")]

    imported(sheet(*rows), author=curator)

    question.refresh_from_db()
    new = Question.objects.get(slug="new")
    assert (question.edited_by, new.edited_by) == (None, curator)
    assert [(step.status, step.by) for step in new.status_changes.all()] == [("review", curator)]
    assert question.status_changes.count() == 1
    assert (question.lint_state, new.lint_state) == ("clean", "warnings")


@pytest.mark.parametrize(("strict", "columns"), [(True, ["status"]), (False, [])])
def test_whether_somebody_publishes_her_own_words_is_the_sites_to_say(question, curator, settings, strict, columns):
    settings.REVIEWER_IS_NOT_AUTHOR = strict
    raw = sheet(row_of(question, slug="new", prompt="Which part of it decides, and when?"))

    assert [column for _, column, _ in told(imported(raw, author=curator))] == columns
    assert Question.objects.filter(slug="new").exists() is not strict


def test_somebody_else_publishes_what_was_handed_in_for_review(question, curator, settings):
    settings.REVIEWER_IS_NOT_AUTHOR = True
    imported(
        sheet(row_of(question, slug="new", status="review", prompt="Which part decides, and when?")), author=curator
    )
    new = Question.objects.get(slug="new")

    assert imported(sheet(row_of(new, status="published")), author=make_user(is_staff=True)).totals["update"] == 1


def test_a_question_that_asks_what_another_one_asks_is_not_published(question):
    new = row_of(question, slug="new")

    assert told(dry_run(sheet(new))) == [(2, "prompt", "its prompt is that of airflow-decides.")]
    assert told(dry_run(sheet(new | {"status": "draft"}))) == []
    twins = [new | {"slug": slug, "prompt": "What decides, and when?"} for slug in ("one", "two")]
    assert told(dry_run(sheet(*twins))) == [(3, "prompt", "its prompt is that of one.")]


def test_retired_questions_come_and_go_without_a_trace(question, at):
    retire(question, by=None, at=at)

    assert imported(exported(FORMATS[1]), FORMATS[1]).totals["skip"] == 2
    assert CHOICES[0].text in exported(FORMATS[1]).decode()
