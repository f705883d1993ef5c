"""Hand-kept tables: customers, applications, projects, outages, exclusions and dates that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from capacity.checks.facts import Check, Facts
from capacity.checks.kinds import FILES, Kind, names_en, names_zh
from capacity.tables.issue import Issue

TOO_FEW_CUSTOMERS = Kind(
    "records.customer_count",
    "warning",
    "customer_count below the number of customers listed for the transformer",
    "customer_count 小于 customers.csv 所列户数",
    "Correct customer_count: it decides what may be published (P23).",
    "请更正户数：它决定能否对外公布（P23）。",
    "lower_accuracy",
)
UNASSIGNED = Kind(
    "records.application_unassigned",
    "warning",
    "open applications (received, offered, accepted) without a transformer and without a node that one supplies",
    "未分配配变、也无配变供电接入点的在办申请（已受理、已答复、已批）",
    "Assign a transformer; until then they reserve nothing.",
    "请分配配变；分配前不预留容量。",
    "not_counted",
)
AT_DEDICATED = Kind(
    "records.application_at_dedicated",
    "warning",
    "open applications at a dedicated transformer",
    "接于专变的在办申请",
    "Check the transformer: dedicated ones count towards no area, so this reserves nothing in P7.",
    "请核对配变：专变不计入网格，该申请在 P7 中不预留容量。",
    "not_counted",
)
PROJECT_OVERDUE = Kind(
    "records.project_overdue",
    "warning",
    "projects planned or running whose commissioning date lies before the as-of date",
    "投产日期早于基准日而未完成的项目",
    "Set the status to done, or enter the new date; its capacity is not counted as present.",
    "请将状态改为 done 或更新日期；其容量不视为已投产。",
    "not_counted",
)
WRONG_ORDER = Kind(
    "records.wrong_order",
    "warning",
    "intervals that end before they begin: outages, exclusions, valid_from and valid_to",
    "止早于起的时段：停电、剔除、启用与停用日期",
    "Correct the two dates.",
    "请更正起止日期。",
    "lower_accuracy",
)
OUTAGES_OVERLAP = Kind(
    "records.outages_overlap",
    "warning",
    "outages of one feeder that overlap",
    "同一线路相互重叠的停电记录",
    "Merge them or correct their times; P19 counts each row as one outage.",
    "请合并或更正时间；P19 按行计次。",
    "lower_accuracy",
)
KINDS = (TOO_FEW_CUSTOMERS, UNASSIGNED, AT_DEDICATED, PROJECT_OVERDUE, WRONG_ORDER, OUTAGES_OVERLAP)

OPEN_STATUSES = ("received", "offered", "accepted")


def customer_counts(facts: Facts) -> Iterator[Issue]:
    """Transformers with more customers listed than counted, one issue in all."""
    listed = facts.case.customers["transformer_id"].dropna().astype(str).value_counts()
    stated = pd.to_numeric(facts.ledger["customer_count"], errors="coerce").astype("float64")
    stated.index = stated.index.astype(str)
    listed = listed.reindex(stated.index).fillna(0)
    found = [str(t) for t in stated.index[stated < listed]]
    if found:
        first = found[0]
        yield TOO_FEW_CUSTOMERS.issue(
            "transformers",
            "customer_count",
            found,
            f"{len(found)} transformers count fewer customers than are listed ({names_en(found)}), "
            f"e.g. {first}: {stated[first]:g} counted, {listed[first]:g} listed.",
            f"{len(found)} 台配变的户数少于用户清单（{names_zh(found)}），"
            f"例如 {first}：填报 {stated[first]:g}，清单 {listed[first]:g}。",
            facts.areas_of(found),
        )


def applications(facts: Facts) -> Iterator[Issue]:
    """Open applications that reserve nothing, one issue per reason."""
    table = facts.case.applications
    pending = table[table["status"].isin(OPEN_STATUSES)]
    at_node = pending["node_id"].astype(object).map(facts.node_ids).map(facts.transformer_of_bus)
    unassigned = pending["transformer_id"].isna() & at_node.isna()
    dedicated = {str(t) for t in facts.ledger.index[facts.ledger["ownership"].eq("dedicated").fillna(False)]}
    at_dedicated = pending["transformer_id"].astype(object).map(lambda t: str(t) in dedicated).astype(bool)
    for kind, rows, en, zh in (
        (UNASSIGNED, pending[unassigned], "have no transformer", "未分配配变"),
        (AT_DEDICATED, pending[at_dedicated], "stand at a dedicated transformer", "接于专变"),
    ):
        if len(rows):
            found = list(rows["application_id"].astype(str))
            total_kw = float(pd.to_numeric(rows["p_kw"], errors="coerce").sum())
            yield kind.issue(
                "applications",
                "transformer_id",
                found,
                f"{len(found)} applications over {total_kw:g} kW {en} ({names_en(found)}).",
                f"{len(found)} 份申请共 {total_kw:g} kW {zh}（{names_zh(found)}）。",
                facts.areas_of(rows["transformer_id"].dropna()),
            )


def projects(facts: Facts) -> Iterator[Issue]:
    """Projects that should be done, one issue in all."""
    table = facts.case.projects
    as_of = pd.Timestamp(facts.case.settings.as_of)
    late = table[table["status"].isin(("planned", "running")) & (pd.to_datetime(table["commissioning_date"]) < as_of)]
    if len(late):
        found = list(late["project_id"].astype(str))
        areas = late["area_ids"].dropna().astype(str).str.split(";").explode().str.strip()
        yield PROJECT_OVERDUE.issue(
            "projects",
            "commissioning_date",
            found,
            f"{len(found)} projects are past their commissioning date but not done ({names_en(found)}), "
            f"the first was due on {late['commissioning_date'].iloc[0]:%Y-%m-%d}.",
            f"{len(found)} 个项目已过投产日期但未完成（{names_zh(found)}），"
            f"首个应于 {late['commissioning_date'].iloc[0]:%Y-%m-%d} 投产。",
            [a for a in areas if a],
        )


def orders(facts: Facts) -> Iterator[Issue]:
    """Intervals that end before they begin, one issue per table."""
    for name, key, start, end in (
        ("outages", "feeder_id", "start", "end"),
        ("exclusions", "transformer_id", "from", "to"),
        ("transformers", "transformer_id", "valid_from", "valid_to"),
    ):
        table = getattr(facts.case, name)
        wrong = table[pd.to_datetime(table[end]) < pd.to_datetime(table[start])]
        if len(wrong):
            first, found = wrong.iloc[0], list(wrong[key].astype(str))
            areas = facts.areas_of_feeders(found) if name == "outages" else facts.areas_of(found)
            yield WRONG_ORDER.issue(
                name,
                end,
                found,
                f"{len(wrong)} rows of {FILES[name]} end before they begin ({names_en(found)}), e.g. {first[key]} from "
                f"{first[start]:%Y-%m-%d %H:%M} to {first[end]:%Y-%m-%d %H:%M}.",
                f"{FILES[name]} 有 {len(wrong)} 行止早于起（{names_zh(found)}），例如 {first[key]} 自 "
                f"{first[start]:%Y-%m-%d %H:%M} 至 {first[end]:%Y-%m-%d %H:%M}。",
                areas,
            )


def outages(facts: Facts) -> Iterator[Issue]:
    """Outages that overlap, one issue in all."""
    table = facts.case.outages.dropna(subset=["feeder_id", "start"])
    if table.empty:
        return
    table = table.assign(end=pd.to_datetime(table["end"]).fillna(pd.Timestamp.max)).sort_values(["feeder_id", "start"])
    latest = table.groupby("feeder_id")["end"].cummax().groupby(table["feeder_id"]).shift()
    inside = table[table["start"] < latest]
    if len(inside):
        first, found = inside.iloc[0], list(inside["feeder_id"].astype(str))
        yield OUTAGES_OVERLAP.issue(
            "outages",
            "start",
            found,
            f"{len(inside)} outages begin before an earlier one of the same feeder has ended ({names_en(found)}), "
            f"e.g. {first['feeder_id']} on {first['start']:%Y-%m-%d %H:%M}.",
            f"{len(inside)} 次停电在同一线路前一次结束前开始（{names_zh(found)}），"
            f"例如 {first['feeder_id']}，{first['start']:%Y-%m-%d %H:%M}。",
            facts.areas_of_feeders(found),
        )


CHECKS: tuple[Check, ...] = (customer_counts, applications, projects, orders, outages)
