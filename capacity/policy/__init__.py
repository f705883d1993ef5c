"""The policy file (rules as data) and its evaluation: alerts P3–P6, area status P11."""

from capacity.policy.alerts import raise_alerts
from capacity.policy.evidence import gather_evidence
from capacity.policy.file import bundled_policies, load_policy, policy_of
from capacity.policy.status import area_status, with_status

__all__ = [
    "area_status",
    "bundled_policies",
    "gather_evidence",
    "load_policy",
    "policy_of",
    "raise_alerts",
    "with_status",
]
