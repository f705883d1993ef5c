"""Why a value moved between two runs: sentences built from the facts that differ, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from capacity.tables.inputs.applications import reserving
from capacity.tables.policy_values import policy_word
from capacity.tables.run import Run
from capacity.tables.words import APPLICATION_STATUS, CRITERION, REASON, SHAPE, SOURCE, STATUS, Word

_MOST_FACTS = 4
_TOLERANCE = 1e-6
"""Relative: what differs by less is the solver's last digit, not a change."""


@dataclass(frozen=True)
class Fact:
    """One thing that differs, with the size of its effect (kVA, or an order of importance) for sorting."""

    weight: float
    zh: str
    en: str


def sentence(facts: Iterable[Fact], otherwise: Fact) -> Word:
    """The weightiest facts as one sentence per language; ``otherwise`` where there is none."""
    ranked = sorted(facts, key=lambda fact: -fact.weight) or [otherwise]
    more = len(ranked) - _MOST_FACTS
    zh = "；".join(fact.zh for fact in ranked[:_MOST_FACTS]) + (f"；另有 {more} 项" if more > 0 else "")
    en = "; ".join(fact.en for fact in ranked[:_MOST_FACTS]) + (f"; and {more} more" if more > 0 else "")
    return Word(zh, en)


def differs(before: object, after: object) -> bool:
    """Whether two values differ; missing equals missing, and noise of binary arithmetic is no difference."""
    gone, new = _missing(before), _missing(after)
    if gone or new:
        return gone != new
    if isinstance(before, (int, float)) and isinstance(after, (int, float)):
        return abs(float(before) - float(after)) > _TOLERANCE * max(1.0, abs(float(before)))
    return bool(before != after)


def transformer_facts(
    identity: str, before: pd.Series | None, after: pd.Series | None, runs: tuple[Run, Run]
) -> list[Fact]:
    """What differs at one distribution transformer between two runs."""
    if before is None or after is None:
        zh, en = ("新增", "is new") if before is None else ("已不在台账", "is no longer in the ledger")
        known = after if before is None else before
        assert known is not None
        rated_kva = float(known["rated_kva"])
        return [
            Fact(
                rated_kva,
                f"配变 {identity}（{rated_kva:g} kVA）{zh}",
                f"transformer {identity} ({rated_kva:g} kVA) {en}",
            )
        ]
    facts = []
    if differs(before["in_service"], after["in_service"]):
        zh, en = ("投运", "came into service") if after["in_service"] else ("停运", "went out of service")
        facts.append(Fact(float(after["rated_kva"]), f"配变 {identity} {zh}", f"transformer {identity} {en}"))
    if differs(before["rated_kva"], after["rated_kva"]):
        old, new = before["rated_kva"], after["rated_kva"]
        facts.append(
            Fact(
                abs(new - old),
                f"配变 {identity} 额定容量由 {old:g} 改为 {new:g} kVA",
                f"the rating of transformer {identity} changed from {old:g} to {new:g} kVA",
            )
        )
    facts += _load_facts(identity, before, after)
    if differs(before["reserved_kva"], after["reserved_kva"]):
        facts.append(_reservation_fact(identity, before, after, runs))
    return facts


RELEVANT = {
    "max_loading_percent": ("coverage_min_percent", "window_months"),
    "allowed_sum_kva": ("transformer_limit_percent", "coverage_min_percent", "window_months"),
    "allowed_kva": (
        "transformer_limit_percent", "section_limit_percent", "substation_limit_percent", "lv_line_limit_percent",
        "existing_violation_epsilon_pu", "existing_violation_epsilon_percent", "power_factor", "coverage_min_percent",
        "window_months",
    ),
    "node_kva": (
        "transformer_limit_percent", "section_limit_percent", "substation_limit_percent", "lv_line_limit_percent",
        "existing_violation_epsilon_pu", "existing_violation_epsilon_percent", "search_ceiling_kva", "power_factor",
        "coverage_min_percent", "window_months",
    ),
    "status": (
        "pre_control", "transformer_limit_percent", "section_limit_percent", "substation_limit_percent",
        "existing_violation_epsilon_pu", "existing_violation_epsilon_percent", "coverage_min_percent", "window_months",
    ),
    "alert": ("may_initiate", "must_initiate", "pre_control", "connection", "coverage_min_percent", "window_months"),
}  # fmt: skip
"""The policy values that can move a quantity; a change of any other one is not its cause."""


def general_facts(before: Run, after: Run, quantity: str) -> list[Fact]:
    """What differs for the run as a whole and moves ``quantity``: scenario, policy values, voltage standard."""
    old, new = before.manifest, after.manifest
    facts = []
    if old.scenario != new.scenario:
        was, now = old.scenario, new.scenario
        zh = f"方案由“{was or '现状'}”改为“{now or '现状'}”"
        facts.append(Fact(9e9, zh, f"the scenario changed from '{was or 'none'}' to '{now or 'none'}'"))
    for name, was_value, now_value in changed_items(old.policy_values, new.policy_values):
        if name.rsplit(".", 1)[-1] in RELEVANT[quantity]:
            step = f"{_value(was_value)} → {_value(now_value)}"
            word = policy_word(name)
            facts.append(Fact(8e9, f"政策取值改变（{word.zh}：{step}）", f"policy value changed ({word.en}: {step})"))
    if quantity == "node_kva" and old.node_shape != new.node_shape:
        was_shape, now_shape = _shape(old.node_shape), _shape(new.node_shape)
        zh = f"负荷形状由“{was_shape.zh}”改为“{now_shape.zh}”"
        facts.append(Fact(8e9, zh, f"the shape of the load changed from '{was_shape.en}' to '{now_shape.en}'"))
    if old.voltage_standard != new.voltage_standard and quantity in ("allowed_kva", "node_kva", "status"):
        step = f"{old.voltage_standard} → {new.voltage_standard}"
        facts.append(Fact(7e9, f"电压标准改变（{step}）", f"voltage standard changed ({step})"))
    return facts


def background_facts(before: Run, after: Run) -> list[Fact]:
    """What might explain a move that no element explains: window, input files, program versions."""
    old, new = before.manifest, after.manifest
    facts = []
    if (old.window_start, old.window_end) != (new.window_start, new.window_end):
        facts.append(
            Fact(
                3.0,
                f"统计窗口移至 {new.window_start:%Y-%m-%d} – {new.window_end:%Y-%m-%d}",
                f"the window moved to {new.window_start:%Y-%m-%d} – {new.window_end:%Y-%m-%d}",
            )
        )
    files = ", ".join(name for name, *_ in changed_items(old.input_hashes, new.input_hashes))
    if files:
        facts.append(Fact(2.0, f"输入文件有变：{files}", f"input files changed: {files}"))
    packages = ", ".join(
        f"{name} {was} → {now}" for name, was, now in changed_items(old.package_versions, new.package_versions)
    )
    if packages:
        facts.append(Fact(1.0, f"软件版本有变：{packages}", f"program versions changed: {packages}"))
    return facts


UNEXPLAINED = Fact(0.0, "无记录的输入差异，请报告此情况", "no recorded input differs: please report this")


def area_facts(before: pd.Series, after: pd.Series, of_grid: bool) -> list[Fact]:
    """What differs in the limits of an area itself; ``of_grid`` for the simultaneous figure and the status."""
    facts = []
    if of_grid and (
        differs(before["binding_element"], after["binding_element"])
        or differs(before["binding_criterion"], after["binding_criterion"])
    ):
        old, new = _limit(before), _limit(after)
        facts.append(
            Fact(500.0, f"上级限制由{old.zh}变为{new.zh}", f"the limit above changed from {old.en} to {new.en}")
        )
    if of_grid and differs(before["reason"], after["reason"]) and after["reason"] not in ("ok", ""):
        word = REASON[after["reason"]]
        facts.append(Fact(400.0, word.zh, word.en))
    return facts


def status_word(status: object) -> Word:
    """The words of an area's status; an area that is not in a run has none."""
    return Word("无", "none") if _missing(status) else STATUS[str(status)]


def changed_items(
    before: dict[str, float] | dict[str, str], after: dict[str, float] | dict[str, str]
) -> list[tuple[str, object, object]]:
    """Names whose value differs, is new or is gone, with the values (None: absent)."""
    names = list(dict.fromkeys([*before, *after]))
    return [(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]


def _load_facts(identity: str, before: pd.Series, after: pd.Series) -> list[Fact]:
    old, new = before["smax_import_kva"], after["smax_import_kva"]
    at = after["smax_import_at"]
    coverage = f"{after['coverage_percent']:.0f} %" if not _missing(after["coverage_percent"]) else "—"
    if _missing(old) and _missing(new):
        return []
    if _missing(new):
        return [
            Fact(
                1e6,
                f"配变 {identity} 现数据不足（完整率 {coverage}）",
                f"transformer {identity}: data now insufficient (coverage {coverage})",
            )
        ]
    if _missing(old):
        return [
            Fact(
                1e6,
                f"配变 {identity} 数据恢复，Smax {new:.1f} kVA",
                f"transformer {identity} has sufficient data again, Smax {new:.1f} kVA",
            )
        ]
    facts = []
    if differs(old, new):
        when = "" if _missing(at) else f"{at:%Y-%m-%d %H:%M}"
        facts.append(
            Fact(
                abs(new - old),
                f"配变 {identity} 的 Smax 变动 {new - old:+.1f} kVA，至 {new:.1f} kVA（{when}）",
                f"Smax moved by {new - old:+.1f} kVA on transformer {identity}, to {new:.1f} kVA at {when}",
            )
        )
    if differs(before["source"], after["source"]):
        was, now = SOURCE[before["source"]], SOURCE[after["source"]]
        step = Word(f"{was.zh} → {now.zh}", f"{was.en} → {now.en}")
        facts.append(Fact(1.0, f"配变 {identity} 数据来源：{step.zh}", f"source of transformer {identity}: {step.en}"))
    return facts


def _reservation_fact(identity: str, before: pd.Series, after: pd.Series, runs: tuple[Run, Run]) -> Fact:
    change = after["reserved_kva"] - before["reserved_kva"]
    old, new = (_accepted(run, identity) for run in runs)
    parts_zh, parts_en = [], []
    if added := sorted(new - old):
        parts_zh.append(f"新批准 {', '.join(added)}")
        parts_en.append(f"accepted {', '.join(added)}")
    for gone in sorted(old - new):
        status = runs[1].applications.set_index("application_id")["status"].get(gone)
        word = APPLICATION_STATUS.get(str(status), Word("已不在登记册", "not in the register"))
        parts_zh.append(f"{gone} 不再占用：{word.zh}")
        parts_en.append(f"{gone} no longer reserved: {word.en}")
    detail_zh = f"（{'；'.join(parts_zh)}）" if parts_zh else ""
    detail_en = f" ({'; '.join(parts_en)})" if parts_en else ""
    return Fact(
        abs(change),
        f"配变 {identity} 已批未投变动 {change:+.1f} kVA{detail_zh}",
        f"reservations on transformer {identity} moved by {change:+.1f} kVA{detail_en}",
    )


def _accepted(run: Run, identity: str) -> set[str]:
    here = run.applications["transformer_id"].eq(identity).fillna(False)
    mine = run.applications[reserving(run.applications) & here]
    return set(mine["application_id"])


def limit_words(criterion: object, element: object) -> Word:
    """A binding limit in words."""
    if _missing(element):
        return Word("无", "none")
    word = CRITERION.get(str(criterion), Word("", ""))
    return Word(f" {element}（{word.zh}）", f"{element} ({word.en})")


def _limit(area: pd.Series) -> Word:
    return limit_words(area["binding_criterion"], area["binding_element"])


def _shape(code: str) -> Word:
    return SHAPE.get(code, Word("未计算", "not computed"))


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value


def _value(value: object) -> str:
    return "—" if value is None else f"{value:g}" if isinstance(value, (int, float)) else str(value)
