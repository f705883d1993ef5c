"""Load flow: a pandapower network becomes an electrical model, and the model a solved year.

Three engines behind one interface (``engines``): our radial sweep, power-grid-model batches and pandapower itself.
``additions`` asks the opposite question: how much can be added where, before a bound breaks.
"""

from capacity.loadflow.additions import largest_additions
from capacity.loadflow.load_flow import LoadFlow

__all__ = ["LoadFlow", "largest_additions"]
