"""Reinforcement planned: years of a future solved, measures tried by load flow, the cheapest chosen and verified."""

from capacity.reinforcing.claims import verify_plan
from capacity.reinforcing.planning import MadePlan, make_plan

__all__ = ["MadePlan", "make_plan", "verify_plan"]
