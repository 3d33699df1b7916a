import textwrap

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.dump import WIDTH, dump_questions, dump_topics
from catalog.files import read_questions, read_topics
from catalog.items import (
    CHANGES,
    KINDS,
    READING_KINDS,
    STATUSES,
    ChoiceItem,
    QuestionItem,
    ReadingItem,
    TopicItem,
    clean_text,
    faults,
)
from tests.catalog.contents import QUESTIONS, TOPICS, choice, item

# Texts as an author types them, with what YAML and Markdown make something of over-represented.
SIGNS = " :#-?,[]{}&*!|>'\"%@`\\=~.\n0123456789abcXYZéß中🦉\u00a0“”’"
AWKWARD = [
    "no",
    "yes",
    "null",
    "---",
    "...",
    "- a",
    "a: b",
    "a #b",
    "{{x}}",
    "```\ncode\n```",
    "<<",
    "1.10",
    "word ?",
    "",
]
RAW = st.builds(
    lambda left, word, right, times: (left + word + right) * times,
    st.text(alphabet=SIGNS, max_size=20),
    st.sampled_from(AWKWARD),
    st.text(alphabet=SIGNS, max_size=20),
    st.sampled_from([1, 1, 1, 6]),
)
TEXTS = RAW.map(clean_text).filter(bool)
LINES = RAW.map(lambda text: clean_text(text.replace("\n", " ")[:100])).filter(bool)
SLUGS = st.text(alphabet="ab7", min_size=1, max_size=6) | st.sampled_from(["a-b", "1-2-3", "no", "null", "7", "1e3"])


@st.composite
def questions(draw):
    kind = draw(st.sampled_from(KINDS))
    numbers = draw(st.lists(st.integers(1, 9), min_size=2, max_size=4, unique=True)) if kind == "choice" else []
    key = draw(st.sampled_from(numbers)) if numbers else 0
    prompt = draw(TEXTS)
    made = QuestionItem(
        slug=draw(SLUGS),
        reading="airflow",
        kind=kind,
        concept=draw(SLUGS | st.just("")),
        section=draw(LINES),
        status=draw(st.sampled_from(STATUSES)),
        change=draw(st.sampled_from(["", *(change for change in CHANGES if change != "clearer")])),
        prompt=f"{prompt}\n\n{{{{x}}}}" if kind == "cloze" else prompt,
        choices=tuple(ChoiceItem(number, draw(TEXTS), draw(TEXTS), number == key) for number in numbers),
        answer=draw(TEXTS) if kind in {"recall", "typed"} else "",
        accept=tuple(draw(st.lists(TEXTS, max_size=4))) if kind == "typed" else (),
        explanation=draw(TEXTS),
        allow=tuple(sorted(draw(st.dictionaries(SLUGS, TEXTS, max_size=3)).items())),
        note=draw(TEXTS | st.just("")),
    )
    # A text such as an open code fence can swallow the blank; what cannot be asked cannot be in a file.
    return made if not faults(made) else choice(slug=made.slug, note=made.note)


BANKS = st.lists(questions(), min_size=1, max_size=2, unique_by=lambda question: question.slug)


@settings(max_examples=80, deadline=None)
@given(BANKS)
def test_questions_come_back_as_they_were_and_their_layout_is_stable(bank):
    text = dump_questions("airflow", bank)

    slug, found = read_questions(text)

    assert (slug, list(found)) == ("airflow", bank)
    assert dump_questions(slug, found) == text


@settings(max_examples=40, deadline=None)
@given(BANKS)
def test_any_other_yaml_reader_finds_the_same_texts(bank):
    found = yaml.safe_load(dump_questions("airflow", bank))["questions"]

    assert [entry["prompt"] for entry in found] == [question.prompt for question in bank]
    assert [entry["explanation"] for entry in found] == [question.explanation for question in bank]
    assert [tuple(entry.get("accept", ())) for entry in found] == [question.accept for question in bank]
    assert [entry.get("allow", {}) for entry in found] == [dict(question.allow) for question in bank]


@st.composite
def curricula(draw):
    slugs = draw(st.lists(SLUGS, min_size=2, max_size=6, unique=True))
    topics = [TopicItem(slug, place, draw(LINES)) for place, slug in enumerate(slugs[:2])]
    readings = [
        ReadingItem(
            slug=slug,
            topic=slugs[0],
            position=place,
            title=draw(LINES),
            url=f"https://example.org/{draw(SLUGS)}?{draw(SLUGS)}#{draw(SLUGS)}",
            kind=draw(st.sampled_from(READING_KINDS)),
            publisher=draw(LINES | st.just("")),
            minutes=draw(st.integers(1, 9999)),
            summary=draw(TEXTS),
            sources=tuple(draw(st.lists(TEXTS, max_size=3))),
        )
        for place, slug in enumerate(slugs[2:])
    ]
    return topics, readings


@settings(max_examples=40, deadline=None)
@given(curricula())
def test_topics_come_back_as_they_were_and_their_layout_is_stable(curriculum):
    topics, readings = curriculum
    text = dump_topics(topics, readings)

    found_topics, found_readings = read_topics(text)

    assert (list(found_topics), list(found_readings)) == (topics, readings)
    assert dump_topics(found_topics, found_readings) == text


def test_the_layout_is_one_that_people_write():
    assert dump_questions(*read_questions(QUESTIONS)) == QUESTIONS
    assert dump_topics(*read_topics(TOPICS)) == TOPICS


def test_long_text_is_folded_code_stands_as_it_is_and_quotes_are_rare():
    question = item(
        slug="airflow-x",
        status="draft",
        change="meaning",
        prompt="What does this print?\n\n```python\nprint(1)\n```",
        answer="no",
        explanation="Because the words go on and on, and so they are folded " * 3 + "and end: here.",
        allow=(("prompt-long", "it shows code"),),
        note="see: above",
    )

    text = dump_questions("airflow", [question])

    assert text == textwrap.dedent(
        """\
        reading: airflow
        questions:
          - slug: airflow-x
            kind: recall
            section: Scheduling
            status: draft
            change: meaning
            prompt: |-
              What does this print?

              ```python
              print(1)
              ```
            answer: 'no'
            explanation: >-
              Because the words go on and on, and so they are folded Because the words go on and on, and so
              they are folded Because the words go on and on, and so they are folded and end: here.
            allow:
              prompt-long: it shows code
            note: 'see: above'
        """
    )


def test_a_choice_is_numbered_only_where_its_place_does_not_say_it():
    moved = choice(choices=(*choice().choices[1:], choice().choices[0]))

    text = dump_questions("airflow", [moved])

    assert [line.strip() for line in text.splitlines() if "id:" in line] == ["- id: 2", "- id: 3", "- id: 1"]
    assert "id:" not in dump_questions("airflow", [choice()])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.from_regex(r"[a-z]{1,12}", fullmatch=True), min_size=1, max_size=80))
def test_words_fill_lines_up_to_the_width_and_not_beyond(parts):
    text = dump_questions("airflow", [item(explanation=" ".join(parts))])

    assert all(len(line) <= WIDTH for line in text.splitlines())


@pytest.mark.parametrize("awkward", ["a\x07b", "a\u2028b", " a ", "a\r\nb", "a\tb", "end \nof line"])
def test_text_that_no_form_lets_in_is_still_valid_yaml(awkward):
    text = dump_questions("airflow", [item(explanation=awkward)])

    assert yaml.safe_load(text)["questions"][0]["explanation"] == awkward
