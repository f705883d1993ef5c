"""What can be wrong with a scenario: in its file, and against the case it is laid over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from capacity.case.derived.graph import names, table
from capacity.case.issues import problem, quoted
from capacity.tables.case import Case
from capacity.tables.inputs.profiles import TIMESTAMP
from capacity.tables.issue import Issue
from capacity.tables.scenario import Scenario


def unknown_ids(case: Case, scenario: Scenario) -> list[Issue]:
    """Every id of the scenario that the case does not have exactly once, and every impossible combination."""
    net = case.net
    nodes, trafos = names(table(net, "bus"), "bus"), names(table(net, "trafo"), "trafo")
    switches, loads = names(table(net, "switch"), "switch"), set(names(table(net, "load"), "load"))
    issues: list[Issue] = []
    for point in scenario.point_loads:
        if (point.node_id is None) == (point.transformer_id is None):
            issues.append(_place_of(point.load_id, scenario))
        if point.load_id in loads:
            issues.append(_taken(point.load_id, scenario))
        if point.profile is not None and (point.profile == TIMESTAMP or point.profile not in case.profiles.columns):
            issues += _missing("profile", "曲线", "point_loads", [point.profile], (), scenario)
    points = scenario.point_loads
    issues += _missing("node", "节点", "point_loads", [p.node_id for p in points if p.node_id], nodes, scenario)
    wanted = [p.transformer_id for p in points if p.transformer_id]
    issues += _missing("transformer", "配变", "point_loads", wanted, trafos, scenario)
    issues += _missing("switch", "开关", "switches", [s.switch_id for s in scenario.switches], switches, scenario)
    changed = [change.transformer_id for change in scenario.transformers]
    issues += _missing("transformer", "配变", "transformers", changed, trafos, scenario)
    types = [change.std_type for change in scenario.transformers if change.std_type]
    issues += _missing("standard type", "标准型号", "transformers", types, net.std_types["trafo"], scenario)
    return issues


def _missing(
    what_en: str, what_zh: str, field: str, wanted: Iterable[str], known: Iterable[str], scenario: Scenario
) -> list[Issue]:
    count = Counter(list(known))
    wanted = list(dict.fromkeys(wanted))
    absent = [one for one in wanted if count[one] == 0]
    several = [one for one in wanted if count[one] > 1]
    issues = []
    if absent:
        issues.append(
            _problem(
                scenario,
                "unknown_id",
                field,
                absent,
                f"The case has no {what_en} {quoted(absent)}; correct the id.",
                f"案例中没有{what_zh} {quoted(absent)}，请更正编号。",
            )
        )
    if several:
        issues.append(
            _problem(
                scenario,
                "ambiguous_id",
                field,
                several,
                f"The case has more than one {what_en} called {quoted(several)}; give them different names.",
                f"案例中有多个{what_zh}名为 {quoted(several)}，请改为不同的名称。",
            )
        )
    return issues


def _place_of(load_id: str, scenario: Scenario) -> Issue:
    return _problem(
        scenario,
        "point_load_place",
        "point_loads",
        [load_id],
        f"The point load '{load_id}' needs either a node_id or a transformer_id, exactly one of them.",
        f"点负荷“{load_id}”必须且只能填写 node_id 或 transformer_id 之一。",
    )


def _taken(load_id: str, scenario: Scenario) -> Issue:
    return _problem(
        scenario,
        "duplicate_id",
        "point_loads",
        [load_id],
        f"The case already has a load called '{load_id}'; choose another load_id.",
        f"案例中已有名为“{load_id}”的负荷，请更换 load_id。",
    )


def _problem(scenario: Scenario, check: str, field: str, ids: list[str], en: str, zh: str) -> Issue:
    return problem("error", f"scenario.{check}", f"{scenario.name}.yaml", en, zh, column=field, ids=ids)


def doubled_ids(path: Path, scenario: Scenario) -> list[Issue]:
    """Ids that one of the scenario's lists names twice."""
    lists = {
        "point_loads": [point.load_id for point in scenario.point_loads],
        "switches": [change.switch_id for change in scenario.switches],
        "transformers": [change.transformer_id for change in scenario.transformers],
    }
    issues = []
    for field, ids in lists.items():
        doubled = [one for one, times in Counter(ids).items() if times > 1]
        if doubled:
            issues.append(
                problem(
                    "error",
                    "scenario.duplicate_id",
                    path.name,
                    f"'{field}' names {quoted(doubled)} more than once; keep one entry each.",
                    f"“{field}”中 {quoted(doubled)} 重复出现，请各保留一条。",
                    column=field,
                    ids=doubled,
                )
            )
    return issues


def field_problem(path: Path, error: Any) -> Issue:
    """What pydantic found wrong with one field."""
    place = ".".join(str(part) for part in error["loc"])
    value = error.get("input")
    shown = "" if error["type"] == "missing" or isinstance(value, dict | list) else f" (found {value!r})"
    return problem(
        "error",
        "scenario.field",
        path.name,
        f"'{place}': {error['msg']}{shown}; correct it.",
        f"“{place}”不符合要求：{error['msg']}{shown}，请更正。",
        column=place,
    )


def file_problem(path: Path, en: str, zh: str) -> Issue:
    """Why the file as a whole cannot be read."""
    return problem(
        "error",
        "scenario.file",
        path.name,
        f"The scenario file '{path.name}' cannot be read: {en}.",
        f"情景文件“{path.name}”无法读取：{zh}。",
    )
