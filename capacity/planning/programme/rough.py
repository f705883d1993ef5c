"""A programme by hand's rule: the job due first gets the first free place. The search never falls below it."""

from __future__ import annotations

from collections.abc import Sequence

from capacity.tables.programme import Job, Resources


def rough_starts(jobs: Sequence[Job], resources: Resources) -> tuple[int | None, ...]:
    """The month in which each job begins, in the order of ``jobs``; None where no place is left.

    Jobs in the order of the latest month in which they can begin in time, then of their ids; each in the earliest month
    with enough crews.
    """
    free = list(resources.crews)
    starts: dict[str, int] = {}
    for job in sorted(jobs, key=lambda one: (one.due_month - one.months, one.job_id)):
        for month in range(max(job.earliest_month, 0), resources.months - job.months + 1):
            busy = range(month, month + job.months)
            outage_forbidden = bool(job.section_ids) and busy[-1] in resources.no_outage_months
            if not outage_forbidden and all(free[one] >= job.crews for one in busy):
                starts[job.job_id] = month
                for one in busy:
                    free[one] -= job.crews
                break
    return tuple(starts.get(job.job_id) for job in jobs)


def possible_starts(job: Job, resources: Resources) -> list[int]:
    """Months in which a job can begin, as if it were alone."""
    return [
        month
        for month in range(max(job.earliest_month, 0), resources.months - job.months + 1)
        if min(resources.crews[month : month + job.months]) >= job.crews
        and not (job.section_ids and month + job.months - 1 in resources.no_outage_months)
    ]
