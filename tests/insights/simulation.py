"""Learners who study a bank with planted flaws through the real SM-2, to see which flaws their answers betray.

Nothing here knows the model that reads the answers: memory fades by a power law with a stability of its own, learners
miss days and go on holiday, join and drop out, know more or less before, and remember better or worse.
"""

import random
from collections.abc import Sequence
from math import exp
from typing import NamedTuple

from insights.answers import Answer, Answers
from insights.figures import Figures, figures_of, standings_of
from insights.mending import Options, Said, complaints_of, score_of
from insights.recall import RecallModel, fit
from insights.stages import FIRST, setting_of
from scheduler import sm2

KINDS = ("recall", "choice", "cloze", "typed")
CHOICE = 1
FLAWS = ("wrong key", "two right answers", "cued by length", "impossible")
NEW_A_DAY = 10


class Item(NamedTuple):
    """`weights` say how much each option draws those who do not know; option 1 is the key, 2 the other right answer
    of an ambiguous item, and what is really right under a wrong key."""

    kind: int
    difficulty: float
    sharpness: float
    durability: float
    weights: tuple[float, ...]
    flaw: str = ""


class Person(NamedTuple):
    ability: float
    memory: float
    diligence: float
    days: int


def make_items(count: int, flawed: int, chance: random.Random) -> list[Item]:
    """A bank in which every fourth of the `flawed` has the same flaw, in places that chance chooses."""
    items = [_item(chance) for _ in range(count)]
    for number, place in enumerate(chance.sample(range(count), flawed)):
        flaw = FLAWS[number % len(FLAWS)]
        made = _item(chance)
        while flaw != "impossible" and made.kind != CHOICE:
            made = _item(chance)
        items[place] = made._replace(flaw=flaw)
    return items


def _item(chance: random.Random) -> Item:
    kind = chance.choices(range(len(KINDS)), [30, 45, 15, 10])[0]
    options = chance.choice((3, 4, 4)) if kind == CHOICE else 0
    return Item(
        kind=kind,
        difficulty=chance.gauss(0.2, 0.9),
        sharpness=chance.uniform(0.7, 1.6),
        durability=exp(chance.gauss(0, 0.35)),
        weights=tuple(chance.uniform(0.2, 1) for _ in range(options)),
    )


def make_person(chance: random.Random) -> Person:
    ability = chance.gauss(0, 1)
    return Person(
        ability=ability,
        memory=0.5 * ability + 0.87 * chance.gauss(0, 1),
        diligence=chance.uniform(0.45, 0.95),
        days=round(min(180, 12 + chance.expovariate(1 / 70))),
    )


def simulate(items: Sequence[Item], people: int, chance: random.Random, into: Answers) -> int:
    """Let them study; returns how many answers were written."""
    by_item: list[list[Answer]] = [[] for _ in items]
    for learner in range(people):
        _study(learner, make_person(chance), items, by_item, chance)
    for answers in by_item:
        for answer in answers:
            into.append(answer)
    return sum(map(len, by_item))


class _Card:
    def __init__(self, item: int) -> None:
        self.item = item
        self.memory = sm2.NEW
        self.stability = 0.0
        self.answered_on = self.due_on = 0
        self.answers: list[Answer] = []


def _study(
    learner: int, person: Person, items: Sequence[Item], by_item: list[list[Answer]], chance: random.Random
) -> None:
    cards: list[_Card] = []
    away_from = chance.randrange(20, 120) if chance.random() < 0.4 else 999
    away_until = away_from + chance.randrange(7, 40)
    for day in range(person.days):
        if away_from <= day < away_until or chance.random() > person.diligence:
            continue
        for card in cards:
            if card.due_on <= day:
                _ask(learner, person, items[card.item], card, day, chance)
        for place in range(len(cards), min(len(cards) + NEW_A_DAY, len(items))):
            cards.append(_Card(place))
            _ask(learner, person, items[place], cards[-1], day, chance)
    for card in cards:
        by_item[card.item].extend(card.answers)


def _ask(learner: int, person: Person, item: Item, card: _Card, day: int, chance: random.Random) -> None:
    is_first = not card.answers
    gap = day - card.answered_on
    setting = FIRST if is_first else setting_of(card.memory, gap)
    knows = _knows(person, item, card, gap, is_first, chance)
    chosen, right = _respond(item, knows, is_first, chance)
    quality = chance.choices((3, 4, 5), (2, 6, 2))[0] if right else 1
    tenths = min(600, max(12, round(chance.lognormvariate(4.2, 0.6))))
    card.answers.append(Answer(card.item, learner, 0, setting, int(right), chosen, tenths))
    card.memory = sm2.review(card.memory, quality)
    card.answered_on, card.due_on = day, day + card.memory.interval_days
    _learn(person, item, card, right, is_first, chance)


def _knows(person: Person, item: Item, card: _Card, gap: int, is_first: bool, chance: random.Random) -> bool:
    before = 1 / (1 + exp(-item.sharpness * (person.ability - item.difficulty)))
    if is_first:
        return chance.random() < (0.02 if item.flaw == "impossible" else before)
    return chance.random() < 1 / (1 + gap / (9 * card.stability))


def _learn(person: Person, item: Item, card: _Card, right: bool, is_first: bool, chance: random.Random) -> None:
    if item.flaw == "impossible":
        card.stability = 0.12
    elif is_first:
        card.stability = (5.0 if right else 2.6) * item.durability * exp(0.3 * person.memory - 0.15 * item.difficulty)
    elif right:
        card.stability *= 1 + 1.5 * item.durability * exp(0.15 * person.memory)
    else:
        card.stability = max(0.8, card.stability * 0.45)


def _respond(item: Item, knows: bool, is_first: bool, chance: random.Random) -> tuple[int, bool]:
    """The option chosen (0: none), and whether that counts as right."""
    if item.kind != CHOICE:
        return 0, knows
    chosen = _choose(item, knows, is_first, chance)
    return chosen, chosen == 1


def _choose(item: Item, knows: bool, is_first: bool, chance: random.Random) -> int:
    if item.flaw == "cued by length" and not knows and chance.random() < 0.8:
        return 1
    if knows and item.flaw == "wrong key":
        # Who knows better picks what is right; later half of them have learned what the key wants.
        return 2 if is_first or chance.random() < 0.35 else 1
    if knows and item.flaw == "two right answers":
        return 2 if chance.random() < (0.5 if is_first else 0.25) else 1
    if knows:
        return 1 if chance.random() < 0.97 else _guess(item, chance)
    return 0 if chance.random() < 0.2 else _guess(item, chance)


def _guess(item: Item, chance: random.Random) -> int:
    return chance.choices(range(1, len(item.weights) + 1), item.weights)[0]


def worst_of(*, items: int, flawed: int, people: int, places: int, seed: int) -> list[str]:
    """The flaws ("" for none) of what stands in the first places of "what to mend next", as far as anything does."""
    chance = random.Random(seed)
    bank = make_items(items, flawed, chance)
    kinds = [item.kind for item in bank]
    with Answers() as answers:
        simulate(bank, people, chance, into=answers)
        model = fit(answers, kinds=kinds, learners=people)
        standings = standings_of(answers, questions=items, learners=people)
        found = {question: figures for question, _, figures in figures_of(answers, model, standings)}
    scores = {question: _score(bank[question], figures, model) for question, figures in found.items()}
    worst = sorted((question for question in scores if scores[question] > 0), key=scores.__getitem__, reverse=True)
    return [bank[question].flaw for question in worst[:places]]


def _score(item: Item, figures: Figures, model: RecallModel) -> float:
    return score_of(complaints_of(figures.first, figures.later, Said(), _options(item), model.usual_recall))


def _options(item: Item) -> Options:
    return Options(tuple(range(1, len(item.weights) + 1)), key=1) if item.weights else Options()
