"""How likely a review is to be recalled: by that learner, of that kind, at that stage, after that gap. Pure.

A question that is asked late, or of weak learners, is forgotten more often and is not worse for it. So each review is
set against an expectation from a logistic model with crossed effects:

    log odds of recall = setting + kind + learner + question

The settings (stage of the schedule and lateness, see `insights.stages`) trace the forgetting curve without
assuming its form. Learner and question are random effects with a mean of zero: those with few reviews are drawn to the
average, by as much as the data say that people and questions differ. This is the additive model of item response theory
(G. Rasch, *Probabilistic Models for Some Intelligence and Attainment Tests*, 1960) with the setting as a further
facet (J. M. Linacre, *Many-Facet Rasch Measurement*, 1989).

The question's own effect is fitted, or else hard questions, which live at the early stages, would make those
stages look hard and themselves ordinary; and it is left out of what is expected: that of the middle question of its
kind. The middle, for a few impossible questions would drag an average down.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import median

from insights.stages import FIRST, SETTINGS, Setting

# Each round betters the four families of effects one after the other, with one walk through the answers each.
ROUNDS = 4
LEAST_VARIANCE = 0.02
# Log odds: settings and kinds are free to go far, and held only where next to nothing was answered.
FIXED_VARIANCE = 9.0
# Newton's step from the middle of the curve overshoots where all was forgotten.
LONGEST_STEP = 1.5
# How many questions a kind must have for its own middle to count half.
QUESTIONS_UNKNOWN = 10


@dataclass
class Effects:
    """A family of effects in log odds, drawn towards `mean` by a normal distribution with this variance."""

    values: list[float]
    variance: float
    mean: float = 0.0
    is_random: bool = True


@dataclass
class RecallModel:
    """Fitted effects. `kinds` are by place of the question; `usual_recall` is the share of all reviews recalled."""

    kinds: Sequence[int]
    usual_recall: float
    of_setting: Effects
    of_kind: Effects
    of_learner: Effects
    of_question: Effects

    def expected(self, question: int, learner: int, setting: Setting) -> float:
        """The probability that this learner recalls the middle question of this one's kind in this setting."""
        at = self.of_setting.values[setting] + self.of_kind.values[self.kinds[question]]
        return 1 / (1 + exp(-(at + self.of_learner.values[learner])))


def fit(
    answers: Iterable[tuple[int, ...]], *, kinds: Sequence[int], learners: int, rounds: int = ROUNDS
) -> RecallModel:
    """The model that fits the reviews among `answers`. First answers are none; the answers are walked many times.

    `kinds` gives a small number per question, `learners` says how many there are. Without reviews all odds are even.
    Effects are posterior modes, found family by family by Newton's method; the variances of the random ones by
    expectation and maximisation (A. P. Dempster, N. M. Laird, D. B. Rubin, 1977), in the normal approximation.
    """
    recalled, reviews = 1.0, 2.0
    for answer in answers:
        if answer[3] != FIRST:
            reviews += 1
            recalled += answer[4]
    mean = log(recalled / (reviews - recalled))
    model = RecallModel(
        kinds,
        recalled / reviews,
        of_setting=Effects([mean] * SETTINGS, FIXED_VARIANCE, mean, is_random=False),
        of_kind=Effects([0.0] * (max(kinds, default=0) + 1), FIXED_VARIANCE, is_random=False),
        of_learner=Effects([0.0] * learners, 0.5),
        of_question=Effects([0.0] * len(kinds), 0.5),
    )
    for _ in range(rounds):
        _better(model, answers, model.of_setting, lambda question, learner, setting: setting)
        _better(model, answers, model.of_kind, lambda question, learner, setting: kinds[question])
        _better(model, answers, model.of_learner, lambda question, learner, setting: learner)
        _better(model, answers, model.of_question, lambda question, learner, setting: question)
    _centre(model)
    return model


def _centre(model: RecallModel) -> None:
    """The middle question of each kind gets the effect 0, as far as there are enough of them to know it."""
    by_kind: list[list[int]] = [[] for _ in model.of_kind.values]
    for question, kind in enumerate(model.kinds):
        by_kind[kind].append(question)
    for kind, questions in enumerate(by_kind):
        if questions:
            effects = [model.of_question.values[question] for question in questions]
            shift = median(effects) * len(questions) / (len(questions) + QUESTIONS_UNKNOWN)
            model.of_kind.values[kind] += shift
            for question in questions:
                model.of_question.values[question] -= shift


def _better(
    model: RecallModel,
    answers: Iterable[tuple[int, ...]],
    family: Effects,
    place_of: Callable[[int, int, Setting], int],
) -> None:
    """One step of Newton's method for one family, the others held."""
    surprise = [0.0] * len(family.values)
    information = [0.0] * len(family.values)
    settings, kinds = model.of_setting.values, [model.of_kind.values[kind] for kind in model.kinds]
    learners, questions = model.of_learner.values, model.of_question.values
    for question, learner, _, setting, right, _, _ in answers:
        if setting != FIRST:
            odds = settings[setting] + kinds[question] + learners[learner] + questions[question]
            chance = 1 / (1 + exp(-odds))
            place = place_of(question, learner, setting)
            surprise[place] += right - chance
            information[place] += chance * (1 - chance)
    for place, value in enumerate(family.values):
        pull = (value - family.mean) / family.variance
        step = (surprise[place] - pull) / (information[place] + 1 / family.variance)
        family.values[place] += max(-LONGEST_STEP, min(step, LONGEST_STEP))
    if family.is_random and family.values:
        family.variance = max(LEAST_VARIANCE, _variance(family, information))


def _variance(family: Effects, information: Sequence[float]) -> float:
    squares = (
        value**2 + 1 / (known + 1 / family.variance) for value, known in zip(family.values, information, strict=True)
    )
    return sum(squares) / len(family.values)
