"""What can be wrong with a scenario: in its file, and against the case it is laid over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from capacity.case.derived.graph import names, table
from capacity.case.issues import problem, quoted
from capacity.case.scenarios.change_problems import changes_fit
from capacity.case.scenarios.shapes import devices_of
from capacity.tables.case import Case
from capacity.tables.inputs.profiles import TIMESTAMP
from capacity.tables.issue import Issue
from capacity.tables.scenario import CLEAR_SKY, Scenario


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
    issues += changes_fit(case, scenario.name, scenario.changes)
    return issues + _of_the_future(case, scenario, nodes, trafos)


def _of_the_future(case: Case, scenario: Scenario, nodes: Iterable[str], trafos: Iterable[str]) -> list[Issue]:
    """What prospects, adoption and control name, and policy values are checked where the policy is known."""
    prospects = scenario.prospects
    placeless = [one.prospect_id for one in prospects if (one.node_id is None) == (one.transformer_id is None)]
    issues = [_place_of(one, scenario, "prospects") for one in placeless]
    issues += _missing("node", "节点", "prospects", [p.node_id for p in prospects if p.node_id], nodes, scenario)
    wanted = [p.transformer_id for p in prospects if p.transformer_id]
    issues += _missing("transformer", "配变", "prospects", wanted, trafos, scenario)
    devices = devices_of(scenario)
    named = [adoption.device for adoption in scenario.adoption]
    issues += _missing("device", "设备", "adoption", named, devices, scenario)
    controlled = [control.device for control in scenario.control if control.device]
    issues += _missing("device", "设备", "control", controlled, devices, scenario)
    columns = [name for name in case.profiles.columns if name != TIMESTAMP]
    for field, profiles in (
        ("prospects", [p.profile for p in prospects if p.profile]),
        ("devices", [devices[name].profile for name in named if name in devices]),
        ("control", [control.profile for control in scenario.control]),
    ):
        known = [name for name in profiles if name and name != CLEAR_SKY]
        issues += _missing("profile", "曲线", field, known, columns, scenario)
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


def _place_of(load_id: str, scenario: Scenario, field: str = "point_loads") -> Issue:
    what_en, what_zh = ("point load", "点负荷") if field == "point_loads" else ("prospect", "潜在用户")
    return _problem(
        scenario,
        "point_load_place",
        field,
        [load_id],
        f"The {what_en} '{load_id}' needs either a node_id or a transformer_id, exactly one of them.",
        f"{what_zh}“{load_id}”必须且只能填写 node_id 或 transformer_id 之一。",
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
        "prospects": [prospect.prospect_id for prospect in scenario.prospects],
        "devices": [device.name for device in scenario.devices],
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


MEANT_ZH = {
    "missing": "缺少该必填项",
    "extra_forbidden": "没有这个字段，请删除或更正拼写",
    "greater_than": "须大于 {gt}",
    "greater_than_equal": "须不小于 {ge}",
    "less_than": "须小于 {lt}",
    "less_than_equal": "须不大于 {le}",
    "finite_number": "须为有限数值",
    "literal_error": "只能取 {expected}",
    "string_type": "须为文本",
    "string_pattern_mismatch": "须符合格式 {pattern}",
    "float_type": "须为数值",
    "float_parsing": "须为数值",
    "int_type": "须为整数",
    "int_parsing": "须为整数",
    "int_from_float": "须为整数",
    "bool_type": "须为 true 或 false",
    "bool_parsing": "须为 true 或 false",
    "date_type": "须为日期，例如 2028-06-01",
    "date_from_datetime_parsing": "须为日期，例如 2028-06-01",
    "date_from_datetime_inexact": "须为日期，不带时刻，例如 2028-06-01",
    "tuple_type": "须为列表",
    "dict_type": "须为“键: 值”的表",
    "model_type": "须为“键: 值”的表",
    "too_short": "至少需要 {min_length} 项",
    "union_tag_invalid": "kind 只能取 {expected_tags}",
    "union_tag_not_found": "缺少 kind（变更类型）",
}
"""What pydantic's kinds of error mean; another kind is told in its own words."""


def field_problem(path: Path, error: Any) -> Issue:
    """What pydantic found wrong with one field."""
    place = ".".join(str(part) for part in error["loc"]) or path.name
    value, facts = error.get("input"), error.get("ctx", {})
    shown = "" if error["type"] == "missing" or isinstance(value, dict | list | tuple) else f" (found {value!r})"
    zh = facts.get("zh") or MEANT_ZH.get(error["type"], error["msg"]).format_map(_Facts(facts))
    return problem(
        "error",
        "scenario.field",
        path.name,
        f"'{place}': {error['msg']}{shown}; correct it.",
        f"“{place}”不符合要求：{zh}{shown.replace('found', '现为')}，请更正。",
        column=place,
    )


class _Facts(dict[str, Any]):
    """The facts of an error; what it does not state is left open."""

    def __missing__(self, key: str) -> str:
        return "…"


def file_problem(path: Path, en: str, zh: str) -> Issue:
    """Why the file as a whole cannot be read."""
    return problem(
        "error",
        "scenario.file",
        path.name,
        f"The scenario file '{path.name}' cannot be read: {en}.",
        f"情景文件“{path.name}”无法读取：{zh}。",
    )
