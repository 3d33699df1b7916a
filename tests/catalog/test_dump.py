import textwrap

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.dump import WIDTH, dump_questions, dump_topics
from catalog.files import read_questions, read_topics
from catalog.items import READING_KINDS, ReadingItem, TopicItem
from tests.catalog.contents import QUESTIONS, TOPICS, choice, item
from tests.catalog.strategies import BANKS, LINES, SLUGS, TEXTS


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
