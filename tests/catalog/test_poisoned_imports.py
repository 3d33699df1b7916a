"""Every poisoned file is refused by what it is, writes nothing, and takes bounded time and memory."""

import time
import tracemalloc

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from catalog.load import load
from catalog.models import Choice, Question, QuestionRevision
from tests.catalog.contents import catalog_of, choice, item
from tests.catalog.poison import POISON

pytestmark = pytest.mark.django_db

# Far above what any of them takes (benchmarks/poisoned_imports.py has the figures), far below what harms.
SECONDS = 20
BYTES = 250_000_000


@pytest.fixture
def staff(client, curator, at):
    load(catalog_of(choice(slug="airflow-decides"), item(slug="airflow-safe")), at=at)
    client.force_login(curator)
    return client


def everything():
    """All that an import may write, and what waits for a confirmation."""
    rows = [list(model.objects.order_by("pk").values()) for model in (Question, Choice, QuestionRevision)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache WHERE cache_key LIKE %s", ["%handed-in-%"])
        return rows, cursor.fetchall()


@pytest.mark.parametrize("poison", POISON, ids=lambda poison: poison.name)
def test_a_poisoned_file_is_refused_by_name_and_writes_nothing(staff, poison):
    upload = SimpleUploadedFile(poison.name, poison.make())
    before = everything()

    tracemalloc.start()
    began = time.process_time()
    page = staff.post(reverse("admin:catalog_question_import"), {"resource": "0", "import_file": upload})
    took = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert page.status_code == 400
    assert poison.words in page.content.decode()
    assert everything() == before
    assert took < SECONDS
    assert peak < BYTES
    assert len(page.content) < 200_000


def test_there_are_enough_of_them():
    assert len({poison.name for poison in POISON}) == len(POISON) >= 40
