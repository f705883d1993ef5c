"""The policy file (rules as data) and its evaluation: alerts P3–P6, area status P11, connection terms P12–P14."""

from capacity.policy.alerts import raise_alerts
from capacity.policy.evidence import gather_evidence
from capacity.policy.file import bundled_policies, load_policy, policy_of, reliability_rules
from capacity.policy.status import area_status, with_status
from capacity.policy.terms import connection_terms, terms_for
from capacity.policy.variant import with_variant
from capacity.policy.working_days import (
    Deadline,
    NotPublished,
    StepDue,
    deadline,
    is_working_day,
    published_days,
    timetable,
    working_days_between,
)
from capacity.tables.terms import Note, Terms

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
    "is_working_day",
    "load_policy",
    "policy_of",
    "published_days",
    "raise_alerts",
    "reliability_rules",
    "terms_for",
    "timetable",
    "with_status",
    "with_variant",
    "working_days_between",
]
