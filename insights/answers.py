"""The answers that statistics are made from, in sixteen bytes each: a file that can be walked again and again.

Fitting walks all answers a dozen times. The log in the database is walked once, in batches; what the figures need
of it goes into a temporary file, so that memory stays the same however long the log is. Pure.
"""

import struct
from collections.abc import Iterator
from tempfile import TemporaryFile
from types import TracebackType
from typing import NamedTuple, Self

from insights.stages import Setting

_PACKED = struct.Struct("<IIHBBHH")
_ROWS_READ_AT_ONCE = 8192


class Answer(NamedTuple):
    """One graded answer; all fields are small numbers.

    `question` and `learner` are places in the run's own lists. `wording` is the place of the wording among those
    of its question. `setting` says at which stage and how late it was asked (`insights.stages`). `right`
    is 1 or 0: of a first answer whether it was right, of a review whether it was recalled (quality 3 or more).
    `chosen` is a choice's number, 0 for none. `tenths` are tenths of a second from shown to answered.
    """

    question: int
    learner: int
    wording: int
    setting: Setting
    right: int
    chosen: int
    tenths: int


class Answers:
    """Answers in a file that goes when the block ends. Written once, in order, then read any number of times.

    The order is part of it: those to one question stand together, and in these those of one learner, oldest first.
    """

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - the block of the class itself closes it.

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def append(self, answer: Answer) -> None:
        self._file.write(_PACKED.pack(*answer))

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        """The fields of each answer, as `Answer` names them, in plain tuples: making names for millions takes time."""
        self._file.seek(0)
        while block := self._file.read(_PACKED.size * _ROWS_READ_AT_ONCE):
            yield from _PACKED.iter_unpack(block)
