"""Ids that are missing, given twice, or cannot be told apart in a list of ids."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from capacity.checks.facts import CARRIERS, Check, Facts, element_names
from capacity.checks.kinds import FILES, Kind, names_en, names_zh
from capacity.tables.issue import Issue

KEYS = {
    "areas": "area_id",
    "substations": "substation_id",
    "feeders": "feeder_id",
    "transformers": "transformer_id",
    "customers": "customer_id",
    "applications": "application_id",
    "projects": "project_id",
}
SEPARATOR = "[;\\r\\n]"
"""What stands between ids wherever a table has several in one cell, and between rows."""
ATTACHED = ("load", "sgen", "gen", "ext_grid", "switch")
"""Tables of the network whose names serve profiles and scenarios only."""

MISSING = Kind(
    "ids.missing",
    "error",
    "rows of a table without their id",
    "缺少编号的行",
    "Give each row its id.",
    "请为每行填写编号。",
)
DUPLICATE = Kind(
    "ids.duplicate",
    "error",
    "ids given to more than one row of their table",
    "同一表中重复的编号",
    "Give each row an id of its own, or delete the surplus rows.",
    "请使编号唯一，或删除多余的行。",
)
DUPLICATE_ELEMENT = Kind(
    "ids.duplicate_element",
    "error",
    "buses, lines or transformers of the network that share a name",
    "网络中同名的母线、线路或变压器",
    "Rename them: the name is the id used everywhere.",
    "请改名：名称即各处使用的编号。",
)
UNNAMED_ELEMENT = Kind(
    "ids.unnamed_element",
    "warning",
    "buses, lines or transformers of the network without a name",
    "网络中没有名称的母线、线路或变压器",
    "Name them; until then they are called by table and index.",
    "请命名；命名前以表名加序号代替。",
    "assumed",
)
DUPLICATE_ATTACHED = Kind(
    "ids.duplicate_attached",
    "warning",
    "loads, generators, external grids or switches that share a name",
    "网络中同名的负荷、电源、外部电网或开关",
    "Rename them: a scenario or a profile that names one of them would mean all of them.",
    "请改名：场景或负荷曲线引用该名称时将同时指向所有同名元件。",
    "lower_accuracy",
)
SEPARATOR_IN_ID = Kind(
    "ids.separator",
    "error",
    "ids, and names of buses, lines, transformers and switches, with a semicolon or a line break in them",
    "含分号或换行的编号，以及母线、线路、变压器、开关名称",
    "Rename them wherever they stand: tables of plans and results separate ids by semicolons.",
    "请在所有出现处改名：规划和结果表以分号分隔多个编号。",
)
KINDS = (
    MISSING,
    DUPLICATE,
    DUPLICATE_ELEMENT,
    UNNAMED_ELEMENT,
    DUPLICATE_ATTACHED,
    SEPARATOR_IN_ID,
)


def keys(facts: Facts) -> Iterator[Issue]:
    """Missing and duplicate ids, one issue per table."""
    for name, key in KEYS.items():
        column = getattr(facts.case, name)[key].reset_index(drop=True)
        rows = [n + 2 for n in np.flatnonzero(column.isna() | (column.astype(str) == ""))]
        lacking = [f"row {row}" for row in rows]
        if lacking:
            yield MISSING.issue(
                name,
                key,
                lacking,
                f"{len(lacking)} rows of {FILES[name]} have no {key} ({names_en(lacking)}).",
                f"{FILES[name]} 有 {len(lacking)} 行缺少 {key}（{names_zh([f'第 {row} 行' for row in rows])}）。",
            )
        twice = sorted(column[column.notna() & column.duplicated()].astype(str).unique())
        if twice:
            yield DUPLICATE.issue(
                name,
                key,
                twice,
                f"{len(twice)} values of {key} stand in more than one row of {FILES[name]} ({names_en(twice)}).",
                f"{FILES[name]} 中有 {len(twice)} 个 {key} 重复（{names_zh(twice)}）。",
                facts.areas_of(twice) if name == "transformers" else twice if name == "areas" else (),
            )


def element_ids(facts: Facts) -> Iterator[Issue]:
    """Names of the network's elements, one issue per table."""
    for name in (*CARRIERS, *ATTACHED):
        table = facts.case.net[name]
        named = (table["name"].notna() & (table["name"].astype(str) != "")).to_numpy(dtype=bool)
        texts = table["name"].astype(str)
        twice = sorted(texts[named & texts.where(named).duplicated().to_numpy()].unique())
        kind = DUPLICATE_ELEMENT if name in CARRIERS else DUPLICATE_ATTACHED
        if twice:
            yield kind.issue(
                f"net.{name}",
                "name",
                twice,
                f"{len(twice)} names in net.{name} belong to several elements ({names_en(twice)}).",
                f"net.{name} 中有 {len(twice)} 个名称重复（{names_zh(twice)}）。",
            )
        if name in CARRIERS and not named.all():
            lacking = element_names(table, ~named)
            yield UNNAMED_ELEMENT.issue(
                f"net.{name}",
                "name",
                lacking,
                f"{len(lacking)} elements of net.{name} have no name ({names_en(lacking)}).",
                f"net.{name} 有 {len(lacking)} 个元件没有名称（{names_zh(lacking)}）。",
            )


def separators(facts: Facts) -> Iterator[Issue]:
    """Ids that a list of ids would fall apart at, one issue per table."""
    tables = {name: (getattr(facts.case, name)[key].reset_index(drop=True), key) for name, key in KEYS.items()}
    net = {f"net.{name}": (facts.case.net[name]["name"], "name") for name in (*CARRIERS, "switch")}
    for table, (column, key) in (tables | net).items():
        ids = column.astype("string")
        ids = ids[ids.str.contains(SEPARATOR, na=False)]
        if ids.empty:
            continue
        named = [f"index {at}: {name!r}" if table in net else f"row {at + 2}: {name!r}" for at, name in ids.items()]
        zh = [f"序号 {at}：{name!r}" if table in net else f"第 {at + 2} 行：{name!r}" for at, name in ids.items()]
        file = FILES.get(table, table)
        yield SEPARATOR_IN_ID.issue(
            table,
            key,
            ids,
            f"{len(ids)} values of {key} in {file} contain a semicolon or a line break ({names_en(named)}).",
            f"{file} 中有 {len(ids)} 个 {key} 含分号或换行（{names_zh(zh)}）。",
            facts.areas_of(ids) if table == "transformers" else ids if table == "areas" else (),
        )


CHECKS: tuple[Check, ...] = (
    keys,
    element_ids,
    separators,
)
