"""The answer sheet of an assessed request: JSON for machines, a workbook, an offer on paper (P12–P17)."""

from capacity.applications.answers.document import VERSION, AnswerDocument
from capacity.applications.answers.machine import answer_schema, as_json, document_of, write_json
from capacity.applications.answers.offer import LettersFor, write_pdf
from capacity.applications.answers.offer_tables import options_on_paper
from capacity.applications.answers.paper import Letters
from capacity.applications.answers.told import Language
from capacity.applications.answers.workbook import write_workbook
from capacity.applications.answers.writing import AnswerError

__all__ = [
    "VERSION",
    "AnswerDocument",
    "AnswerError",
    "Language",
    "Letters",
    "LettersFor",
    "answer_schema",
    "as_json",
    "document_of",
    "options_on_paper",
    "write_json",
    "write_pdf",
    "write_workbook",
]
