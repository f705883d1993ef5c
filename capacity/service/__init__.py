"""The service for engineers: an API and a page over one case and one register (docs/service.md).

``create_app`` makes the ASGI application of a :class:`Service`; ``capacity serve`` starts it on loopback.
"""

from capacity.service.app import create_app
from capacity.service.audit import AuditLog
from capacity.service.keys import Key, KeyRing, add_key, one_time_key, read_keys, revoke_key
from capacity.service.limits import Limits
from capacity.service.sheets import SheetWriter
from capacity.service.state import Service

__all__ = [
    "AuditLog",
    "Key",
    "KeyRing",
    "Limits",
    "Service",
    "SheetWriter",
    "add_key",
    "create_app",
    "one_time_key",
    "read_keys",
    "revoke_key",
]
