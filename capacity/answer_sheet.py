"""An assessed request as files: the answer sheet with its sketch and its font, put together from the rooms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from capacity.applications.answers import (
    Language,
    Letters,
    options_on_paper,
    write_json,
    write_pdf,
    write_workbook,
)
from capacity.disclosure.notices.fonts import chinese_fonts
from capacity.disclosure.notices.letters import letters_for
from capacity.errors import RequestError
from capacity.figures.option_sketch import sketch_png
from capacity.tables.assessment import Assessment
from capacity.tables.settings import ServiceNumbers

FORMATS = ("pdf", "xlsx", "json")


def write_answer(
    assessment: Assessment, path: Path, language: Language = "zh", service_numbers: ServiceNumbers | None = None
) -> None:
    """Write the answer sheet in the format that the file's name ends in: ``.pdf``, ``.xlsx`` or ``.json``.

    Parameters
    ----------
    language : of the PDF and the workbook; JSON has both.
    service_numbers : of the case (P21); None: 12398 and 95598.

    Raises
    ------
    RequestError
        The name ends in none of the three.
    AnswerError
        The file cannot be written, for instance because it is open in Excel.
    """
    match path.suffix.lower():
        case ".json":
            write_json(assessment, path, service_numbers)
        case ".xlsx":
            write_workbook(assessment, path, language, service_numbers)
        case ".pdf":
            keys = [option.key for option in options_on_paper(assessment)]
            sketch = sketch_png(assessment, language, keys=keys)
            write_pdf(assessment, path, language, lettered=_lettered, sketch=sketch, service_numbers=service_numbers)
        case other:
            raise RequestError(
                [f"不能写成“{other or path.name}”，可用：{'、'.join(FORMATS)}"],
                [f"an answer cannot be written as '{other or path.name}'; there are: {', '.join(FORMATS)}"],
            )


def answer_bytes(
    assessment: Assessment, file_format: str, language: Language = "zh", service_numbers: ServiceNumbers | None = None
) -> bytes:
    """The contents of the file that :func:`write_answer` writes; ``file_format`` is one of ``FORMATS``.

    Raises
    ------
    RequestError
        There is no such format.
    """
    with TemporaryDirectory(prefix="capacity-answer-") as folder:
        path = Path(folder) / f"answer.{file_format}"
        write_answer(assessment, path, language, service_numbers)
        return path.read_bytes()


@contextmanager
def _lettered(signs: set[str]) -> Iterator[Letters]:
    """The machine's own Chinese font, cut to these signs."""
    with letters_for(chinese_fonts(), signs) as letters:
        yield letters
