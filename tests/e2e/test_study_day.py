"""A guest's study day in a real browser, with scripts and without; then the next day."""

import datetime as dt
from collections import Counter
from collections.abc import Callable

import pytest

from catalog.models import Question
from learners.models import Learner
from quiz.models import QuestionReport
from scheduler.integrity import differences
from scheduler.models import Card, Review
from tests.e2e.person import Person, becomes_a_guest
from tests.e2e.questions import ANSWER, CHOICE, CLOZE, RECALL, TYPED, make_one_of_each_kind
from tests.factories import TODAY, make_card, make_question, make_reading

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

DAY = dt.timedelta(days=1)
SECOND_TYPED = "One word: what draws the graph?"


def test_guest_studies_a_day_to_its_end_and_the_cards_come_back_the_next(
    anyone: Person, next_day: Callable[[], None]
) -> None:
    reading = make_one_of_each_kind()
    make_question("typed", resource=reading, prompt=SECOND_TYPED, answer="scheduler", accept=[])

    anyone.opens("/").reads("Can you say it back?", "No account needed.").is_asked(RECALL).does_not_read(ANSWER)
    anyone.presses("Show answer").is_asked(RECALL).reads(ANSWER, "Read it again: Airflow, Scheduling")
    assert not Learner.objects.exists()
    anyone.presses("Forgot")

    anyone.is_asked(CHOICE).reads("4 new", "1 drill", "Choose one.").does_not_read("does what it does")
    anyone.picks("The executor").presses("Check answer")
    anyone.reads("Not right. The answer is the scheduler.", "The executor does what it does.", "Your answer")
    anyone.presses("Next card")

    anyone.is_asked(CLOZE).does_not_read("idempotent").presses("Skip")
    anyone.is_asked(TYPED).reads("Skipped: it comes at the end of today.")
    anyone.types("Your answer", "idempodent").presses("Check answer")
    anyone.reads("Close. Check the spelling; nothing is counted yet.").is_asked(TYPED)
    anyone.types("Your answer", "Idempotence").presses("Check again").reads("Right.", "You wrote “Idempotence”.")
    anyone.presses("Good")

    anyone.is_asked(SECOND_TYPED).presses("Don’t know").reads("Not known. The answer is scheduler.")
    anyone.presses("Next card")

    anyone.is_asked(CLOZE).presses("Show answer").reads("idempotent").presses("Hard")

    for prompt, answer in ((RECALL, ANSWER), (CHOICE, None), (SECOND_TYPED, None), (CLOZE, "idempotent")):
        if prompt == CLOZE:
            anyone.is_asked("One card is left.").presses("Repeat it now")
        anyone.is_asked(prompt).reads("Repeated for today; its schedule is set.")
        if answer:
            anyone.presses("Show answer").reads(answer)
        elif prompt == CHOICE:
            anyone.picks("The scheduler").presses("Check answer").reads("Right.")
        else:
            anyone.types("Your answer", "scheduler").presses("Check answer").reads("Right.")
        anyone.presses("Good")

    anyone.is_asked("Done for today.").reads("You answered 5 cards and knew 2 of them at the first try.")
    anyone.reads("Tomorrow: 5 cards", "Forgotten once today.", "No account needed.")
    kinds = Counter(Review.objects.values_list("kind", flat=True))
    assert kinds == {"answer": 5, "drill": 4, "skip": 1}
    assert set(Card.objects.values_list("due_on", flat=True)) == {TODAY + DAY}
    assert Learner.objects.get().time_zone == ("Europe/Berlin" if anyone.scripts else "UTC")

    next_day()
    anyone.opens("/").reads("5 cards are due").presses("Study").reads("5 due", "0 new")
    assert Learner.objects.count() == 1
    assert list(differences()) == []


def test_all_four_kinds_are_answered_by_keys_alone_due_and_new(person: Person) -> None:
    guest = becomes_a_guest(person)
    make_one_of_each_kind()
    for place, kind in enumerate(("recall", "choice")):
        make_card(guest, Question.objects.get(kind=kind), shuffle=place)

    person.opens("/study/").is_asked(RECALL).presses_key("Space").reads(ANSWER).presses_key("Space")
    person.is_asked(CHOICE).presses_key(person.letter_of("The scheduler")).presses_key("Enter").reads("Right.")
    person.presses_key("3").is_asked(CLOZE).presses_key("Enter").reads("idempotent").presses_key("4")
    person.is_asked(TYPED).presses_key("0").reads("Not known.").presses_key("Space")

    person.is_asked("One card is left.").presses_key("u").is_asked(TYPED).reads("Don’t know is taken back.")
    person.presses_key("Enter").writes("idempotent").presses_key("Enter").reads("Right.").presses_key("2")
    person.is_asked("One card is left.").presses_key("Enter").is_asked(TYPED).presses_key("Enter")
    person.writes("idempotent").presses_key("Enter").reads("Right.").presses_key("Enter").is_asked("Done for today.")

    qualities = Review.objects.answers().order_by("pk").values_list("quality", flat=True)
    assert list(qualities) == [4, 4, 5, 3]


def test_keys_list_opens_on_a_question_mark_and_gives_focus_back(person: Person) -> None:
    make_question()
    person.opens("/study/").presses_key("?")
    dialog = person.page.get_by_role("dialog", name="Keys")
    dialog.wait_for()
    person.page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    person.is_asked(RECALL).presses_key("Space").reads(ANSWER)


def test_undo_takes_back_the_last_answer_and_the_one_before_it(anyone: Person) -> None:
    for place, prompt in enumerate(("First?", "Second?", "Third?"), start=1):
        make_question(prompt=prompt, rank=place)
    anyone.opens("/study/").is_asked("First?").presses("Show answer").presses("Good")
    anyone.is_asked("Second?").presses("Show answer").presses("Easy")

    anyone.is_asked("Third?").presses("Undo").is_asked("Second?").reads("Easy is taken back. Here is the card again.")
    anyone.presses("Undo").is_asked("First?").reads("Good is taken back. Here is the card again.")

    assert not Review.objects.standing().exists()
    anyone.presses("Show answer").presses("Good").is_asked("Second?").does_not_read("taken back")


def test_undo_works_from_the_finished_screen(anyone: Person) -> None:
    make_question()
    anyone.opens("/study/").is_asked(RECALL).presses("Show answer").presses("Good").is_asked("Done for today.")
    anyone.presses("Undo").is_asked(RECALL).reads("Good is taken back. Here is the card again.")
    anyone.presses("Show answer").presses("Hard").is_asked("One card is left.")
    assert Review.objects.standing().get().quality == 3


def test_card_can_be_buried_suspended_and_the_day_stopped(anyone: Person) -> None:
    for place, prompt in enumerate(("First?", "Second?", "Third?"), start=1):
        make_question(prompt=prompt, rank=place)
    anyone.opens("/study/").is_asked("First?").opens_more().presses("Not until tomorrow")
    anyone.is_asked("Second?").reads("Not asked again until tomorrow.").opens_more().presses("Don’t ask this again")
    anyone.is_asked("Third?").reads("Settings brings it back.").opens_more().presses("Stop here for today")
    anyone.is_asked("Stopped for today.").presses("Go on after all").is_asked("Third?")
    anyone.presses("Show answer").presses("Good").is_asked("Done for today.")

    anyone.opens("/settings/").reads("Second?").presses("Ask again")
    anyone.reads("The card is asked again from now on.")
    anyone.opens("/study/").is_asked("Second?").presses("Show answer").presses("Good").is_asked("Done for today.")
    kinds = list(Review.objects.order_by("pk").values_list("kind", flat=True))
    assert [kind for kind in kinds if kind != "answer"][:3] == ["bury", "suspend", "stop"]
    assert list(differences()) == []


def test_bad_question_is_reported_in_two_clicks(anyone: Person) -> None:
    question = make_question()
    anyone.opens("/study/").is_asked(RECALL).presses("Report").presses("Send report")
    anyone.is_asked(RECALL).reads("Thank you: a curator will look at it.")
    assert QuestionReport.objects.get().question == question


def test_report_keeps_reason_and_comment_and_gives_the_card_back_as_it_was(anyone: Person) -> None:
    make_question("choice")
    anyone.opens("/study/").is_asked(CHOICE).presses("Report").presses("Back")
    anyone.is_asked(CHOICE).picks("The scheduler").presses("Check answer").reads("Right.")
    anyone.presses("Report").is_asked("What is wrong with this question?").picks("More than one answer fits")
    anyone.types("In a few words, if you like", "The executor decides too.").presses("Send report")
    anyone.is_asked(CHOICE).reads("Thank you: a curator will look at it.", "Right.").presses("Good").reads(
        "Done for today."
    )
    report = QuestionReport.objects.get()
    assert (report.reason, report.comment) == ("ambiguous", "The executor decides too.")
    assert (report.shown["side"], report.shown["chosen"]) == ("back", 2)


def test_leech_is_kept_rested_or_reported(anyone: Person) -> None:
    guest = becomes_a_guest(anyone)
    prompts = ("Kept?", "Rested?", "Reported?")
    for place, prompt in enumerate(prompts):
        make_card(guest, make_question(prompt=prompt), lapses=7, shuffle=place)
    anyone.opens("/study/")
    for prompt, choice in zip(prompts, ("Keep it", "Rest it", "Report it"), strict=True):
        anyone.is_asked(prompt).presses("Show answer").presses("Forgot")
        anyone.reads("You have forgotten this eight times.").presses(choice)
    anyone.is_asked("What is wrong with this question?").reads("Reported?")
    assert Card.objects.get(suspended_at__isnull=False).question.prompt == "Rested?"


def test_studying_ahead_changes_no_schedule_and_says_so(anyone: Person) -> None:
    card = make_card(becomes_a_guest(anyone), make_question(prompt="Due later?"), due_on=TODAY + 9 * DAY)
    anyone.opens("/study/").reads("Nothing is due.").presses("Study ahead").is_asked("Due later?")
    anyone.presses("Show answer").reads("Studied ahead: this changes no schedule.").presses("Next card")
    anyone.is_asked("Nothing is due.")
    card.refresh_from_db()
    assert (card.due_on, Review.objects.get().kind) == (TODAY + 9 * DAY, "ahead")
    anyone.presses("Undo").is_asked("Due later?")


def test_one_reading_is_studied_alone_from_its_page(anyone: Person) -> None:
    make_question(prompt="Of another reading?", rank=1)
    question = make_question(prompt="Of this one?", rank=2, resource=make_reading(title="Kafka"))
    anyone.opens(question.resource.get_absolute_url()).presses("Study this reading").is_asked("Of this one?")
    anyone.reads("Studying Kafka only.").presses("Show answer").presses("Good").is_asked("Done with Kafka for today.")
