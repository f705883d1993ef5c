"""The policy file (rules as data) and its evaluation: alerts P3–P6, area status P11, connection terms P12–P14."""

from capacity.policy.alerts import raise_alerts
from capacity.policy.evidence import gather_evidence
from capacity.policy.file import bundled_policies, load_policy, policy_of
from capacity.policy.status import area_status, with_status
from capacity.policy.terms import Note, Terms, connection_terms, terms_for
from capacity.policy.working_days import Deadline, NotPublished, StepDue, deadline, timetable, working_days_between

__all__ = [
    "Deadline",
    "NotPublished",
    "Note",
    "StepDue",
    "Terms",
    "area_status",
    "bundled_policies",
    "connection_terms",
    "deadline",
    "gather_evidence",
    "load_policy",
    "policy_of",
    "raise_alerts",
    "terms_for",
    "timetable",
    "with_status",
    "working_days_between",
]
