from catalog.items import ChoiceItem, QuestionItem
from catalog.render import render_question


def question(kind, **fields):
    defaults = {"prompt": "What *is* it?", "explanation": "Because `it` is."}
    return QuestionItem(slug="q", reading="r", kind=kind, section="s", **{**defaults, **fields})


CHOICES = [
    ChoiceItem(number=3, text="The `executor`", why="It *runs* tasks."),
    ChoiceItem(number=1, text="The scheduler", why="It decides.", correct=True),
]


def test_a_choice_question_has_its_options_in_order_and_its_key_as_the_answer():
    sides = render_question(question("choice"), CHOICES)

    assert sides == {
        "prompt": "<p>What <em>is</em> it?</p>",
        "prompt_back": "<p>What <em>is</em> it?</p>",
        "answer": "The scheduler",
        "answer_text": "The scheduler",
        "explanation": "<p>Because <code>it</code> is.</p>",
        "choices": [
            {"number": 3, "text": "The <code>executor</code>", "why": "It <em>runs</em> tasks.", "correct": False},
            {"number": 1, "text": "The scheduler", "why": "It decides.", "correct": True},
        ],
    }


def test_a_recall_answer_is_a_block_and_its_text_is_plain():
    sides = render_question(question("recall", answer="It is *over*.\n\nThen it starts."), [])

    assert sides["answer"] == "<p>It is <em>over</em>.</p>\n<p>Then it starts.</p>"
    assert sides["answer_text"] == "It is over. Then it starts."
    assert sides["choices"] == []


def test_a_typed_answer_stands_inline():
    assert render_question(question("typed", answer="idempotent"), [])["answer"] == "idempotent"


def test_a_cloze_hides_its_word_on_the_front_and_shows_it_on_the_back():
    sides = render_question(question("cloze", prompt="It is {{idempotent}}, `{{ ds }}`."), [])

    assert "idempotent" not in sides["prompt"]
    assert "<code>{{ ds }}</code>" in sides["prompt"]
    assert '<strong class="filled">idempotent</strong>' in sides["prompt_back"]
    assert (sides["answer"], sides["answer_text"]) == ("idempotent", "idempotent")


def test_an_unfinished_question_has_an_empty_answer():
    assert render_question(question("choice"), [])["answer"] == ""
