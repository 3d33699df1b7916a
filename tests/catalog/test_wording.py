"""How much two prompts have in common."""

import random

from catalog.wording import MOST_COMPARED, near_pairs, nearest, squeezed


def test_closest_come_first_and_far_ones_not_at_all() -> None:
    prompt = "In Airflow, which part decides that a task may run now?"
    others = [
        ("far", "What does a hash join need?"),
        ("close", "In Airflow, which part decides that a task may run?"),
        ("same", "in airflow which part decides that a task may run now"),
    ]
    assert [name for name, _ in nearest(prompt, others)] == ["same", "close"]


def test_pairs_are_those_that_nearest_finds_for_each() -> None:
    prompts = [
        f"In Airflow, which part number {number % 7} decides that task {number % 5} may run?" for number in range(40)
    ]
    pairs = set(near_pairs(prompts))
    named = [(str(place), prompt) for place, prompt in enumerate(prompts)]
    for place, prompt in enumerate(prompts):
        alone = {int(name) for name, _ in nearest(prompt, named)} - {place}
        assert alone == {one if other == place else other for one, other in pairs if place in (one, other)}


def test_first_words_of_long_prompts_tell_how_near_they_are() -> None:
    start = " ".join(f"start{number}" for number in range(MOST_COMPARED))
    one, other = (" ".join([start, *(f"{name}{number}" for number in range(60))]) for name in ("one", "other"))
    assert list(near_pairs([one, other])) == [(0, 1)]
    assert nearest(one, [("other", other)]) == [("other", 1.0)]


def test_prompt_without_words_is_like_nothing() -> None:
    assert nearest("…", [("other", "!?")]) == []


def test_marks_do_not_tell_two_prompts_apart() -> None:
    assert squeezed("A `task` is {{idempotent}}.") == squeezed("A task is idempotent")


def test_quick_look_overlooks_nothing() -> None:
    chance = random.Random(3)
    words = [f"word{number}" for number in range(14)]
    prompts = [(str(n), " ".join(chance.choices(words, k=chance.randrange(1, 8)))) for n in range(300)]
    for _, prompt in prompts[:60]:
        for beyond in (0.4, 0.8):
            own = set(prompt.split())
            slow = {
                name
                for name, other in prompts
                if len(own & set(other.split())) / len(own | set(other.split())) > beyond
            }
            assert {name for name, _ in nearest(prompt, prompts, beyond=beyond)} == slow
