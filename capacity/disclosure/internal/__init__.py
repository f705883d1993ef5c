"""What the planners' map shows beside the areas: exact figures, equipment with its place, lines and alerts.

Nothing of this may reach the public site; :func:`capacity.disclosure.site.write_internal_site` alone takes it.
"""

from capacity.disclosure.internal.payload import internal_payload
from capacity.disclosure.internal.release import internal_release

__all__ = ["internal_payload", "internal_release"]
