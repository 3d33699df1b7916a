import pytest

from catalog.files import MAX_BYTES, ContentError, read_catalog, read_questions, read_topics
from catalog.items import ChoiceItem
from tests.catalog.contents import QUESTIONS, TOPICS, write


def lines_of(error):
    return [(fault.line, fault.text) for fault in error.value.faults]


def broken(text):
    """The faults of one question file."""
    with pytest.raises(ContentError) as error:
        read_questions(text)
    return lines_of(error)


def test_a_question_file_becomes_plain_values():
    slug, (decides, safe) = read_questions(QUESTIONS)

    assert slug == "airflow"
    assert (decides.slug, decides.kind, decides.section) == ("airflow-decides", "choice", "Architecture")
    assert decides.choices[1] == ChoiceItem(2, "The scheduler", "It looks at what a task waits for.", correct=True)
    assert (decides.status, decides.change, decides.line) == ("published", "", 3)
    assert (safe.answer, safe.accept) == ("idempotent", ("idempotence",))


def test_topics_come_with_their_readings_in_order():
    (topic,), (reading,) = read_topics(TOPICS)

    assert (topic.slug, topic.position, topic.title) == ("tools", 0, "Tools")
    assert (reading.slug, reading.topic, reading.minutes, reading.publisher) == ("airflow", "tools", 20, "")


@pytest.mark.parametrize("word", ["no", "yes", "1.10", "null", "~", "2026-11-23", "0x10", "true"])
def test_a_word_that_other_readers_take_for_something_else_stays_text(word):
    _, (_, safe) = read_questions(QUESTIONS.replace("answer: idempotent", f"answer: {word}"))

    assert safe.answer == word


def test_a_number_of_a_choice_is_its_place_unless_id_says_other():
    _, (decides, _) = read_questions(QUESTIONS.replace("- text: The executor", "- id: 7\n        text: The executor"))

    assert [choice.number for choice in decides.choices] == [7, 2, 3]


def test_two_choices_cannot_share_a_number():
    (fault,) = broken(QUESTIONS.replace("- text: The executor", "- id: 2\n        text: The executor"))

    assert fault[0] == 11
    assert "number 2" in fault[1]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("    kind: choice", "   kind: choice", 4, "not YAML"),
        ("    kind: choice", "\tkind: choice", 4, "not YAML"),
        ("kind: typed", "kind: quiz", 18, "recall, choice, cloze, typed"),
        ("    prompt: In Airflow, which", "    promt: In Airflow, which", 6, "did you mean “prompt”"),
        ("slug: airflow-safe", "slug: airflow-decides", 17, "is taken by questions.yaml:3"),
        ("slug: airflow-safe", "slug: Airflow Safe", 17, "lower-case letters"),
        ("section: Tasks", "section: Tasks\n    section: More", 20, "there twice"),
        ("        correct: true\n", "", 8, "no key"),
        ("- text: The executor\n", "- text: The executor\n        correct: true\n", 8, "2 choices are marked"),
        ("correct: true", "correct: maybe", 11, "true, false"),
        ("    explanation: The same inputs", "    note: The same inputs", 17, "“explanation” is missing"),
        ("answer: idempotent", 'answer: ""', 21, "is empty"),
        ("answer: idempotent", "answer: [a, b]", 21, "takes a text"),
        ("accept: [idempotence]", "accept: idempotence", 22, "takes a list"),
        ("accept: [idempotence]", "choices: [{text: a, why: b}]", 22, "takes no “choices”"),
        ("    answer: idempotent\n", "", 17, "answer is missing"),
        ("answer: idempotent", "answer: *star", 21, "anchors and aliases"),
        ("answer: idempotent", "answer: &a idempotent", 21, "anchors and aliases"),
        ("answer: idempotent", "answer: !!python/name:os.system x", 21, "tags are not used"),
        ("answer: idempotent", "answer: a\0b", 21, "U+0000"),
        ("answer: idempotent", "answer: a\x1bb", 21, "U+001B"),
        ("answer: idempotent", 'answer: "a\\u2028b"', 21, "U+2028"),
        ("questions:", "status: draft\nquestions:", 2, "unknown key “status”"),
        ("section: Tasks", f"section: {'x' * 121}", 19, "121 characters"),
    ],
)
def test_a_fault_names_its_line(old, new, line, words):
    assert QUESTIONS.count(old) == 1

    found = broken(QUESTIONS.replace(old, new))

    assert [number for number, text in found if words in text] == [line]


def test_every_fault_is_told_at_once():
    found = broken(QUESTIONS.replace("section: Tasks", "sektion: Tasks").replace("kind: choice", "kind: chioce"))

    assert [line for line, _ in found] == [4, 17, 19]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("# nothing\n", "empty"),
        ("just words", "key: value"),
        ("reading: airflow\n", "“questions” is missing"),
        ("reading: airflow\nquestions: []\n", "takes a list with something in it"),
        ("reading: airflow\nquestions: [a]\n", "a question is written as"),
        ("\ufeffreading: airflow\n", "byte order mark"),
        (f"{QUESTIONS}---\nreading: x\n", "second document"),
        ("[" * 5000 + "]" * 5000, "too deep"),
        ("reading: {" * 200, "too deep"),
    ],
)
def test_a_file_of_another_shape_is_refused(text, words):
    assert words in broken(text)[0][1]


def test_an_alias_bomb_is_refused_before_it_is_built():
    bomb = "a: &a [x, x]\n" + "\n".join(f"b{n}: &b{n} [*a, *a, *a]" for n in range(50))

    assert broken(bomb)[0] == (1, "anchors and aliases are not used in content files.")


def test_a_cloze_needs_a_blank_outside_code():
    text = QUESTIONS.replace("kind: typed", "kind: cloze").replace("    answer: idempotent\n", "")
    text = text.replace("    accept: [idempotence]\n", "").replace("twice?", "`{{ twice }}`.")

    (fault,) = broken(text)

    assert fault[0] == 20
    assert "needs a blank" in fault[1]


def test_a_draft_may_be_unfinished_but_never_has_two_keys():
    draft = QUESTIONS.replace("section: Architecture", "section: Architecture\n    status: draft")

    assert read_questions(draft.replace("        correct: true\n", ""))[1][0].status == "draft"
    two = draft.replace("- text: The executor\n", "- text: The executor\n        correct: true\n")
    assert "2 choices are marked" in broken(two)[0][1]


def test_a_folder_is_read_whole(tmp_path):
    catalog = read_catalog(write(tmp_path))

    assert [topic.slug for topic in catalog.topics] == ["tools"]
    assert [question.slug for question in catalog.questions["airflow"]] == ["airflow-decides", "airflow-safe"]


def test_a_fault_in_a_folder_names_file_and_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = write(tmp_path / "content", QUESTIONS.replace("kind: typed", "kind: quiz"))

    with pytest.raises(ContentError, match=r"^content/tools/airflow\.yaml:18: “kind” takes"):
        read_catalog(folder)


def test_text_that_is_not_utf_8_names_its_line(tmp_path):
    folder = write(tmp_path)
    path = folder / "tools" / "airflow.yaml"
    path.write_bytes(QUESTIONS.replace("section: Tasks", "section: Täsks").encode("latin-1"))

    with pytest.raises(ContentError) as error:
        read_catalog(folder)

    assert lines_of(error) == [(19, "this is not UTF-8. Save the file as UTF-8.")]


def test_a_huge_file_is_refused_unread(tmp_path):
    folder = write(tmp_path)
    (folder / "tools" / "airflow.yaml").write_bytes(b"#" * (MAX_BYTES + 1))

    with pytest.raises(ContentError, match="larger than 1,000 kB"):
        read_catalog(folder)


def test_a_slug_is_unique_in_all_files(tmp_path):
    extra = (
        "      - {slug: luigi, title: Luigi, url: 'https://example.org/l', kind: article, minutes: 5, summary: S.}\n"
    )
    folder = write(tmp_path, topics=TOPICS + extra)
    (folder / "tools" / "luigi.yaml").write_text(QUESTIONS.replace("reading: airflow", "reading: luigi"))

    with pytest.raises(ContentError) as error:
        read_catalog(folder)

    assert [line for line, _ in lines_of(error)] == [3, 17]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("tools/luigi.yaml", QUESTIONS.replace("airflow", "luigi"), "has no reading luigi"),
        ("mlops/airflow.yaml", QUESTIONS.replace("airflow-", "airflow-x-"), "belong in tools/airflow.yaml"),
        ("tools/airflow.yml", QUESTIONS, "is not read"),
        ("airflow.yaml", QUESTIONS, "is not read"),
        ("tools/old/airflow.yaml", QUESTIONS, "is not read"),
    ],
)
def test_a_file_in_the_wrong_place_is_told(tmp_path, name, text, words):
    path = write(tmp_path) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)

    with pytest.raises(ContentError, match=words):
        read_catalog(tmp_path)


def test_a_folder_without_topics_is_told(tmp_path):
    with pytest.raises(ContentError, match=r"topics\.yaml"):
        read_catalog(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("url: https://example.org/airflow", "url: javascript:alert(1)", 7, "https://"),
        ("url: https://example.org/airflow", "url: 'https://[oops'", 7, "https://"),
        ("kind: documentation", "kind: film", 8, "article, documentation"),
        ("minutes: 20", "minutes: soon", 9, "whole number"),
        ("minutes: 20", "minutes: 99999999999999999999", 9, "whole number"),
        ("        title: Airflow\n", "", 5, "“title” is missing"),
        ("  - slug: tools\n", "  - slug: tools\n    title: T\n  - slug: tools\n", 4, "already in line 2"),
    ],
)
def test_a_fault_in_topics_names_its_line(old, new, line, words):
    with pytest.raises(ContentError) as error:
        read_topics(TOPICS.replace(old, new))

    assert lines_of(error)[0][0] == line
    assert words in lines_of(error)[0][1]
