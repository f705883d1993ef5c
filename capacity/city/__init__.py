"""Running a whole city: its members one after another through an executor, then their tables put together.

``run_city`` is the flow, ``run_member`` the unit of work, ``pool`` where units of work run.
"""

from capacity.city.member import run_member
from capacity.city.run import run_city

__all__ = ["run_city", "run_member"]
