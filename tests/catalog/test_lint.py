import dataclasses

import pytest
from django.core.management import CommandError, call_command

from catalog import lint
from catalog.items import ChoiceItem
from catalog.lint import BANK_CHECKS, SEVERITIES, Severity, lint_folder, lint_question
from tests.catalog.contents import QUESTIONS, catalog_of, choice, item, reading, write


def options(*texts, key=1):
    """Choices with these texts, the one at `key` correct."""
    return tuple(
        ChoiceItem(number, text, "It is another thing.", number == key) for number, text in enumerate(texts, start=1)
    )


def fired(question, **known):
    return [rule for rule, _ in lint_question(question, **known)]


def rules_of(*questions, sources=None):
    return [finding.rule for finding in lint.lint(catalog_of(*questions), sources)]


# For each rule one question that breaks it and one that nearly does.
CASES = {
    "explanation-missing": (item(explanation=""), item()),
    "section-missing": (item(section=""), item()),
    "reading-missing": (item(reading=""), item()),
    "incomplete": (item(kind="cloze", answer="", prompt="No blank."), item(answer="It is over.")),
    "key-count": (choice(choices=options("One", "Two", "Six", key=9)), choice(choices=options("One", "Two", "Six"))),
    "option-count": (choice(choices=options("One", "Two")), choice(choices=options("One", "Two", "Six"))),
    "option-empty": (choice(choices=options("One", "", "Six")), choice(choices=options("One", "Two", "Six"))),
    "option-equal": (choice(choices=options("One", "Two", "two")), choice(choices=options("a.b", "a_b", "a-b"))),
    "option-all-none": (
        choice(choices=options("One", "Two", "All of the above")),
        choice(choices=options("All workers", "No workers", "A and its heirs")),
    ),
    "option-place": (
        choice(explanation="The second option confuses the scheduler with the executor, which only runs what it gets."),
        choice(explanation="The second scheduler takes over; the executor would only have run what it was handed."),
    ),
    "stem-negative": (
        choice(prompt="Which part of Airflow does not run tasks?"),
        choice(prompt="Which part of Airflow needs at least one worker?"),
    ),
    "stem-which": (
        choice(prompt="Which of the following is true of Airflow?"),
        choice(prompt="Which of the following parts of Airflow decides?"),
    ),
    "stem-article": (choice(prompt="The part of Airflow that decides is a …"), choice(prompt="What does plan A name?")),
    "prompt-yes-no": (item(prompt="Does a daily run start late?"), item(prompt="When does a daily run start?")),
    "prompt-pointing": (item(prompt="Why does the author wait?"), item(prompt="Why does the authority wait?")),
    "prompt-long": (item(prompt="x" * 201), item(prompt="`" + "x" * 200 + "`")),
    "option-long": (
        choice(choices=options("x" * 121, "y" * 120, "z" * 120)),
        choice(choices=options("x" * 120, "y" * 120, "z" * 120)),
    ),
    "answer-long": (item(answer="x" * 201), item(answer="x" * 200)),
    "explanation-short": (item(explanation="x " * 29 + "x"), item(explanation="x " * 30)),
    "explanation-long": (item(explanation="x" * 601), item(explanation="x" * 600)),
    "explanation-thin": (
        item(answer="The interval must be over", explanation="The interval must be over, over and over, " * 3),
        item(answer="It must be over", explanation="Because data of the interval arrive until its end. " * 2),
    ),
    "blanks-many": (
        item(kind="cloze", answer="", prompt="A {{task}} is {{idempotent}}."),
        item(kind="cloze", answer="", prompt="`{{ ds }}` is the {{date}}."),
    ),
    "answer-ands": (item(answer="One and two and three"), item(answer="One and two, android")),
    "option-lengths": (
        choice(choices=options("x" * 21, "y" * 10, "z" * 21)),
        choice(choices=options("x" * 20, "y" * 10, "z" * 20)),
    ),
    "key-too-long": (
        choice(choices=options("x" * 26, "y" * 20, "z" * 20)),
        choice(choices=options("x" * 25, "y" * 20, "z" * 20)),
    ),
    "option-case": (
        choice(choices=options("the one", "The two", "The six")),
        choice(choices=options("The one", "`the` two", "4 to 6")),
    ),
    "option-stop": (
        choice(choices=options("The one.", "The two", "The six")),
        choice(choices=options("The one.", "The two.", "The six.")),
    ),
    "option-absolute": (
        choice(choices=options("It always runs", "It may run", "It can run")),
        choice(choices=options("It always runs", "It always waits", "It always ends")),
    ),
    "shared-word": (
        choice(prompt="Which part schedules the tasks?", choices=options("A scheduling loop", "A server", "A worker")),
        choice(prompt="Which loop does it?", choices=options("The scheduler loop", "The server loop", "A worker")),
    ),
}


def test_every_rule_about_one_question_has_a_case():
    assert set(CASES) == set(lint.CHECKS) | {"shared-word"}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_fires_where_it_is_broken_and_is_silent_where_it_is_kept(rule):
    breaks, keeps = CASES[rule]

    assert rule in fired(breaks)
    assert rule not in fired(keeps)


def test_good_questions_raise_nothing():
    assert rules_of(item(), choice(slug="airflow-decides", prompt="Which part of Airflow decides?")) == []


ERRORS = {
    *("explanation-missing", "section-missing", "reading-missing", "incomplete", "key-count", "option-count"),
    *("option-empty", "option-equal", "option-all-none", "option-place", "prompt-equal", "layout"),
}


def test_errors_and_warnings_are_told_apart():
    assert {rule for rule, severity in SEVERITIES.items() if severity is Severity.ERROR} == ERRORS


@pytest.mark.parametrize(
    "text",
    ["Both of them", "None of these", "any of the options", "All", "Neither.", "A and B", "Both A and C", "A, B"],
)
def test_options_that_speak_of_others_are_found(text):
    assert "option-all-none" in fired(choice(choices=options("One", "Two", text)))


def test_a_word_of_the_subject_gives_no_key_away():
    breaks, _ = CASES["shared-word"]

    assert "shared-word" not in fired(breaks, common={"schedul", "schedule"})
    bank = [item(slug=f"q{number}", prompt=f"Why {number} schedules?") for number in range(100)]
    assert "shared-word" not in rules_of(*bank, breaks)


def test_a_warning_can_be_accepted_with_a_reason():
    breaks, _ = CASES["stem-negative"]

    assert "stem-negative" in rules_of(breaks)
    assert rules_of(dataclasses.replace(breaks, allow=(("stem-negative", "the exception is the point"),))) == []


def test_an_error_cannot_be_accepted():
    equal = choice(choices=options("One", "Two", "Two"), allow=(("option-equal", "because"),))

    assert rules_of(equal) == ["option-equal", "allow-idle"]


def test_an_acceptance_that_does_nothing_is_told():
    assert rules_of(item(allow=(("prompt-long", "it shows code"),))) == ["allow-idle"]
    assert rules_of(item(allow=(("no-such-rule", "why not"),))) == ["allow-idle"]
    assert rules_of(item(allow=(("source-copied", "a quotation"),))) == []


def test_a_retired_question_is_left_alone():
    assert rules_of(item(explanation="", status="retired")) == []


# Between questions


def test_prompts_that_differ_in_case_space_and_signs_alone_are_equal():
    first = item(slug="a", prompt="Why does a daily run of Airflow start late?")
    second = item(slug="b", prompt="why does a daily run, of AirFlow – start  late")

    (finding,) = lint.lint(catalog_of(first, second))

    assert (finding.rule, finding.slug) == ("prompt-equal", "b")
    assert "that of a" in finding.text


def test_equal_prompts_of_two_readings_are_found():
    assert rules_of(item(slug="a"), item(slug="b", reading="luigi")) == ["prompt-equal"]


def test_prompts_that_share_more_than_four_fifths_of_their_words_are_near():
    words = [f"w{number}" for number in range(20)]
    whole = item(slug="a", prompt=" ".join(words))
    near = item(slug="b", prompt=" ".join(words[2:]))
    apart = item(slug="c", prompt=" ".join([*words[:10], "x1", "x2", "x3", *words[13:]]))

    findings = [(finding.slug, finding.rule) for finding in lint.lint(catalog_of(whole, near, apart))]

    assert findings == [("b", "prompt-near")]


def test_eight_words_in_a_row_from_the_source_are_copied():
    source = "A scheduled run is created only after its interval has ended, so data are there."
    copied = item(explanation="So it is: a scheduled run is created only after its interval – which makes sense here.")
    own = item(explanation="So it is: a scheduled run is created only once its interval is over, with all its data.")

    assert rules_of(copied, sources={"airflow": source}) == ["source-copied"]
    assert rules_of(own, sources={"airflow": source}) == []
    assert rules_of(copied) == []


def test_the_summary_of_the_reading_counts_as_source():
    catalog = catalog_of(
        item(explanation="It is said that one two three four five six seven eight are numbers in line.")
    )
    told = dataclasses.replace(catalog, readings=(reading(summary="One, two, three, four, five, six, seven, eight."),))

    assert [finding.rule for finding in lint.lint(told)] == ["source-copied"]


# Banks


def a_bank(size=20, **fields):
    """Questions that keep every rule of a bank; `fields` may be functions of the number."""
    made = []
    for number in range(size):
        own = {name: value(number) if callable(value) else value for name, value in fields.items()}
        defaults = {
            "slug": f"airflow-q{number}",
            "section": f"Part {number % 4}",
            "prompt": f"Why does n{number} need m{number} before k{number}?",
        }
        made.append(item(**{**defaults, **own}))
    return made


def a_choice_bank(make_options, size=20):
    return [
        dataclasses.replace(question, kind="choice", answer="", choices=make_options(number))
        for number, question in enumerate(a_bank(size))
    ]


def three(number):
    return options(f"The k{number}a", f"The b{number}b", f"The c{number}c")


def with_longest_key(number):
    """The key is longest by one sign, which no rule about one question minds."""
    return options(f"The k{number}aa", f"The b{number}b", f"The c{number}c")


BANKS = {
    "key-longest": (
        a_choice_bank(lambda number: with_longest_key(number) if number < 11 else three(number)),
        a_choice_bank(lambda number: with_longest_key(number) if number < 10 else three(number)),
    ),
    "distractor-repeated": (
        a_choice_bank(lambda n: options(f"The k{n}", "The worker" if n < 6 else f"The w{n}r", f"The c{n}")),
        a_choice_bank(lambda n: options(f"The k{n}", "The worker" if n < 5 else f"The w{n}r", f"The c{n}")),
    ),
    "section-heavy": (
        a_bank(section=lambda number: "One" if number < 11 else "Two"),
        a_bank(section=lambda number: "One" if number < 10 else "Two"),
    ),
    "why-few": (
        a_bank(prompt=lambda n: f"Which n{n} needs m{n}?" if n < 14 else f"How does n{n} need m{n}?"),
        a_bank(prompt=lambda n: f"Which n{n} needs m{n}?" if n < 13 else f"A k{n} broke. Which n{n} needs m{n}?"),
    ),
    "cloze-many": (
        [
            dataclasses.replace(q, kind="cloze", answer="", prompt=f"{q.prompt} {{{{x}}}}") if n < 7 else q
            for n, q in enumerate(a_bank())
        ],
        [
            dataclasses.replace(q, kind="cloze", answer="", prompt=f"{q.prompt} {{{{x}}}}") if n < 6 else q
            for n, q in enumerate(a_bank())
        ],
    ),
}


def bank_rules(bank):
    return [finding.rule for finding in lint.lint(catalog_of(*bank)) if not finding.slug]


def test_every_rule_about_a_bank_has_a_case():
    assert set(BANKS) == set(BANK_CHECKS)


@pytest.mark.parametrize("rule", BANKS)
def test_a_bank_rule_fires_past_its_limit_and_not_before(rule):
    breaks, keeps = BANKS[rule]

    assert rule in bank_rules(breaks)
    assert rule not in bank_rules(keeps)


def test_four_options_have_a_stricter_limit_for_long_keys():
    def four(number):
        made = with_longest_key(number) if number < 9 else three(number)
        return (*made, ChoiceItem(4, f"The d{number}d", "It is another thing."))

    assert "key-longest" in bank_rules(a_choice_bank(four))


def test_a_bank_of_fewer_than_twenty_is_not_judged():
    breaks, _ = BANKS["section-heavy"]

    assert bank_rules(breaks[:19]) == []


def test_a_part_of_the_source_without_a_question_is_told():
    source = "# Airflow\n### Part 0 (start)\n### Part 1\n### Executors and queues\n"
    bank = a_bank(section=lambda number: ("Part 0", "Part 1", "Part 2")[number % 3])

    findings = lint.lint(catalog_of(*bank), {"airflow": source})

    assert [finding.text for finding in findings] == ["no question asks about “Executors and queues”."]


# The command


def test_a_file_that_is_not_laid_out_as_a_dump_is_an_error_that_fix_repairs(tmp_path, capsys):
    folder = write(tmp_path, QUESTIONS.replace("kind: typed", "kind:   'typed'  # a note"))

    with pytest.raises(CommandError):
        call_command("lint_catalog", folder)
    assert "airflow.yaml:18: error layout: the file is not laid out" in capsys.readouterr().out

    call_command("lint_catalog", folder, "--fix")
    assert (folder / "tools" / "airflow.yaml").read_text() == QUESTIONS
    assert capsys.readouterr().out.endswith("0 errors, 0 warnings.\n")


def test_warnings_are_listed_with_file_and_line_and_do_not_fail(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, QUESTIONS.replace("prompt: In Airflow, which", "prompt: In Airflow above, which"))

    call_command("lint_catalog", tmp_path)

    line = "tools/airflow.yaml:3: warning prompt-pointing: airflow-decides: “above” means nothing"
    assert line in capsys.readouterr().out


def test_source_texts_are_read_from_their_folder(tmp_path):
    folder = write(tmp_path / "content")
    (tmp_path / "airflow.md").write_text("The same inputs then leave the same result, however often it runs.")

    assert [finding.rule for finding in lint_folder(folder, tmp_path)] == ["source-copied"]


def test_content_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("lint_catalog", write(tmp_path, "questions:"))
