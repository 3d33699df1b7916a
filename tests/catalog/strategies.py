"""Questions as hypothesis makes them up."""

from hypothesis import strategies as st

from catalog.items import CHANGES, KINDS, STATUSES, ChoiceItem, QuestionItem, clean_text, faults
from tests.catalog.contents import choice

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
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "'=1",
    "''",
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
