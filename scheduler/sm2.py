"""SM-2: a memory and a quality in, the next memory out. Pure.

The conformance target is P. A. Woźniak's prose: *Optimization of Learning* (1990), §3.2
(supermemo.com/archives1990-2015/english/ol/sm2). Where it is silent on whether an interval uses the old or the
new ease factor, its order of steps is taken: the factor first, then the interval from the new one. Its step on
failures says that repetitions start again *without changing* the ease factor, and so it is here. The reading not taken
is that of SuperMemo's own Delphi source, which updates the factor on every grade, multiplies by the old one and
rounds to nearest.
"""

from typing import NamedTuple

MINIMUM_EASE = 130
LONGEST_INTERVAL_DAYS = 36_500
PASSING_QUALITY = 3
DRILL_UNTIL_QUALITY = 4


class Memory(NamedTuple):
    """What SM-2 knows of one card.

    `ease_factor` is in integer hundredths (250 is 2.5): floats give a wrong interval in one short history of forty.
    """

    ease_factor: int
    interval_days: int
    repetitions: int


NEW = Memory(ease_factor=250, interval_days=0, repetitions=0)


def review(memory: Memory, quality: int) -> Memory:
    """The memory after an answer of `quality` 0–5. Raises ValueError for anything but those integers."""
    if type(quality) is not int or not 0 <= quality <= 5:
        raise ValueError(f"A quality is an integer from 0 to 5, not {quality!r}.")
    if quality < PASSING_QUALITY:
        return Memory(memory.ease_factor, 1, 0)
    ease_factor = _ease_after(memory.ease_factor, quality)
    repetitions = memory.repetitions + 1
    return Memory(ease_factor, _interval(repetitions, memory.interval_days, ease_factor), repetitions)


def needs_drill(quality: int) -> bool:
    """Whether SM-2 repeats the card on the same day (step 7: "until all items score at least four")."""
    return quality < DRILL_UNTIL_QUALITY


def _ease_after(ease_factor: int, quality: int) -> int:
    missing = 5 - quality
    return max(MINIMUM_EASE, ease_factor + 10 - missing * (8 + missing * 2))


def _interval(repetitions: int, previous_days: int, ease_factor: int) -> int:
    if repetitions == 1:
        return 1
    if repetitions == 2:
        return 6
    rounded_up = -(-previous_days * ease_factor // 100)
    return min(rounded_up, LONGEST_INTERVAL_DAYS)
