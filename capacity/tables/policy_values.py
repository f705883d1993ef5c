"""The policy values a run's manifest records by name: how to find one, and what it is called."""

from __future__ import annotations

from collections.abc import Mapping

from capacity.tables.words import Word

POLICY_VALUE = {
    "may_initiate": Word("P3 可立项：设备最高负载率 ≥（%）", "P3 a project may be initiated: max load rate ≥ (%)"),
    "must_initiate": Word(
        "P4 必须立项和出库：最高负载率 ≥（%）", "P4 a project must be initiated: max load rate ≥ (%)"
    ),
    "pre_control": Word("P5 预管控：允许接入容量合计 <（kVA）", "P5 pre-control: sum of allowed capacity < (kVA)"),
    "connection": Word("P6 报装接入后预计负载率 >（%）", "P6 expected load rate after a connection > (%)"),
    "window_months": Word("P1 统计窗口（月）", "P1 window before the as-of date (months)"),
    "coverage_min_percent": Word("P1 数据完整率下限（%）", "P1 coverage below which data are insufficient (%)"),
    "heavy_percent": Word("P2 重载门槛（%）", "P2 heavy load from (%)"),
    "overload_percent": Word("P2 过载门槛（%）", "P2 overload from (%)"),
    "sustained_hours": Word("P2 持续时间门槛（h）", "P2 a run of at least this long counts (h)"),
    "transformer_limit_percent": Word("P7 配变允许负载率 k（%）", "P7 transformer limit, the factor k (%)"),
    "energised_reserves_days": Word(
        "P7 送电后读数满此天数前仍占用（天）", "P7 an energised application reserves until readings cover (days)"
    ),
    "lv_line_limit_percent": Word("P9 低压线路允许负载率（%）", "P9 LV conductor limit (%)"),
    "section_limit_percent": Word("P9 10千伏区段允许负载率（%）", "P9 10 kV section limit (%)"),
    "substation_limit_percent": Word("P9 主变允许负载率（%）", "P9 substation transformer limit (%)"),
    "existing_violation_epsilon_percent": Word(
        "P9 他处已有过载允许的加重量（百分点）",
        "P9 how much worse a load rate above its limit elsewhere may get (points)",
    ),
    "search_ceiling_kva": Word("P9 节点容量搜索上限（kVA）", "P9 capacity at a node is not sought beyond (kVA)"),
    "existing_violation_epsilon_pu": Word(
        "P9 他处已有越限允许加重量（pu）", "P9 epsilon for a broken limit elsewhere (pu)"
    ),
}
"""Words for the names of policy values, with rule and unit; other names are shown as they are."""


def policy_value(values: Mapping[str, float], name: str) -> float | None:
    """The policy value called ``name`` (bare or after a prefix such as ``triggers.``), or None where not recorded."""
    for key, value in values.items():
        if key == name or key.endswith(f".{name}"):
            return value
    return None


def policy_word(name: str) -> Word:
    """The words for the name of a policy value, else the name itself."""
    bare = name.rsplit(".", 1)[-1]
    return POLICY_VALUE.get(bare, Word(name, ""))
