"""The programme of works: months, crews and shared outages (P17, P18)."""

from capacity.planning.programme.jobs import jobs_of
from capacity.planning.programme.scheduling import schedule
from capacity.planning.programme.sheets import sheets

__all__ = ["jobs_of", "schedule", "sheets"]
