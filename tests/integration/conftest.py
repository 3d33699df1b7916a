"""What real processes need: a folder, and a family that ends them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.crew import Crew
from tools.family import Family


@pytest.fixture
def crew(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crew]:
    """No process yet, on this test's database; leaving it ends every one that was started."""
    monkeypatch.setattr("tools.family.ENDING_SIGNALS", ())  # pytest's own stay as they are
    with Family(tmp_path / "log") as family:
        yield Crew(family, tmp_path / "crew")
