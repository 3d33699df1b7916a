"""In which setting a card is asked: at which stage of its schedule, and how late. Pure."""

from bisect import bisect_left
from typing import NamedTuple

from scheduler.sm2 import Memory

# A setting in one small number: 0 is a first answer, then come the stages, each with its latenesses.
Setting = int
FIRST: Setting = 0
STAGES = 5
# The gap as a multiple of the interval that was planned: on the day, a little late, … , more than four times.
LATE_FROM = (1.0, 1.25, 2.0, 4.0)
LATENESSES = len(LATE_FROM) + 1
SETTINGS = 1 + STAGES * LATENESSES


class Stage(NamedTuple):
    """`repetitions` in a row were recalled before (4 stands for 4 or more), and the card was asked `lateness` late."""

    repetitions: int
    lateness: int


def setting_of(memory: Memory, gap_days: int) -> Setting:
    """The setting of a review: of a card with this memory, `gap_days` after its last answer."""
    repetitions = min(memory.repetitions, STAGES - 1)
    lateness = bisect_left(LATE_FROM, gap_days / max(memory.interval_days, 1))
    return 1 + repetitions * LATENESSES + lateness


def stage_of(setting: Setting) -> Stage:
    return Stage(*divmod(setting - 1, LATENESSES))
