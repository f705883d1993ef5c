"""The register of applications: it never promises the same kilowatt twice.

One database (SQLite or PostgreSQL) holds every application, an append-only history, and a version per transformer,
feeder and substation. Capacity is computed outside every transaction; accepting commits only if the versions it was
computed on are still the same (docs/register.md).
"""

from capacity.applications.register.accepting import accept, accept_with
from capacity.applications.register.errors import Changed, NotAllowed, Refused, StaleClaim
from capacity.applications.register.events import EVENTS, OPEN
from capacity.applications.register.facts import claim_as_json, claim_of_json, faults
from capacity.applications.register.opening import Register, create_register, open_register
from capacity.applications.register.reading import application, applications, as_frame, take_snapshot
from capacity.applications.register.replaying import replay, verify_history
from capacity.applications.register.steps import add, amend, energise, expire, offer, take_up, withdraw, works
from capacity.errors import RegisterError

__all__ = [
    "EVENTS",
    "OPEN",
    "Changed",
    "NotAllowed",
    "Refused",
    "Register",
    "RegisterError",
    "StaleClaim",
    "accept",
    "accept_with",
    "add",
    "amend",
    "application",
    "applications",
    "as_frame",
    "claim_as_json",
    "claim_of_json",
    "create_register",
    "energise",
    "expire",
    "faults",
    "offer",
    "open_register",
    "replay",
    "take_snapshot",
    "take_up",
    "verify_history",
    "withdraw",
    "works",
]
