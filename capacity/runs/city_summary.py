"""A city for people: how it went, its areas by status, its members; CSV files that Excel opens, zh and en."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from capacity.runs.cells import UNKNOWN
from capacity.runs.sheets import SYNTHETIC
from capacity.tables.city_run import CityManifest, MemberFacts
from capacity.tables.words import AREA_CLASS, STATUS, Word

OVERVIEW_CSV, AREAS_CSV, MEMBERS_CSV = "overview.csv", "areas_by_status.csv", "members.csv"
STATE = {
    "computed": Word("已计算", "computed"),
    "kept": Word("沿用已有结果", "kept"),
    "failed": Word("失败", "FAILED"),
}
YES, NO = "是 yes", "否 no"
UNPLACED = "— not energised"


def write_summaries(manifest: CityManifest, folder: Path) -> None:
    """The three files, from the manifest and the tables ``areas`` and ``feeders`` that lie in ``folder``."""
    areas = pd.read_parquet(folder / "areas.parquet", columns=["area_id", "area_class", "feeder_ids", "status"])
    feeders = pd.read_parquet(folder / "feeders.parquet", columns=["feeder_id", "substation_id"])
    substations = pd.read_parquet(folder / "substations.parquet", columns=["substation_id", "name"])
    _write(folder / OVERVIEW_CSV, ("项目 item", "值 value"), _overview(manifest, areas))
    headings = ("变电站 substation", "名称 name", "区域类别 class", "网格数 areas", *map(both, STATUS.values()))
    _write(folder / AREAS_CSV, headings, _by_status(areas, feeders, substations))
    _write(folder / MEMBERS_CSV, [heading for heading, _ in _MEMBER_COLUMNS], map(_member, manifest.members))


def both(word: Word) -> str:
    """A word in both languages."""
    return f"{word.zh} {word.en}"


def _overview(manifest: CityManifest, areas: pd.DataFrame) -> Iterable[tuple[object, object]]:
    yield "城市 city", f"{manifest.title_zh} {manifest.title_en}"
    if manifest.synthetic:
        yield "合成 synthetic", SYNTHETIC
    yield "截止日期 as of", manifest.as_of
    yield "完整 complete", YES if manifest.complete else NO
    for failed in manifest.failed:
        yield f"未计入的成员 member left out: {failed.member}", f"{failed.problem_zh} {failed.problem_en}"
    yield "成员 members", len(manifest.members)
    counts = areas["status"].value_counts()
    for key, word in STATUS.items():
        yield f"网格 areas: {both(word)}", int(counts.get(key, 0))
    yield "配变 transformers", manifest.rows["transformers"]
    yield "低压节点 LV nodes", manifest.rows["nodes"]
    yield "节点允许接入容量 node capacity (P9)", YES if manifest.options.node_capacity else NO
    yield "发电接入容量 generation", YES if manifest.options.generation else NO
    yield "预警 alerts", manifest.rows["alerts"]
    yield "潮流步数 load-flow steps", manifest.steps_total
    yield "不收敛步数 steps failed", manifest.steps_failed
    yield "与 pandapower 核对步数 steps checked against pandapower", manifest.crosscheck_steps
    yield "核对一致 check passed", _answer(manifest.crosscheck_passed)
    yield "抽样核验节点 node figures put to the test", manifest.verification_nodes
    yield "其中偏大 of them too large", manifest.verification_false_open
    yield "其中偏小 of them too small", manifest.verification_false_blocked
    yield "规则 policy", manifest.policy
    yield "程序 program", manifest.program
    yield "完成时间 finished", f"{manifest.created_at:%Y-%m-%d %H:%M} UTC"


def _answer(passed: bool | None) -> str:
    return UNKNOWN if passed is None else YES if passed else NO


def _by_status(areas: pd.DataFrame, feeders: pd.DataFrame, substations: pd.DataFrame) -> Iterable[tuple[object, ...]]:
    """Areas per substation (that of an area's first feeder) and class; a total at the end."""
    of_feeder = feeders.dropna().set_index("feeder_id")["substation_id"]
    name_of = substations.set_index("substation_id")["name"]
    substation = areas["feeder_ids"].str.split(";").str[0].map(of_feeder).fillna(UNPLACED)
    for (one, area_class), group in areas.groupby([substation, "area_class"], sort=True):
        yield one, name_of.get(one, ""), both(AREA_CLASS[area_class]), *_counts(group["status"])
    yield "合计 total", "", "", *_counts(areas["status"])


def _counts(status: pd.Series) -> tuple[int, ...]:
    count = Counter(status)
    return len(status), *(count[key] for key in STATUS)


_MEMBER_COLUMNS: tuple[tuple[str, str], ...] = (
    ("成员 member", "member"),
    ("状态 state", "state"),
    ("问题 problem (zh)", "problem_zh"),
    ("问题 problem (en)", "problem_en"),
    ("潮流步数 steps", "steps_total"),
    ("不收敛步数 steps failed", "steps_failed"),
    ("核对步数 steps checked against pandapower", "crosscheck_steps"),
    ("最大电压差 largest ΔV, pu", "crosscheck_delta_voltage_pu"),
    ("最大负载率差 largest Δ load rate, %", "crosscheck_delta_loading_percent"),
    ("核对一致 check passed", "crosscheck_passed"),
    ("核验节点 nodes verified", "verification.nodes"),
    ("偏大 false-open", "verification.false_open"),
    ("偏小 false-blocked", "verification.false_blocked"),
    ("网格 areas", "rows.areas"),
    ("配变 transformers", "rows.transformers"),
    ("低压节点 LV nodes", "rows.nodes"),
    ("预警 alerts", "rows.alerts"),
    ("用时 time, s", "wall_time_s"),
)


def _member(facts: MemberFacts) -> list[object]:
    row = facts.model_dump()
    return [_cell(row, key, failed=facts.state == "failed") for _, key in _MEMBER_COLUMNS]


def _cell(row: dict[str, object], key: str, *, failed: bool) -> object:
    """A fact; empty where the member failed and nothing is known."""
    first, _, second = key.partition(".")
    value = row[first]
    if second:
        value = value.get(second) if isinstance(value, dict) else None
    if key == "state":
        return both(STATE[str(value)])
    if key in ("member", "problem_zh", "problem_en"):
        return value
    if failed or value is None:
        return ""
    return _answer(value) if isinstance(value, bool) else value


def _write(path: Path, headings: Sequence[object], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows([_no_formula(cell) for cell in row] for row in rows)


def _no_formula(cell: object) -> object:
    """Excel takes a text that begins like a formula for one."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@")) else cell
