"""The programme of works from jobs and crews, told row by row."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from capacity.errors import RequestError
from capacity.planning.programme.rough import possible_starts
from capacity.planning.programme.solving import Starts, best_starts
from capacity.tables._schema import Table, conform, empty
from capacity.tables.programme import MONTHS, OUTAGES_PLANNED, PLAN, Job, Programme, Resources
from capacity.tables.words import Word

Outages = dict[tuple[str, int], list[str]]


def schedule(jobs: Sequence[Job], resources: Resources) -> Programme:
    """Place the jobs: lateness first (of the most urgent before all), then outages, an even use of crews, late starts.

    Parameters
    ----------
    jobs
        In any order.
    resources
        Crews by month, and months without outages.

    Returns
    -------
    Programme
        With every job: one that comes too late says by how many months, one without a place says why.

    Raises
    ------
    RequestError
        With every fault: ids twice, no months or crews below zero.
    """
    _refuse_faults(jobs, resources)
    ordered = sorted(jobs, key=lambda job: job.job_id)
    starts = best_starts(ordered, resources) if ordered else Starts((), proven=True)
    outages = _outages(ordered, starts)
    months = _months(ordered, starts, outages, resources)
    plan = [_row(job, start, outages, resources) for job, start in zip(ordered, starts.months, strict=True)]
    placed = [row for row in plan if row["state"] != "not_placed"]
    return Programme(
        plan=_frame(plan, PLAN).sort_values(["start_month", "finish_month", "project_id"], ignore_index=True),
        outages_planned=_frame(_outage_rows(outages, resources), OUTAGES_PLANNED),
        months=months,
        not_placed=len(plan) - len(placed),
        late_months=sum(int(str(row["late_months"])) for row in placed),
        outages=len(outages),
        peak_crews=int(months["crews_used"].max()) if len(months) else 0,
        proven=starts.proven,
    )


def _outages(jobs: Sequence[Job], starts: Starts) -> Outages:
    found: Outages = {}
    for job, start in zip(jobs, starts.months, strict=True):
        if start is not None:
            for section in job.section_ids:
                found.setdefault((section, start + job.months - 1), []).append(job.job_id)
    return dict(sorted(found.items(), key=lambda item: (item[0][1], item[0][0])))


def _outage_rows(outages: Outages, resources: Resources) -> list[dict[str, object]]:
    return [
        {
            "section_id": section,
            "month": resources.day(month),
            "project_ids": ";".join(projects),
            "project_count": len(projects),
        }
        for (section, month), projects in outages.items()
    ]


def _months(jobs: Sequence[Job], starts: Starts, outages: Outages, resources: Resources) -> pd.DataFrame:
    used = [
        sum(
            job.crews
            for job, start in zip(jobs, starts.months, strict=True)
            if start is not None and start <= month < start + job.months
        )
        for month in range(resources.months)
    ]
    rows: list[dict[str, object]] = [
        {
            "month": resources.day(month),
            "crews": there,
            "crews_used": used[month],
            "outages": sum(at == month for _, at in outages),
            "outages_allowed": month not in resources.no_outage_months,
            "used_percent": 100.0 * used[month] / there if there else None,
        }
        for month, there in enumerate(resources.crews)
    ]
    return _frame(rows, MONTHS)


def _row(job: Job, start: int | None, outages: Outages, resources: Resources) -> dict[str, object]:
    finish = None if start is None else start + job.months - 1
    late = max((resources.months if finish is None else finish) - job.due_month, 0)
    shared = {
        other for section in job.section_ids for other in outages.get((section, finish or 0), ()) if finish is not None
    }
    state = "not_placed" if finish is None else "late" if late else "on_time"
    words = _why(job, start, late, resources)
    return {
        "project_id": job.job_id,
        "name_zh": job.name.zh,
        "name_en": job.name.en,
        "urgency": job.urgency,
        "state": state,
        "start_month": None if start is None else resources.day(start),
        "finish_month": None if finish is None else resources.day(finish),
        "due_month": resources.day(job.due_month),
        "late_months": late,
        "crews": job.crews,
        "section_ids": ";".join(job.section_ids) or None,
        "shared_with": ";".join(sorted(shared - {job.job_id})) or None,
        "why_zh": words.zh,
        "why_en": words.en,
    }


def _why(job: Job, start: int | None, late: int, resources: Resources) -> Word:
    alone = possible_starts(job, resources)
    if start is None:
        return _why_not_placed(job, late, alone, resources)
    if not late:
        spare = job.due_month - (start + job.months - 1)
        return Word(f"按期，提前 {spare} 个月", f"on time, {spare} month(s) before it is due")
    if alone[0] == start:
        cause = Word("最早只能此时开工", "it cannot begin earlier")
    elif alone[0] + job.months - 1 <= job.due_month:
        cause = Word("施工队不足以使全部项目按期", "there are not enough crews for all to be on time")
    else:
        earlier = alone[0] + job.months - 1 - job.due_month
        cause = Word(
            f"即使单独安排也晚 {earlier} 个月，其余因施工队不足",
            f"{earlier} month(s) late even alone, the rest for want of crews",
        )
    return Word(f"晚 {late} 个月：{cause.zh}", f"{late} month(s) late: {cause.en}")


def _why_not_placed(job: Job, late: int, alone: Sequence[int], resources: Resources) -> Word:
    most = max(resources.crews, default=0)
    if job.crews > most:
        why = Word(f"需 {job.crews} 队，最多只有 {most} 队", f"it needs {job.crews} crews, there are {most} at most")
    elif max(job.earliest_month, 0) + job.months > resources.months:
        why = Word(
            f"最早第 {job.earliest_month + 1} 个月开工、工期 {job.months} 个月，超出计划期 {resources.months} 个月",
            f"it begins in month {job.earliest_month + 1} at the earliest and takes {job.months}: beyond the "
            f"{resources.months} months of the programme",
        )
    elif not alone:
        why = Word(
            "可停电且施工队足够的月份不存在", "no month allows its outage and has enough crews for all of its months"
        )
    else:
        why = Word("计划期内施工队已被占满", "the crews of the programme's months are taken")
    return Word(f"{why.zh}；至少晚 {late} 个月", f"{why.en}; at least {late} month(s) late")


def _refuse_faults(jobs: Sequence[Job], resources: Resources) -> None:
    zh, en = [], []
    ids = [job.job_id for job in jobs]
    for key in sorted({key for key in ids if ids.count(key) > 1}):
        zh.append(f"项目 {key} 重复")
        en.append(f"project {key} is there more than once")
    for job in jobs:
        if job.months < 1 or job.crews < 0:
            zh.append(f"项目 {job.job_id}：工期 {job.months} 个月、{job.crews} 队不成立（至少 1 个月，不少于 0 队）")
            en.append(f"project {job.job_id}: {job.months} month(s) with {job.crews} crew(s); at least 1 and 0")
    if any(crews < 0 for crews in resources.crews) or resources.first_month.day != 1:
        zh.append("施工队数不得为负；计划首月须以 1 日表示")
        en.append("crews are never below zero; the first month is given by its first day")
    if en:
        raise RequestError(zh, en)


def _frame(rows: Sequence[dict[str, object]], schema: Table) -> pd.DataFrame:
    return conform(pd.DataFrame(rows), schema) if rows else empty(schema)
