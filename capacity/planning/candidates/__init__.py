"""Candidate measures for the needs of a feeder, sized by simple estimates; a load flow decides about them elsewhere."""

from capacity.planning.candidates.choices import Choices, bundled_choices, read_choices
from capacity.planning.candidates.proposing import candidates, combinations

__all__ = ["Choices", "bundled_choices", "candidates", "combinations", "read_choices"]
