"""Requests to connect, answered: the places, what the grid can carry there, what it takes, and when (P6, P12–P17)."""

from capacity.assessing.assessor import CaseAssessor, open_assessor
from capacity.assessing.case_files import CaseFiles
from capacity.assessing.crew import Crew

__all__ = ["CaseAssessor", "CaseFiles", "Crew", "open_assessor"]
