import pytest

from insights.item_analysis import Standing, discrimination_index, discriminative_efficiency, facility

# Six learners, a row each, and their marks in four questions.
ROWS = ["1111", "1110", "1100", "1001", "0001", "1110"]
MARKS = [[int(mark) for mark in row] for row in ROWS]
QUESTIONS = range(4)


def marks_of(question):
    return [row[question] for row in MARKS]


def sums_of_the_rest(question):
    return [sum(row) - row[question] for row in MARKS]


def standings_without(question):
    facilities = [sum(marks_of(number)) / len(MARKS) for number in QUESTIONS]
    standings = [Standing(len(row), sum(row) - sum(facilities)) for row in MARKS]
    return [
        standing.without(row[question], facilities[question]) for standing, row in zip(standings, MARKS, strict=True)
    ]


@pytest.mark.parametrize("rest_of", [sums_of_the_rest, standings_without])
def test_figures_are_moodles_whether_the_rest_is_a_sum_or_a_standing(rest_of):
    both = [(marks_of(question), rest_of(question)) for question in QUESTIONS]

    assert [facility(marks) for marks, _ in both] == pytest.approx([83.3, 66.7, 50, 50], abs=0.05)
    assert [discrimination_index(*pair) for pair in both] == pytest.approx([40.00, 34.30, 57.74, -57.74], abs=0.005)
    assert [discriminative_efficiency(*pair) for pair in both] == pytest.approx([100, 40, 100, -66.67], abs=0.005)


def test_nothing_has_no_facility():
    assert facility([]) is None


@pytest.mark.parametrize(("marks", "rests"), [([1, 1, 1], [0.1, 0.2, 0.3]), ([1, 0, 1], [0.2, 0.2, 0.2]), ([1], [0.3])])
def test_what_does_not_vary_discriminates_nothing_that_can_be_said(marks, rests):
    assert discrimination_index(marks, rests) is None
    assert discriminative_efficiency(marks, rests) is None


def test_a_standing_of_few_answers_is_drawn_to_the_average():
    few, many = Standing(2, 1.0), Standing(101, 50.5)
    assert 0 < few.without(0.5, 0.0) < many.without(0.5, 0.0) < 0.5
