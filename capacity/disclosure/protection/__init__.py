"""P23: whose figures are withheld, and which only as a range; decided on exact figures, which go no further."""

from capacity.disclosure.protection.comparison import Figures
from capacity.disclosure.protection.decision import Decision, Former, decide
from capacity.disclosure.protection.facts import Facts, facts_of

__all__ = ["Decision", "Facts", "Figures", "Former", "decide", "facts_of"]
