"""Connections built for real and put to the test, for whatever test states a figure of one."""

from benchmarks.built_case import CUSTOMER, built, built_together, customer_bus, floors, flow_of, named
from benchmarks.exhaustive import Built, Trial, Truth, limits_in, truth, with_new

__all__ = [
    "CUSTOMER",
    "Built",
    "Trial",
    "Truth",
    "built",
    "built_together",
    "customer_bus",
    "floors",
    "flow_of",
    "limits_in",
    "named",
    "truth",
    "with_new",
]
