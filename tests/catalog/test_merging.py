"""One question instead of two, and questions under another reading."""

import pytest
from django.core.exceptions import ValidationError

from catalog.deciding import keep_database, take_file
from catalog.dump import dump_catalog
from catalog.files import read_catalog
from catalog.load import load
from catalog.merging import merge, move
from catalog.models import Conflict, Question, Resource
from catalog.revisions import publish
from catalog.stored import stored_catalog
from tests.catalog.contents import catalog_of, item, write_catalog
from tests.factories import make_question

pytestmark = pytest.mark.django_db


def test_loser_is_retired_and_names_the_survivor(curator, at) -> None:
    loser, survivor = make_question(prompt="Why late?"), make_question(prompt="Why so late?")
    merge(loser, survivor, by=curator, at=at)
    loser.refresh_from_db()
    assert (loser.status, loser.rank, loser.merged_into) == ("retired", None, survivor)
    assert loser.status_changes.get().by == curator


@pytest.mark.parametrize(
    ("survivor", "words"),
    [({"status": "draft"}, "is not published"), (None, "That is the question itself")],
)
def test_what_cannot_become_one_is_refused_in_words(survivor, words, at) -> None:
    loser = make_question()
    other = loser if survivor is None else make_question(prompt="Else?", **survivor)
    with pytest.raises(ValidationError, match=words):
        merge(loser, other, by=None, at=at)
    loser.refresh_from_db()
    assert loser.status == "published"


def test_question_is_merged_once(at) -> None:
    loser, survivor = make_question(), make_question(prompt="Else?")
    merge(loser, survivor, by=None, at=at)
    with pytest.raises(ValidationError, match="has gone into another question already"):
        merge(loser, survivor, by=None, at=at)


def test_question_that_has_gone_into_another_is_not_published_again(at) -> None:
    loser, survivor = make_question(), make_question(slug="survivor", prompt="Else?")
    merge(loser, survivor, by=None, at=at)
    with pytest.raises(ValidationError, match="has gone into survivor"):
        publish(loser, change="clearer", author=None, at=at)
    loser.refresh_from_db()
    assert (loser.status, loser.merged_into) == ("retired", survivor)


def test_files_do_not_publish_it_again_unseen(at) -> None:
    both = (item(slug="a"), item(slug="b", prompt="Else?"))
    load(catalog_of(*both), at=at)
    merge(Question.objects.get(slug="a"), Question.objects.get(slug="b"), by=None, at=at)
    load(stored_catalog(), at=at)

    assert load(catalog_of(*both), at=at).conflicts == ["question a"]
    with pytest.raises(ValidationError, match="has gone into b"):
        take_file(Conflict.objects.get(), by=None, at=at)
    keep_database(Conflict.objects.get())
    assert load(catalog_of(*both), at=at).conflicts == []
    a = Question.objects.get(slug="a")
    assert (a.status, a.merged_into) == ("retired", Question.objects.get(slug="b"))


def test_survivor_is_clean_when_what_it_resembled_is_gone(at) -> None:
    load(catalog_of(item(slug="a"), item(slug="b", prompt=f"{item().prompt[:-1]} then?")), at=at)
    a, b = Question.objects.order_by("slug")
    assert b.lint_state == "warnings"
    merge(a, b, by=None, at=at)
    b.refresh_from_db()
    assert b.lint_state == "clean"


def test_questions_that_move_keep_their_slugs_and_come_last_in_file_and_rank(at, tmp_path) -> None:
    load(
        catalog_of(item(slug="a"), item(slug="b", prompt="Why b?"), item(slug="c", prompt="Why c?", reading="luigi")),
        at=at,
    )
    luigi = Resource.objects.get(slug="luigi")
    assert move(Question.objects.filter(slug__in=["a", "c"]), luigi) == 1
    write_catalog(tmp_path, stored_catalog())
    again = read_catalog(tmp_path)
    assert [each.slug for each in again.questions["luigi"]] == ["c", "a"]
    assert [each.slug for each in again.questions["airflow"]] == ["b"]
    assert list(Question.objects.order_by("rank").values_list("slug", flat=True)) == ["b", "c", "a"]
    report = load(again, at=at)
    assert (report.conflicts, report.created, report.retired) == ([], [], [])
    assert dump_catalog(stored_catalog()) == dump_catalog(again)


def test_move_of_the_reading_is_kept_by_the_next_load_of_the_old_files(at) -> None:
    files = catalog_of(item(slug="a"), item(slug="b", prompt="Why b?", reading="luigi"))
    load(files, at=at)
    move(Question.objects.filter(slug="a"), Resource.objects.get(slug="luigi"))
    assert load(files, at=at).conflicts == []
    assert Question.objects.get(slug="a").resource.slug == "luigi"
