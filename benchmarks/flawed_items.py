"""How many of the top 20 of "what to mend next" are questions with a planted flaw.

Twenty of 350 questions are flawed, five each: a wrong key, two right answers, the key given away by its length, and
impossible. Simulated learners study them through the real SM-2 (`tests/insights/simulation.py`). The thresholds of
`insights/mending.py` were chosen on the seeds 101 to 104; those here were not looked at before.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.insights.simulation import FLAWS, worst_of

QUESTIONS, FLAWED, PLACES = 350, 20, 20
SEEDS = (11, 12, 13, 14, 15)


def main() -> None:
    for people in (50, 200, 1000):
        for seed in SEEDS:
            flaws = worst_of(items=QUESTIONS, flawed=FLAWED, people=people, places=PLACES, seed=seed)
            by_flaw = ", ".join(f"{flaws.count(flaw)} {flaw}" for flaw in FLAWS)
            print(f"{people:>5} learners, seed {seed}: {sum(map(bool, flaws)):>2} of the top {PLACES} ({by_flaw})")


if __name__ == "__main__":
    main()
