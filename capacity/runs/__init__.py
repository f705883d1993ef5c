"""Runs as people keep them: the folder on disk, the workbooks handed on, and what changed between two runs."""

from capacity.runs.compare import Comparison, compare_runs
from capacity.runs.comparison_book import write_comparison
from capacity.runs.month import write_month
from capacity.runs.plan_book import write_plan_book
from capacity.runs.plan_store import read_plan, write_claims, write_plan
from capacity.runs.profile_csv import write_profile
from capacity.runs.store import read_manifest, read_run, write_run
from capacity.runs.workbook import write_summary

__all__ = [
    "Comparison",
    "compare_runs",
    "read_manifest",
    "read_plan",
    "read_run",
    "write_claims",
    "write_comparison",
    "write_month",
    "write_plan",
    "write_plan_book",
    "write_profile",
    "write_run",
    "write_summary",
]
