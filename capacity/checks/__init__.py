"""Validation of a case: issues, never repairs."""

from capacity.checks.checking import check, judge_readings

__all__ = ["check", "judge_readings"]
