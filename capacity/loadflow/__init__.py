"""Load flow: a pandapower network becomes an electrical model, and the model a solved year.

Three engines behind one interface (``engines``): our radial sweep, power-grid-model batches and pandapower itself.
"""

from capacity.loadflow.load_flow import LoadFlow

__all__ = ["LoadFlow"]
