"""What changed between two runs, per area, rule, transformer and node, and why (P22)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from capacity.runs import causes
from capacity.runs.causes import Fact, differs, sentence
from capacity.runs.compare_nodes import node_changes
from capacity.runs.compare_tables import (
    ALERT_CHANGES,
    AREA_CHANGES,
    INPUT_CHANGES,
    MOVES,
    QUALITY_CHANGES,
    STATES,
    TRANSFORMER_CHANGES,
)
from capacity.tables._schema import Table, conform
from capacity.tables.run import Manifest, Run
from capacity.tables.words import Word
from capacity.units import rounded_down


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side; each frame follows the schema of its name in ``compare_tables``."""

    before: Manifest
    after: Manifest
    areas: pd.DataFrame
    moves: pd.DataFrame
    alerts: pd.DataFrame
    transformers: pd.DataFrame
    nodes: pd.DataFrame
    inputs: pd.DataFrame
    quality: pd.DataFrame


def compare_runs(before: Run, after: Run) -> Comparison:
    """Compare two runs: what moved per area, rule and transformer, and the cause of each moved value.

    Causes are built from the facts that differ: loads, ratings, reservations, data, policy, scenario; where no such
    fact explains a move, from window, input files and program versions.
    """
    explain = _Explainer(before, after)
    alerts = _alert_changes(before, after, explain)
    moves = _moves(before, after, explain)
    return Comparison(
        before.manifest,
        after.manifest,
        areas=_area_changes(before, after, moves, alerts),
        moves=moves,
        alerts=alerts,
        transformers=_transformer_changes(before, after, explain),
        nodes=node_changes(before, after, explain.transformer, lambda facts: explain.told(facts, "node_kva")),
        inputs=_input_changes(before.manifest, after.manifest),
        quality=_quality_changes(before, after),
    )


class _Explainer:
    """Looks up what differs at an element of two runs (a class for its indexed tables)."""

    def __init__(self, before: Run, after: Run) -> None:
        self.runs = (before, after)
        self.old = before.transformers.set_index("transformer_id", drop=False)
        self.new = after.transformers.set_index("transformer_id", drop=False)
        self.general = {quantity: causes.general_facts(before, after, quantity) for quantity in causes.RELEVANT}
        self.background = causes.background_facts(before, after)
        self.members: dict[str, set[str]] = {}
        for frame in (before.transformers, after.transformers):
            public = frame[(frame["ownership"] == "public") & frame["area_id"].notna()]
            for area, group in public.groupby("area_id"):
                self.members.setdefault(str(area), set()).update(group["transformer_id"])

    def transformer(self, identity: str) -> list[Fact]:
        """Facts of one transformer."""
        return causes.transformer_facts(identity, _row(self.old, identity), _row(self.new, identity), self.runs)

    def area(self, area: str, old: pd.Series | None, new: pd.Series | None, quantity: str) -> Word:
        """The sentence for a moved quantity of an area."""
        if old is None or new is None:
            zh, en = ("新增网格", "the area is new") if old is None else ("网格已取消", "the area is gone")
            return Word(zh, en)
        if quantity == "max_loading_percent":
            facts = self._loading(old, new)
        else:
            facts = [fact for identity in sorted(self.members.get(area, ())) for fact in self.transformer(identity)]
            facts += causes.area_facts(old, new, of_grid=quantity != "allowed_sum_kva")
        return self.told(facts, quantity)

    def told(self, facts: list[Fact], quantity: str) -> Word:
        """The facts with what holds for the whole run; its background where nothing else explains the move."""
        known = [*self.general[quantity], *facts]
        return sentence(known or self.background, causes.UNEXPLAINED)

    def _loading(self, old: pd.Series, new: pd.Series) -> list[Fact]:
        elements = {str(row["max_loading_element"]) for row in (old, new) if row["max_loading_type"] == "transformer"}
        facts = [fact for identity in sorted(elements) for fact in self.transformer(identity)]
        if differs(old["max_loading_element"], new["max_loading_element"]):
            was, now = old["max_loading_element"], new["max_loading_element"]
            facts.append(
                Fact(1e5, f"最高负载设备由 {was} 变为 {now}", f"the most loaded element changed from {was} to {now}")
            )
        return facts


_QUANTITIES = {
    "status": (Word("状态", "status"), ""),
    "max_loading_percent": (Word("最高负载率", "max load rate"), "%"),
    "allowed_sum_kva": (Word("允许接入容量合计", "sum of allowed capacity"), "kVA"),
    "allowed_kva": (Word("同时允许接入容量", "simultaneous allowed capacity"), "kVA"),
}


def _moves(before: Run, after: Run, explain: _Explainer) -> pd.DataFrame:
    rows = []
    for area, old, new in _aligned(before.areas, after.areas, "area_id"):
        for quantity, (word, unit) in _QUANTITIES.items():
            was, now = _get(old, quantity), _get(new, quantity)
            if not differs(was, now):
                continue
            cause = explain.area(area, old, new, quantity)
            both_known = unit and not pd.isna(was) and not pd.isna(now)
            rows.append(
                {
                    "area_id": area, "quantity_zh": word.zh, "quantity_en": word.en, "before": _shown(was, unit),
                    "after": _shown(now, unit), "change": now - was if both_known else None, "unit": unit,
                    "cause_zh": cause.zh, "cause_en": cause.en,
                }
            )  # fmt: skip
    return _frame(rows, MOVES)


def _area_changes(before: Run, after: Run, moves: pd.DataFrame, alerts: pd.DataFrame) -> pd.DataFrame:
    of_area = dict(list(moves.groupby("area_id")))
    states = alerts.groupby(["area_id", "state"]).size()
    rows = []
    for area, old, new in _aligned(before.areas, after.areas, "area_id"):
        known = new if new is not None else old
        mine = of_area.get(area)
        counts = {f"alerts_{state}": int(states.get((area, state), 0)) for state in STATES}
        row = {
            "area_id": area, "name": _get(known, "name"), "branch": _get(known, "branch"),
            "supply_station": _get(known, "supply_station"),
            "changed": mine is not None or counts["alerts_new"] + counts["alerts_cleared"] > 0, **counts,
            "quality_before": _get(old, "quality_count"), "quality_after": _get(new, "quality_count"),
            "cause_zh": "" if mine is None else "；".join(dict.fromkeys(mine["cause_zh"])),
            "cause_en": "" if mine is None else "; ".join(dict.fromkeys(mine["cause_en"])),
        }  # fmt: skip
        for quantity in _QUANTITIES:
            row |= {f"{quantity}_before": _get(old, quantity), f"{quantity}_after": _get(new, quantity)}
        rows.append(row)
    return _frame(rows, AREA_CHANGES)


_ALERT_KEY = ["rule", "element_type", "element_id", "application_id", "variant"]


def _alert_changes(before: Run, after: Run, explain: _Explainer) -> pd.DataFrame:
    old_areas, new_areas = (run.areas.set_index("area_id", drop=False) for run in (before, after))
    rows = []
    for _, old, new in _aligned(_keyed(before.alerts), _keyed(after.alerts), "key"):
        known = new if new is not None else old
        state = "new" if old is None else "cleared" if new is None else "continuing"
        if state == "continuing" and not differs(_get(old, "value"), _get(new, "value")):
            cause = Word("", "")
        elif _get(known, "element_type") == "transformer":
            cause = explain.told(explain.transformer(str(_get(known, "element_id"))), "alert")
        elif _get(known, "element_type") == "area":
            area = str(_get(known, "area_id"))
            quantity = "status" if _get(known, "rule") == "P5" else "allowed_sum_kva"
            cause = explain.area(area, _row(old_areas, area), _row(new_areas, area), quantity)
        else:
            cause = explain.told([], "alert")
        row = {name: _get(known, name) for name in (*_ALERT_KEY, "action", "area_id", "threshold", "unit")}
        values = {"value_before": _get(old, "value"), "value_after": _get(new, "value")}
        rows.append(row | values | {"state": state, "cause_zh": cause.zh, "cause_en": cause.en})
    return _frame(rows, ALERT_CHANGES)


def _transformer_changes(before: Run, after: Run, explain: _Explainer) -> pd.DataFrame:
    watched = ("rated_kva", "smax_import_kva", "max_loading_percent", "coverage_percent", "reserved_kva", "allowed_kva")
    rows = []
    for identity, old, new in _aligned(before.transformers, after.transformers, "transformer_id"):
        moved = [name for name in watched if differs(_get(old, name), _get(new, name))]
        if not moved or (old is not None and new is not None and moved == ["coverage_percent"]):
            continue
        known = new if new is not None else old
        cause = explain.told(explain.transformer(identity), "allowed_sum_kva")
        row = {"transformer_id": identity, "name": _get(known, "name"), "area_id": _get(known, "area_id")}
        for name in watched:
            row |= {f"{name}_before": _get(old, name), f"{name}_after": _get(new, name)}
        row |= {"smax_import_at_after": _get(new, "smax_import_at"), "cause_zh": cause.zh, "cause_en": cause.en}
        rows.append(row)
    return _frame(rows, TRANSFORMER_CHANGES)


def _input_changes(before: Manifest, after: Manifest) -> pd.DataFrame:
    def settings(manifest: Manifest) -> dict[str, str]:
        return {
            "case": manifest.case_name, "as_of": str(manifest.as_of), "window_start": str(manifest.window_start),
            "window_end": str(manifest.window_end), "scenario": manifest.scenario or "", "policy": manifest.policy,
            "voltage_standard": manifest.voltage_standard, "steps_failed": str(manifest.steps_failed),
            "node_shape": manifest.node_shape,
        }  # fmt: skip

    groups: tuple[tuple[Word, dict[str, Any], dict[str, Any]], ...] = (
        (Word("输入文件", "input file (SHA-256)"), before.input_hashes, after.input_hashes),
        (Word("设置", "setting"), settings(before), settings(after)),
        (Word("政策取值", "policy value"), before.policy_values, after.policy_values),
        (Word("软件版本", "program version"), before.package_versions, after.package_versions),
        (Word("算法", "engine"), before.engines, after.engines),
    )
    rows = [
        {"kind_zh": kind.zh, "kind_en": kind.en, "name": name, "before": _text(was), "after": _text(now)}
        for kind, old, new in groups
        for name, was, now in causes.changed_items(old, new)
    ]
    return _frame(rows, INPUT_CHANGES)


def _quality_changes(before: Run, after: Run) -> pd.DataFrame:
    key = ["severity", "check", "area_id", "ids"]
    merged = before.quality.merge(after.quality, on=key, how="outer", suffixes=("_old", "_new"), indicator=True)
    merged = merged[merged["_merge"] != "both"]
    return _frame(
        [
            {name: row[name] for name in key}
            | {"state": "new" if row["_merge"] == "right_only" else "cleared"}
            | {name: row[f"{name}_{'new' if row['_merge'] == 'right_only' else 'old'}"] for name in _SENTENCES}
            for row in merged.to_dict("records")
        ],
        QUALITY_CHANGES,
    )


_SENTENCES = ("sentence_zh", "sentence_en")


def _aligned(
    before: pd.DataFrame, after: pd.DataFrame, key: str
) -> Iterator[tuple[str, pd.Series | None, pd.Series | None]]:
    """Each key of either table with its row in both (None: absent), those of ``after`` first."""
    old, new = before.set_index(key, drop=False), after.set_index(key, drop=False)
    for identity in dict.fromkeys([*new.index, *old.index]):
        yield str(identity), _row(old, identity), _row(new, identity)


def _keyed(alerts: pd.DataFrame) -> pd.DataFrame:
    """Alerts with what makes one the same in both runs; their ids may be numbers of the run."""
    parts = [alerts[name].fillna("").astype(str) for name in _ALERT_KEY]
    key = parts[0].str.cat(parts[1:], sep="\x1f")
    return alerts.assign(key=key).drop_duplicates("key")


def _row(indexed: pd.DataFrame, key: str) -> pd.Series | None:
    return indexed.loc[key] if key in indexed.index else None


def _get(row: pd.Series | None, name: str) -> Any:
    return None if row is None or pd.isna(row[name]) else row[name]


def _shown(value: Any, unit: str) -> str:
    if value is None:
        return "未知 unknown" if unit else "—"
    if unit:
        return f"{rounded_down(value, 1):.1f}"
    word = causes.status_word(value)
    return f"{word.zh} {word.en}"


def _text(value: object) -> str | None:
    return None if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _frame(rows: list[dict[str, Any]], schema: Table) -> pd.DataFrame:
    return conform(pd.DataFrame(rows, columns=list(schema.columns)), schema)
