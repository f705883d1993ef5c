"""The project list: rules and evidence, dates, benefit and order, budgets, remediation cases (P16–P19)."""

from capacity.planning.portfolio.projects import library_rows, project_list
from capacity.planning.portfolio.reliability import feeders_served, remediation_cases

__all__ = ["feeders_served", "library_rows", "project_list", "remediation_cases"]
