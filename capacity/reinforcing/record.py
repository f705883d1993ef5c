"""What a plan was made from, and what weakens it, as it is written beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from capacity.planning.portfolio.budget import UNPAID
from capacity.runs.program import program_version
from capacity.tables.case import Case
from capacity.tables.plan import PlanRecord
from capacity.tables.policy import Policy
from capacity.tables.scenario import Scenario
from capacity.tables.words import Word
from capacity.works import bundled_prices


def record_of(
    case: Case,
    rules: Policy,
    scenario: Scenario | None,
    horizon: Sequence[int],
    tried: Sequence[int],
    draw: int,
    seed: int,
    verified_sets: int,
    remarks: Sequence[Word],
    wall_time_s: float,
    *,
    programme_proven: bool,
) -> PlanRecord:
    """The record of a plan; folder and file names are for who wrote them down to add."""
    settings = case.settings
    basis = _basis(tried)
    return PlanRecord(
        created_at=dt.datetime.now(dt.UTC).replace(microsecond=0),
        case_name=settings.name,
        case_title_zh=settings.title_zh,
        case_title_en=settings.title_en,
        as_of=settings.as_of,
        synthetic=settings.synthetic,
        input_hashes=dict(case.hashes),
        policy=rules.name,
        scenario=scenario.name if scenario else "",
        scenario_title_zh=scenario.title_zh if scenario else "",
        scenario_title_en=scenario.title_en if scenario else "",
        years=tuple(horizon),
        draw=draw,
        seed=seed,
        candidates_basis_zh=basis.zh,
        candidates_basis_en=basis.en,
        price_year=bundled_prices().price_year,
        remarks_zh=tuple(one.zh for one in remarks),
        remarks_en=tuple(one.en for one in remarks),
        verified_sets=verified_sets,
        programme_proven=programme_proven,
        program=program_version(),
        wall_time_s=round(wall_time_s, 3),
    )


def _basis(tried: Sequence[int]) -> Word:
    years = ", ".join(map(str, tried))
    return Word(
        f"候选措施按 {years} 年的关键时刻逐一潮流校核，其间年份取其后一个校核年的结果；"
        "选用的措施合在一起按每年全部时刻校核",
        f"candidates: load flow at the critical steps of {years}, a year between them taken from the next one tried; "
        "what is chosen: all together, every step of every year",
    )


def timing_of(projects: pd.DataFrame) -> list[Word]:
    """That the years with the plan have every measure in time, where a project is late or not paid for."""
    unpaid = int(projects["budget_state"].isin(UNPAID).sum())
    late = int(projects["late_days"].fillna(0).gt(0).sum())
    if not unpaid and not late:
        return []
    return [
        Word(
            "“实施规划后”各年按全部选用措施自需要之年起已投产计算；"
            f"其中 {late} 个项目晚于需求日期，{unpaid} 个项目无预算",
            "the years with the plan have every chosen measure from the year on in which it is needed; of these "
            f"projects {late} come later than they are due, {unpaid} are paid for by no budget",
        )
    ]


def remarks_of(
    refused: Mapping[str, str], open_claims: int, rounds: int, nobodys: Sequence[str], failed: Mapping[int, int]
) -> list[Word]:
    """What weakens a plan.

    Parameters
    ----------
    refused : sets that could not be tried, and why.
    open_claims, rounds : sets that did less than claimed after so many rounds.
    nobodys : new violations that are put down to no project.
    failed : by year with the plan, the steps without a solution.
    """
    remarks = [
        Word(
            "单价多为假定值（见各措施的价格可信度），投资仅供比较",
            "most prices are assumed (see each measure's mark): costs serve to compare",
        ),
        Word(
            "节约损耗取自约240个均匀时刻；高压侧计量的配变，其读数含变压器自身损耗，换变节约不计入",
            "losses are taken from about 240 evenly spaced steps; where a transformer is metered at its HV side its "
            "own losses are in the reading, and what an exchange saves of them is not seen",
        ),
    ]
    if refused:
        named = "; ".join(list(refused)[:5]) + (" …" if len(refused) > 5 else "")
        remarks.append(
            Word(
                f"{len(refused)} 组措施无法接入电网模型或潮流无解，未参与比选：{named}",
                f"{len(refused)} set(s) of measures could not be laid over the grid or have no solution and were left "
                f"out: {named}",
            )
        )
    if open_claims:
        remarks.append(
            Word(
                f"经 {rounds} 轮整体校核仍有 {open_claims} 组措施的成效低于单独校核，已按整体校核结果记录",
                f"after {rounds} rounds {open_claims} set(s) do less within the whole grid than by themselves; they "
                "are recorded as the whole grid shows them",
            )
        )
    if nobodys:
        named = ", ".join(nobodys[:5]) + (" …" if len(nobodys) > 5 else "")
        remarks.append(
            Word(
                f"整体实施后有 {len(nobodys)} 处新增越限，不能归于单个项目：{named}",
                f"{len(nobodys)} new violation(s) come of the whole plan and are put down to no project: {named}",
            )
        )
    if failed:
        years = ", ".join(f"{year} ({steps})" for year, steps in failed.items())
        remarks.append(
            Word(
                f"以下年份有时刻潮流无解（括号内为时刻数），所涉对象视为未知、未消除：{years}",
                f"steps without a solution (how many): {years}; what they concern counts as unknown and not cleared",
            )
        )
    return remarks
