import dataclasses
import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.deciding import keep_database, take_file
from catalog.dump import dump_catalog
from catalog.items import Catalog, ChoiceItem, TopicItem
from catalog.load import Verdict, load, verdict
from catalog.models import Choice, Conflict, Question, QuestionRevision, Resource, Topic
from catalog.revisions import publish
from catalog.steps import retire
from catalog.stored import stored_catalog
from tests.catalog.contents import CHOICES, QUESTIONS, catalog_of, choice, item, reading, write
from tests.factories import make_card

pytestmark = pytest.mark.django_db

LATER = dt.timedelta(days=1)


def load_questions(*questions, at, **options):
    return load(catalog_of(*questions), at=at, **options)


def edit(slug, **fields):
    """A curator changes a published question in the database."""
    question = Question.objects.get(slug=slug)
    for field, value in fields.items():
        setattr(question, field, value)
    publish(question, change="clearer", author=None, at=dt.datetime(2026, 11, 24, tzinfo=dt.UTC))


def writes_of(context):
    return [query["sql"] for query in context if query["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}]


@pytest.mark.parametrize(
    ("in_file", "loaded", "stored", "expected"),
    [
        ("a", "a", "a", Verdict.KEEP),
        ("a", "a", "b", Verdict.KEEP),
        ("b", "a", "a", Verdict.LOAD),
        ("b", "a", "b", Verdict.AGREE),
        ("b", "a", "c", Verdict.CONFLICT),
        ("a", "", "a", Verdict.AGREE),
        ("a", "", "b", Verdict.CONFLICT),
    ],
)
def test_the_verdict_is_three_way(in_file, loaded, stored, expected):
    assert verdict(in_file, loaded, lambda: stored) is expected


def test_a_first_load_publishes_ranks_and_renders(at):
    report = load_questions(choice(slug="airflow-decides"), item(), at=at)

    assert report.created == ["topic tools", "reading airflow", "question airflow-decides", "question airflow-late"]
    decides, late = Question.objects.order_by("rank")
    assert (decides.status, decides.rank, decides.revision, decides.edition) == ("published", 1, 1, 1)
    assert decides.rendered["answer"] == "The scheduler"
    assert list(decides.choices.values_list("number", "correct")) == [(1, False), (2, True), (3, False)]
    assert (late.slug, late.rank, late.position) == ("airflow-late", 2, 1)
    revision = late.revisions.get()
    assert (revision.change, revision.at, revision.content["prompt"]) == ("first", at, late.prompt)


def test_loading_the_same_again_writes_nothing(at):
    catalog = catalog_of(choice(slug="airflow-decides"), item())
    load(catalog, at=at)

    with CaptureQueriesContext(connection) as queries:
        report = load(catalog, at=at + LATER)

    assert writes_of(queries) == []
    assert len(queries) == 7 + len(("SAVEPOINT", "RELEASE"))
    assert (report.created, report.updated, report.conflicts, report.missing) == ([], [], [], [])


def test_a_question_that_only_the_file_changed_is_loaded(at):
    load_questions(item(), at=at)

    report = load_questions(item(prompt="Why does a daily run begin a day late?"), at=at + LATER)

    question = Question.objects.get()
    assert report.updated == ["question airflow-late"]
    assert question.rendered["prompt"] == "<p>Why does a daily run begin a day late?</p>"
    assert (question.revision, question.edition) == (2, 1)
    assert question.revisions.values_list("change", flat=True).first() == "clearer"


@pytest.mark.parametrize(("change", "kept", "edition"), [("meaning", "meaning", 2), ("typo", "typo", 1)])
def test_a_file_says_what_kind_of_change_an_edit_is(at, change, kept, edition):
    load_questions(item(), at=at)

    load_questions(item(prompt="Why is it late?", change=change), at=at + LATER)

    question = Question.objects.get()
    revision = question.revisions.get(number=2)
    assert (revision.change, question.edition, question.last_change) == (change, edition, kept)


def test_a_change_of_meaning_can_be_declared_afterwards_and_counts_once(at):
    load_questions(item(), at=at)
    load_questions(item(prompt="Why is it late?"), at=at)

    load_questions(item(prompt="Why is it late?", change="meaning"), at=at)
    load_questions(item(prompt="Why is it late?", change="meaning", note="looked at"), at=at)

    assert (Question.objects.get().revision, Question.objects.get().edition) == (3, 2)


def test_a_note_makes_no_revision(at):
    load_questions(item(), at=at)

    load_questions(item(note="seen", concept="airflow-interval"), at=at)

    question = Question.objects.get()
    assert (question.note, question.concept, question.revision) == ("seen", "airflow-interval", 1)


def test_the_key_moves_without_tripping_over_the_old_one(at):
    load_questions(choice(), at=at)
    moved = tuple(dataclasses.replace(option, correct=option.number == 1) for option in CHOICES)

    load_questions(choice(choices=moved), at=at)

    assert list(Choice.objects.filter(correct=True).values_list("number", flat=True)) == [1]
    assert Question.objects.get().edition == 2


def test_a_question_that_only_the_database_changed_stays(at):
    load_questions(item(), at=at)
    edit("airflow-late", prompt="Why late?")

    report = load_questions(item(), at=at + LATER)

    assert (report.updated, report.conflicts) == ([], [])
    assert Question.objects.get().prompt == "Why late?"


def test_a_question_changed_on_both_sides_is_skipped_and_kept_as_a_conflict(at):
    load_questions(item(), choice(slug="airflow-decides"), at=at)
    edit("airflow-late", prompt="Why late?")

    report = load_questions(item(prompt="Why so late?"), choice(slug="airflow-decides", note="seen"), at=at + LATER)

    assert (report.conflicts, report.updated) == (["question airflow-late"], ["question airflow-decides"])
    assert Question.objects.get(slug="airflow-late").prompt == "Why late?"
    conflict = Conflict.objects.get()
    assert (conflict.kind, conflict.slug, conflict.found_at) == ("question", "airflow-late", at + LATER)
    assert (conflict.in_file["prompt"], conflict.in_database["prompt"]) == ("Why so late?", "Why late?")


HOLDING = 'SELECT "catalog_topic"."id" AS "pk" FROM "catalog_topic" ORDER BY'


def reads_of(context):
    return [query["sql"] for query in context if query["sql"].startswith("SELECT")]


def test_ranks_are_held_before_any_row(at):
    """Two who each hold what the other waits for would wait for ever."""
    conflict = make_conflict(at)
    with CaptureQueriesContext(connection) as queries:
        load_questions(item(prompt="Why ever?"), at=at)
    assert reads_of(queries)[0].startswith(HOLDING)

    with CaptureQueriesContext(connection) as queries:
        take_file(conflict, by=None, at=at)
    assert reads_of(queries)[0].startswith(HOLDING)


def make_conflict(at):
    load_questions(item(), at=at)
    edit("airflow-late", prompt="Why late?")
    load_questions(item(prompt="Why so late?"), at=at)
    return Conflict.objects.get()


def test_a_conflict_found_again_is_not_written_again(at):
    make_conflict(at)

    with CaptureQueriesContext(connection) as queries:
        report = load_questions(item(prompt="Why so late?"), at=at + LATER)

    assert report.conflicts == ["question airflow-late"]
    assert writes_of(queries) == []


def test_a_conflict_is_over_when_both_sides_agree(at):
    make_conflict(at)

    report = load_questions(item(prompt="Why late?"), at=at + LATER)

    assert report.conflicts == []
    assert not Conflict.objects.exists()
    assert load_questions(item(prompt="Why late?!"), at=at).updated == ["question airflow-late"]


def test_a_conflict_is_over_when_the_file_goes_back(at):
    make_conflict(at)

    load_questions(item(), at=at + LATER)

    assert not Conflict.objects.exists()
    assert Question.objects.get().prompt == "Why late?"


def test_a_curator_can_take_the_files_side(at):
    take_file(make_conflict(at), by=None, at=at + LATER)

    question = Question.objects.get()
    assert (question.prompt, question.revision) == ("Why so late?", 3)
    assert load_questions(item(prompt="Why so late?"), at=at).conflicts == []
    assert not Conflict.objects.exists()


def test_a_curator_can_keep_the_databases_side(at):
    keep_database(make_conflict(at))

    assert load_questions(item(prompt="Why so late?"), at=at).conflicts == []
    assert Question.objects.get().prompt == "Why late?"
    assert load_questions(item(prompt="Why ever?"), at=at).conflicts == ["question airflow-late"]


def test_whoever_decides_is_the_author_of_the_wording_and_of_the_step(at, curator):
    conflict = make_conflict(at)
    Question.objects.update(status="retired")
    Conflict.objects.update(in_database={**conflict.in_database, "status": "retired"})
    conflict.refresh_from_db()

    take_file(conflict, by=curator, at=at + LATER)

    question = Question.objects.get()
    assert question.revisions.get(number=question.revision).author == curator
    assert question.status_changes.latest("at").by == curator


def test_what_was_changed_since_the_conflict_was_found_is_not_overwritten(at):
    conflict = make_conflict(at)
    edit("airflow-late", prompt="Why ever?")

    with pytest.raises(ValidationError, match="was changed since: look again"):
        take_file(conflict, by=None, at=at + LATER)

    assert Question.objects.get().prompt == "Why ever?"
    conflict = Conflict.objects.get()
    assert (conflict.in_database["prompt"], conflict.found_at) == ("Why ever?", at + LATER)
    take_file(conflict, by=None, at=at + LATER)
    assert Question.objects.get().prompt == "Why so late?"


@pytest.mark.parametrize("model", [Question, Resource])
def test_conflict_about_what_is_gone_is_over(at, model):
    conflict = make_conflict(at)
    model.objects.update(slug="renamed")

    with pytest.raises(ValidationError, match="is not here any more"):
        take_file(conflict, by=None, at=at)

    assert not Conflict.objects.exists()


def test_a_reading_and_a_topic_are_compared_like_questions(at):
    load(Catalog((TopicItem("tools", 0, "Tools"),), (reading(),)), at=at)
    Resource.objects.update(summary="A curator's words.")
    Topic.objects.update(title="The tools")

    report = load(Catalog((TopicItem("tools", 0, "Our tools"),), (reading(minutes=30),)), at=at)

    assert report.conflicts == ["topic tools", "reading airflow"]
    assert Resource.objects.get().summary == "A curator's words."
    for conflict in Conflict.objects.all():
        take_file(conflict, by=None, at=at)
    assert (Topic.objects.get().title, Resource.objects.get().minutes) == ("Our tools", 30)
    assert load(Catalog((TopicItem("tools", 0, "Our tools"),), (reading(minutes=30),)), at=at).conflicts == []


def positions():
    return list(Question.objects.order_by("position").values_list("slug", flat=True))


def bank(letters):
    return [item(slug=letter, prompt=letter) for letter in letters]


def test_a_new_order_in_the_file_is_taken_and_ranks_follow(at):
    load_questions(*bank("abc"), at=at)

    report = load_questions(*bank("cxab"), at=at)

    assert positions() == ["c", "x", "a", "b"]
    assert list(Question.objects.order_by("rank").values_list("slug", flat=True)) == ["c", "x", "a", "b"]
    assert (report.created, report.updated) == (["question x"], [])


def reorder(letters):
    for position, letter in enumerate(letters):
        Question.objects.filter(slug=letter).update(position=position)


def test_a_new_order_in_the_database_stays_and_new_questions_come_last(at):
    load_questions(*bank("abc"), at=at)
    reorder("cba")

    report = load_questions(*bank("axbc"), at=at)

    assert (positions(), report.conflicts) == (["c", "b", "a", "x"], [])


def test_two_new_orders_are_a_conflict_that_a_curator_decides(at):
    load_questions(*bank("abc"), at=at)
    reorder("cba")

    report = load_questions(*bank("bacx"), at=at)

    assert (report.conflicts, positions()) == (["order airflow"], ["c", "b", "a", "x"])
    with CaptureQueriesContext(connection) as queries:
        load_questions(*bank("bacx"), at=at)
    assert writes_of(queries) == []
    reorder("cab")
    with pytest.raises(ValidationError, match="look again"):
        take_file(Conflict.objects.get(), by=None, at=at)
    take_file(Conflict.objects.get(), by=None, at=at)
    assert positions() == ["b", "a", "c", "x"]
    assert load_questions(*bank("bacx"), at=at).conflicts == []


def test_order_in_conflict_is_the_one_that_stands_with_new_questions_last(at):
    load_questions(*bank("abc"), at=at)
    reorder("cba")

    load_questions(*bank("bxac"), at=at)

    assert positions() == Conflict.objects.get().in_database == ["c", "b", "a", "x"]
    take_file(Conflict.objects.get(), by=None, at=at)
    assert positions() == ["b", "x", "a", "c"]


def test_the_database_can_keep_its_order(at):
    load_questions(*bank("abc"), at=at)
    reorder("cba")
    load_questions(*bank("bac"), at=at)

    keep_database(Conflict.objects.get())

    assert load_questions(*bank("bac"), at=at).conflicts == []
    assert positions() == ["c", "b", "a"]


def test_a_question_moves_to_another_reading(at):
    load_questions(item(), item(slug="luigi-target", reading="luigi", prompt="Why?"), at=at)

    load_questions(item(reading="luigi"), item(slug="luigi-target", reading="luigi", prompt="Why?"), at=at)

    assert Question.objects.get(slug="airflow-late").resource.slug == "luigi"


def test_what_is_gone_from_the_files_is_reported_and_stays(at):
    load_questions(item(), choice(slug="airflow-decides"), at=at)

    report = load_questions(item(), at=at)

    assert report.missing == ["question airflow-decides"]
    assert Question.objects.get(slug="airflow-decides").status == "published"


def test_a_question_made_by_a_curator_is_never_missing(at):
    load_questions(item(), at=at)
    Question.objects.create(resource=Resource.objects.get(), slug="own", kind="recall", section="s", prompt="p")

    assert load_questions(item(), at=at).missing == []


def test_missing_questions_retire_on_request_and_come_back_with_their_slug(at, learner):
    both = (item(), choice(slug="airflow-decides"))
    load_questions(*both, at=at)
    make_card(learner, Question.objects.get(slug="airflow-decides"))

    report = load_questions(item(), at=at, retire_missing=True)

    assert report.retired == ["question airflow-decides"]
    gone = Question.objects.get(slug="airflow-decides")
    assert (gone.status, gone.rank) == ("retired", None)
    assert load_questions(item(), at=at).missing == []
    load_questions(*both, at=at)
    gone.refresh_from_db()
    assert (gone.status, gone.rank, gone.revision) == ("published", 2, 1)


def test_a_reading_and_a_topic_gone_from_the_files_are_reported(at):
    load(Catalog((TopicItem("tools", 0, "Tools"), TopicItem("os", 1, "OS")), (reading(),)), at=at)

    report = load(Catalog((TopicItem("os", 0, "OS"),)), at=at)

    assert report.missing == ["topic tools", "reading airflow"]


@pytest.mark.parametrize("status", ["draft", "review", "retired"])
def test_a_question_that_is_not_published_has_no_revision_and_no_rank(at, status):
    load_questions(item(status=status), at=at)

    question = Question.objects.get()
    assert (question.status, question.rank, question.revisions.count()) == (status, None, 0)
    load_questions(item(), at=at)
    question.refresh_from_db()
    assert (question.status, question.rank, question.revision) == ("published", 1, 1)


def test_the_database_dumps_to_the_files_that_were_loaded(at):
    numbered = (ChoiceItem(4, "A `b`", "why: so"), ChoiceItem(2, "Another", "For: that", correct=True))
    catalog = catalog_of(
        choice(slug="a", choices=numbered, change="meaning", allow=(("b", "x"), ("option-count", "two do"))),
        item(slug="b", status="review", note="to do", prompt="Why?\n\n```\nx: 1\n```"),
        item(slug="c", kind="cloze", answer="", prompt="It is {{so}}."),
        item(slug="d", kind="typed", answer="no", accept=("non", "nein: nie"), concept="x", reading="luigi"),
    )

    load(catalog, at=at)

    assert stored_catalog() == catalog
    assert dump_catalog(stored_catalog()) == dump_catalog(catalog)


def test_a_curators_change_reaches_the_files_through_a_dump_and_is_loaded_as_it_is(at, tmp_path):
    call_command("load_catalog", write(tmp_path), verbosity=0, stdout=None)
    question = Question.objects.get(slug="airflow-safe")
    question.prompt = "In Airflow, what must a task be?"
    publish(question, change="meaning", author=None, at=at)

    call_command("dump_catalog", tmp_path)

    written = (tmp_path / "tools" / "airflow.yaml").read_text()
    assert "change: meaning\n    prompt: In Airflow, what must a task be?" in written
    call_command("load_catalog", tmp_path)
    question.refresh_from_db()
    assert (question.revision, question.edition) == (2, 2)
    assert not Conflict.objects.exists()


def test_a_dump_removes_the_file_of_a_reading_that_has_no_questions_any_more(at, tmp_path):
    call_command("load_catalog", write(tmp_path))
    QuestionRevision.objects.all().delete()
    Question.objects.all().delete()

    call_command("dump_catalog", tmp_path)

    assert [path.name for path in sorted(tmp_path.rglob("*.yaml"))] == ["topics.yaml"]


def test_a_broken_file_loads_nothing_and_names_its_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, QUESTIONS.replace("kind: typed", "kind: quiz"))

    with pytest.raises(CommandError, match=r"tools/airflow\.yaml:18: “kind” takes"):
        call_command("load_catalog", tmp_path)

    assert not Topic.objects.exists()
    assert not Question.objects.exists()


def test_conflicts_fail_only_a_strict_load(tmp_path, capsys):
    call_command("load_catalog", write(tmp_path))
    edit("airflow-safe", prompt="What then?")
    write(tmp_path, QUESTIONS.replace("In Airflow, what should", "What should"))

    call_command("load_catalog", tmp_path)
    assert "Conflict: question airflow-safe" in capsys.readouterr().out

    with pytest.raises(CommandError, match="There are conflicts"):
        call_command("load_catalog", tmp_path, "--strict")


def test_the_command_says_what_it_did(tmp_path, capsys):
    call_command("load_catalog", write(tmp_path))
    first = capsys.readouterr().out
    write(tmp_path, QUESTIONS[: QUESTIONS.index("\n  - slug: airflow-safe")])
    call_command("load_catalog", tmp_path)
    second = capsys.readouterr().out
    call_command("load_catalog", tmp_path, "--retire-missing")

    assert first == "Catalog: 4 items in the files, 4 created, 0 updated.\n"
    assert "question airflow-safe is gone from the files; it stays as it is." in second
    assert "Retired question airflow-safe" in capsys.readouterr().out


def test_a_retired_question_that_the_file_still_publishes_stays_retired(at):
    load_questions(item(), at=at)
    retire(Question.objects.get(), by=None, at=at)

    load_questions(item(), at=at)

    assert Question.objects.get().status == "retired"


def test_five_thousand_questions_load_and_a_change_of_one_is_a_change_of_one(at):
    bank = [
        item(slug=f"r{number % 20}-q{number}", reading=f"r{number % 20}", prompt=f"Why does step {number} wait?")
        for number in range(5000)
    ]
    load_questions(*bank, at=at)
    bank[17] = dataclasses.replace(bank[17], prompt="Which part then?")

    with CaptureQueriesContext(connection) as queries:
        report = load_questions(*bank, at=at)

    assert Question.objects.exclude(rank=None).count() == 5000
    assert report.updated == ["question r17-q17"]
    assert len(writes_of(queries)) <= 5
