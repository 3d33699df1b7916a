"""The questions that the browser is asked: one of each kind, as `factories` makes them."""

from catalog.models import Resource
from tests.factories import BY_KIND, make_question, make_reading

RECALL, CHOICE, TYPED = (str(BY_KIND[kind]["prompt"]) for kind in ("recall", "choice", "typed"))
CLOZE = "A task that may run twice without harm is"
ANSWER = str(BY_KIND["recall"]["answer"])
CODE = """Because of this:

```python
dag = DAG("daily", schedule="@daily", start_date=datetime(2026, 1, 1), catchup=False, tags=["wider than a phone"])
```"""


def make_one_of_each_kind() -> Resource:
    """The reading Airflow with a recall, a choice, a cloze and a typed question, asked in this order."""
    reading = make_reading(title="Airflow")
    for kind in ("recall", "choice", "cloze", "typed"):
        make_question(kind, resource=reading)
    return reading
