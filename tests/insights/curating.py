"""What the night leaves for curators: the figures of a question, and a case."""

from insights.models import Case, ItemStatistic
from tests.factories import AT, make_question

# Of 60 reviews by 40 learners 60 % recalled, where 80 % were to be expected.
RECALL = {
    "reviews": 60,
    "reviewers": 40,
    "recalled": 0.6,
    "expected": 0.8,
    "residual": -0.2,
    "residual_low": -0.3,
    "residual_high": -0.1,
}
# Recall before and after a mending, and who is behind it.
FINDINGS = {
    "counted_before": 80,
    "counted_after": 60,
    "before": 0.6,
    "after": 0.85,
    "difference": 0.25,
    "low": 0.1,
    "high": 0.4,
    "learners_before": 50,
    "learners_after": 40,
    "learners": 60,
    "reports": 0,
}


def make_statistic(question=None, *complaints, **fields):
    """Figures of a question that forty learners answered and were asked again."""
    figures = {
        "is_current": True,
        "learners": 40,
        "answers": 100,
        "median_seconds": 6.5,
        "first_answers": 40,
        "facility": 55.0,
        "discrimination": 34.3,
        "efficiency": 40.0,
        **RECALL,
        "lapse_rate": 0.3,
        "gaps": [{"lateness": 0, "up_to": 1, "learners": 40, "reviews": 60, "recalled": 36, "expected": 48.0}],
        "complaints": list(complaints),
        "faults": "".join(f",{fault}," for fault, *_ in complaints),
        "score": float(sum(severity for _, severity, *_ in complaints)),
        "computed_at": AT,
    }
    return ItemStatistic.objects.create(question=question or make_question(), **{**figures, **fields})


def make_case(**fields):
    question = fields.pop("question", None) or make_question()
    defaults = {
        "wording": question.revisions.get(),
        "trigger": "residual",
        "evidence": RECALL,
        "opened_at": AT,
    }
    return Case.objects.create(question=question, **{**defaults, **fields})
