"""Needs: what fires in which year where nothing is done, and what a measure clears or creates."""

from capacity.planning.needs.comparing import created, stays
from capacity.planning.needs.finding import findings_of
from capacity.planning.needs.needing import needs_of
from capacity.planning.needs.violating import violations_of

__all__ = ["created", "findings_of", "needs_of", "stays", "violations_of"]
