"""Tables of a plan's workbook that are put together of several: overview, needs with outcome, measures with reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from capacity.tables._schema import conform, number, table, text
from capacity.tables.choice import MEASURE_CHOICES, NEED_OUTCOMES
from capacity.tables.measure import RULES
from capacity.tables.plan import PLAN_MEASURES, PLAN_NEEDS, Plan, PlanRecord
from capacity.tables.programme import MONTHS
from capacity.tables.words import BUDGET_STATE, NEED_ORIGIN, NEED_OUTCOME, PLAN_STATE, Word

OVERVIEW = table(
    "plan_overview",
    "规划概览",
    "overview of the plan",
    "What was planned for, what was chosen and what stays open.",
    {
        "zh": text("项目（中文）", "item (Chinese)"),
        "en": text("项目（英文）", "item (English)"),
        "value": number("数值", "figure", "see unit", missing="said in words"),
        "unit": text("单位", "unit", missing="a count, or said in words"),
        "words_zh": text("说明（中文）", "words (Chinese)", missing="nothing to add"),
        "words_en": text("说明（英文）", "words (English)", missing="nothing to add"),
    },
)
_OF_OUTCOME = ("duty", "outcome", "measure_ids", "cleared_years", "open_years", "why_zh", "why_en")
NEEDS = table(
    "plan_needs_outcome",
    "规划需求及结果",
    "needs and what becomes of them",
    "One row per rule that fires, or will fire, where nothing is done, with what the plan makes of it.",
    {**PLAN_NEEDS.columns, **{name: NEED_OUTCOMES.columns[name] for name in _OF_OUTCOME}},
)
_FIRST = ("feeder_id", "measure_id", "kind", "chosen", "part", "reason", "why_zh", "why_en", "difference_yuan",
          "conflicts_with")  # fmt: skip
_OF_MEASURE = ("area_ids", "element_ids", "works_zh", "works_en", "cost_low_yuan", "cost_yuan", "cost_high_yuan",
               "cost_mark", "lead_time_working_days", "released_kva", "node_released_kva",
               "losses_saved_kwh_per_year", "note_zh", "note_en")  # fmt: skip
_CLEARED = ("existing_need_ids", "growth_need_ids", "connection_need_ids")
MEASURES = table(
    "plan_measures_chosen",
    "措施比选",
    "measures chosen and rejected",
    "One row per candidate: chosen or not, and why.",
    {
        **{name: MEASURE_CHOICES.columns[name] for name in _FIRST},
        **{name: PLAN_MEASURES.columns[name] for name in _OF_MEASURE},
        **{name: MEASURE_CHOICES.columns[name] for name in _CLEARED},
    },
)
MONTHS_BUILT = table(
    "programme_months_built",
    "按月计划",
    "programme by month",
    "One row per month: resources, and what is being built.",
    {
        **MONTHS.columns,
        "project_ids": text("在建项目", "projects being built", "Separated by ``;``.", missing="none"),
    },
)


def needs(plan: Plan) -> pd.DataFrame:
    """Needs with what becomes of them, those left open first; schema ``NEEDS``."""
    frame = plan.needs.merge(plan.outcomes[["need_id", *_OF_OUTCOME]], on="need_id", how="left", validate="1:1")
    order = {"open": 0, "partly": 1, "cleared": 2}
    urgent = {rule: rank for rank, rule in enumerate(("P4", "P10", "P6", "P5", "P3", "P19"))}
    frame = frame.assign(_open=frame["outcome"].map(order), _urgent=frame["rule"].map(urgent))
    frame = frame.sort_values(["_open", "_urgent", "feeder_id", "need_id"]).drop(columns=["_open", "_urgent"])
    return conform(frame, NEEDS)


def measures(plan: Plan) -> pd.DataFrame:
    """Candidates with why they were chosen or rejected, chosen ones first on each feeder; schema ``MEASURES``."""
    chosen = plan.choices[[*_FIRST, *_CLEARED]]
    frame = chosen.merge(plan.measures[["measure_id", *_OF_MEASURE]], on="measure_id", how="left", validate="1:1")
    frame = frame.sort_values(["feeder_id", "chosen", "measure_id"], ascending=[True, False, True])
    return conform(frame, MEASURES)


def months_built(plan: Plan) -> pd.DataFrame:
    """Resources by month with what is being built; schema ``MONTHS_BUILT``."""
    placed = plan.programme[plan.programme["start_month"].notna()]
    built = [
        ";".join(placed.loc[placed["start_month"].le(month) & placed["finish_month"].ge(month), "project_id"]) or None
        for month in plan.months["month"]
    ]
    return conform(plan.months.assign(project_ids=pd.Series(built, plan.months.index, dtype="string")), MONTHS_BUILT)


@dataclass(frozen=True)
class _Line:
    item: Word
    value: float | None = None
    unit: str = ""
    words: Word | None = None


def overview(plan: Plan) -> pd.DataFrame:
    """The plan on one page; schema ``OVERVIEW``."""
    lines = [*_about(plan.record), *_needs(plan), *_chosen(plan), *_projects(plan), *_claims(plan.claims)]
    lines += [_Line(Word("说明", "remark"), words=Word(zh, en)) for zh, en in _remarks(plan.record)]
    rows = [
        {
            "zh": line.item.zh,
            "en": line.item.en,
            "value": line.value,
            "unit": line.unit or None,
            "words_zh": line.words.zh if line.words else None,
            "words_en": line.words.en if line.words else None,
        }
        for line in lines
    ]
    return conform(pd.DataFrame(rows), OVERVIEW)


def _remarks(record: PlanRecord) -> Iterable[tuple[str, str]]:
    return zip(record.remarks_zh, record.remarks_en, strict=True)


def _about(record: PlanRecord) -> Iterator[_Line]:
    span = f"{record.years[0]}–{record.years[-1]}" if len(record.years) > 1 else str(record.years[0])
    scenario = Word("现状（无情景）", "the present grid, no scenario")
    if record.scenario:
        zh = f"{record.scenario_title_zh or record.scenario}（抽样 {record.draw}，随机种子 {record.seed}）"
        en = f"{record.scenario_title_en or record.scenario} (draw {record.draw}, seed {record.seed})"
        scenario = Word(zh, en)
    yield _Line(Word("案例", "case"), words=Word(record.case_title_zh, record.case_title_en))
    yield _Line(Word("截至日期", "as of"), words=Word(str(record.as_of), str(record.as_of)))
    yield _Line(Word("情景", "scenario"), words=scenario)
    yield _Line(Word("规划年份", "years"), words=Word(span, span))
    yield _Line(Word("政策", "policy"), words=Word(record.policy, record.policy))
    yield _Line(
        Word("计算口径", "basis"),
        words=Word(record.candidates_basis_zh, record.candidates_basis_en),
    )
    year = str(record.price_year)
    yield _Line(Word("价格水平年", "prices of"), words=Word(year, year))


def _needs(plan: Plan) -> Iterator[_Line]:
    found = plan.outcomes
    yield _Line(Word("需求", "needs"), len(found))
    for code, word in NEED_OUTCOME.items():
        yield _Line(Word(f"其中{word.zh}", f"of which {word.en}"), int(found["outcome"].eq(code).sum()))
    must = found["outcome"].ne("cleared") & found["duty"].eq("must")
    yield _Line(Word("必须消除而未全部消除", "to be cleared, and not cleared in every year"), int(must.sum()))
    for rule in RULES:
        for origin, word in NEED_ORIGIN.items():
            own = found[found["rule"].eq(rule) & found["origin"].eq(origin)]
            if len(own):
                cleared = int(own["outcome"].eq("cleared").sum())
                words = Word(f"已消除 {cleared}", f"{cleared} cleared")
                yield _Line(Word(f"{rule} {word.zh}", f"{rule}, {word.en}"), len(own), words=words)


def _chosen(plan: Plan) -> Iterator[_Line]:
    yield _Line(Word("候选措施", "candidate measures"), len(plan.choices))
    yield _Line(Word("已校核措施组合", "sets of measures verified"), plan.record.verified_sets)
    yield _Line(Word("选用措施", "measures chosen"), int(plan.choices["chosen"].sum()))
    for zh, en, name in (
        ("选用措施费用", "cost of what was chosen", "cost_yuan"),
        ("其中存量问题所需", "of which for existing deficits", "existing_cost_yuan"),
        ("其中负荷增长所增", "of which added by growth", "growth_cost_yuan"),
        ("其中新报装所增", "of which added by connections", "connection_cost_yuan"),
    ):
        yield _Line(Word(zh, en), float(plan.feeders[name].sum()), "CNY")


def _projects(plan: Plan) -> Iterator[_Line]:
    yield _Line(Word("项目", "projects"), len(plan.projects))
    for code, word in BUDGET_STATE.items():
        own = plan.projects[plan.projects["budget_state"].eq(code)]
        if len(own):
            yield _Line(Word(f"预算：{word.zh}", f"budget: {word.en}"), len(own), words=_ids(own))
    for code, word in PLAN_STATE.items():
        own = plan.programme[plan.programme["state"].eq(code)]
        if len(own):
            yield _Line(Word(f"计划：{word.zh}", f"programme: {word.en}"), len(own), words=_ids(own))
    if len(plan.unscheduled):
        item = Word("未排入工程计划", "not in the programme")
        yield _Line(item, len(plan.unscheduled), words=_ids(plan.unscheduled))
    yield _Line(Word("停电次数", "outages"), len(plan.outages))
    shared = int(plan.outages["project_count"].gt(1).sum())
    yield _Line(Word("其中多项目共用", "of which shared by projects"), shared)


def _claims(claims: pd.DataFrame) -> Iterator[_Line]:
    if claims.empty:
        yield _Line(Word("核验", "verification"), words=Word("尚未核验", "not verified yet"))
        return
    holds = claims["holds"]
    for item, count in (
        (Word("核验成立", "claims that hold"), holds.eq(True).sum()),
        (Word("核验不成立", "claims that are broken"), holds.eq(False).sum()),
        (Word("核验结果未知", "claims not known"), holds.isna().sum()),
    ):
        yield _Line(item, int(count))


def _ids(frame: pd.DataFrame) -> Word:
    """Some ids in a cell; all of them are on their own sheet."""
    ids = [str(one) for one in frame["project_id"]]
    more = " …" if len(ids) > 12 else ""
    return Word("、".join(ids[:12]) + more, ", ".join(ids[:12]) + more)
