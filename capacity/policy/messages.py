"""The sentences of alerts, Chinese and English, built from the facts of the alert."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from capacity.tables.policy import Trigger
from capacity.tables.words import CRITERION, ELEMENT_TYPE, SOURCE
from capacity.units import rounded_down


@dataclass(frozen=True)
class Sentence:
    """One statement in both languages."""

    zh: str
    en: str


def load_rate_sentence(
    trigger: Trigger, element_type: str, name: str, value: float, at: pd.Timestamp, duration_h: float, source: str
) -> Sentence:
    """P3, P4: an element's load rate reached a threshold."""
    kind, said_by = ELEMENT_TYPE[element_type], SOURCE[source]
    lasted = math.isfinite(duration_h)
    reached = f"{rounded_down(value, 2):.2f} %"
    zh = (
        f"{kind.zh}“{name}”最高负载率{reached}（{at:%Y-%m-%d %H:%M}，{said_by.zh}），"
        f"达到{trigger.threshold:g} %" + (f"，最长持续{duration_h:g}小时" if lasted else "") + f"：{trigger.text_zh}"
        f"（{trigger.rule}，{trigger.clause}）。"
    )
    en = (
        f"{kind.en} “{name}” reached a load rate of {reached} ({at:%Y-%m-%d %H:%M}, {said_by.en}), "
        f"threshold {trigger.threshold:g} %"
        + (f", for up to {duration_h:g} h in one run" if lasted else "")
        + f": {trigger.text_en} ({trigger.rule}, {trigger.clause})."
    )
    return Sentence(zh, en)


def pre_control_sentence(trigger: Trigger, area: pd.Series, value: float, variant: str) -> Sentence:
    """P5: the area's transformers can take less than the threshold."""
    left, threshold = f"{rounded_down(value, 1):.1f}", f"{trigger.threshold:g}"
    zh = f"低压网格“{area['name']}”{int(area['transformer_count'])}台公变"
    en = f"the {int(area['transformer_count'])} public transformers of LV grid area “{area['name']}” "
    if variant == "sum":
        zh += f"总体允许接入容量{left}千伏安，小于{threshold}千伏安"
        en += f"can take {left} kVA more in total, less than {threshold} kVA"
    else:
        criterion = CRITERION.get(str(area["binding_criterion"]))
        limit_zh, limit_en = (criterion.zh, criterion.en) if criterion else ("上级电网", "the grid above")
        in_sum, element = f"{rounded_down(area['allowed_sum_kva'], 1):.1f}", area["binding_element"]
        zh += (
            f"合计尚余{in_sum}千伏安，但受{limit_zh}（{element}）限制，同时只能接入{left}千伏安，小于{threshold}千伏安"
        )
        en += (
            f"have {in_sum} kVA left in sum, but {limit_en} ({element}) lets only {left} kVA through at the same time, "
            f"less than {threshold} kVA"
        )
    if area["structural"]:
        zh += "；即使空载也不足（结构性不足）"
        en += "; they could not offer it even unloaded (structural)"
    return Sentence(
        f"{zh}：{trigger.text_zh}（{trigger.rule}，{trigger.clause}）。",
        f"{en}: {trigger.text_en} ({trigger.rule}, {trigger.clause}).",
    )


def connection_sentence(
    trigger: Trigger, application_id: str, name: str, before_percent: float, value: float, s_kva: float
) -> Sentence:
    """P6: an application would push its transformer above the threshold.

    ``before_percent`` is NaN where the present load is unknown: then ``value`` is of applications alone.
    """
    after = f"{-rounded_down(-value, 2):.2f} %"  # up: above the threshold must read so
    if math.isnan(before_percent):
        rise_zh = f"现有负荷未知，仅已批和本次申请即达{after}"
        rise_en = f"has an unknown load; accepted applications and this one alone come to {after}"
    else:
        before = f"{rounded_down(before_percent, 2):.2f} %"
        rise_zh = f"预计最高负载率由{before}升至{after}"
        rise_en = f"is expected to rise from {before} to {after}"
    zh = (
        f"申请{application_id}（{s_kva:.1f}千伏安）接入后，配变“{name}”{rise_zh}，"
        f"超过{trigger.threshold:g} %：{trigger.text_zh}（{trigger.rule}，{trigger.clause}）。"
    )
    en = (
        f"with application {application_id} ({s_kva:.1f} kVA) transformer “{name}” {rise_en}, "
        f"above {trigger.threshold:g} %: {trigger.text_en} ({trigger.rule}, {trigger.clause})."
    )
    return Sentence(zh, en)
