"""What the grid can carry at the end of a connection that would be built: options checked by load flow (P6, P9, P15).

A customer is one more load behind one more line, so nothing of the grid has to be solved anew: the year is known, and
the steps that decide are found as for the figures of nodes (:mod:`capacity.loadflow.additions`), then solved with the
trunk, the network, what would be built and the customer all together.
"""

from capacity.loadflow.connections.checking import Question, check_connection
from capacity.loadflow.connections.hours import rooms_by_cell
from capacity.loadflow.connections.sites import Limits
from capacity.loadflow.connections.standing import Standing, stand

__all__ = ["Limits", "Question", "Standing", "check_connection", "rooms_by_cell", "stand"]
