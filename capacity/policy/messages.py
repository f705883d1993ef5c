"""The sentences of alerts, Chinese and English, built from the facts of the alert."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from capacity.tables.policy import Trigger
from capacity.tables.words import CRITERION, ELEMENT_TYPE, SOURCE


@dataclass(frozen=True)
class Sentence:
    """One statement in both languages."""

    zh: str
    en: str


def load_rate_sentence(
    trigger: Trigger, element_type: str, name: str, value: float, at: pd.Timestamp, duration_h: float, source: str
) -> Sentence:
    """P3, P4: an element's load rate reached a threshold."""
    kind = ELEMENT_TYPE[element_type]
    lasted = math.isfinite(duration_h)
    zh = (
        f"{kind.zh}“{name}”最高负载率{value:.2f} %（{at:%Y-%m-%d %H:%M}，{SOURCE[source].zh}），"
        f"达到{trigger.threshold:g} %" + (f"，最长持续{duration_h:g}小时" if lasted else "") + f"：{trigger.text_zh}"
        f"（{trigger.rule}，{trigger.clause}）。"
    )
    en = (
        f"{kind.en} “{name}” reached a load rate of {value:.2f} % ({at:%Y-%m-%d %H:%M}, {SOURCE[source].en}), "
        f"threshold {trigger.threshold:g} %"
        + (f", for up to {duration_h:g} h in one run" if lasted else "")
        + f": {trigger.text_en} ({trigger.rule}, {trigger.clause})."
    )
    return Sentence(zh, en)


def pre_control_sentence(trigger: Trigger, area: pd.Series, value: float, variant: str) -> Sentence:
    """P5: the area's transformers can take less than the threshold."""
    zh = f"低压网格“{area['name']}”{int(area['transformer_count'])}台公变"
    en = f"the {int(area['transformer_count'])} public transformers of LV grid area “{area['name']}” "
    if variant == "sum":
        zh += f"总体允许接入容量{value:.1f}千伏安，小于{trigger.threshold:g}千伏安"
        en += f"can take {value:.1f} kVA more in total, less than {trigger.threshold:g} kVA"
    else:
        criterion = CRITERION.get(str(area["binding_criterion"]))
        zh += (
            f"合计尚余{area['allowed_sum_kva']:.1f}千伏安，但受{criterion.zh if criterion else '上级电网'}"
            f"（{area['binding_element']}）限制，同时只能接入{value:.1f}千伏安，小于{trigger.threshold:g}千伏安"
        )
        limit = criterion.en if criterion else "the grid above"
        en += (
            f"have {area['allowed_sum_kva']:.1f} kVA left in sum, but {limit} "
            f"({area['binding_element']}) lets only {value:.1f} kVA through at the same time, "
            f"less than {trigger.threshold:g} kVA"
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
    if math.isnan(before_percent):
        rise_zh = f"现有负荷未知，仅已批和本次申请即达{value:.2f} %"
        rise_en = f"has an unknown load; accepted applications and this one alone come to {value:.2f} %"
    else:
        rise_zh = f"预计最高负载率由{before_percent:.2f} %升至{value:.2f} %"
        rise_en = f"is expected to rise from {before_percent:.2f} % to {value:.2f} %"
    zh = (
        f"申请{application_id}（{s_kva:.1f}千伏安）接入后，配变“{name}”{rise_zh}，"
        f"超过{trigger.threshold:g} %：{trigger.text_zh}（{trigger.rule}，{trigger.clause}）。"
    )
    en = (
        f"with application {application_id} ({s_kva:.1f} kVA) transformer “{name}” {rise_en}, "
        f"above {trigger.threshold:g} %: {trigger.text_en} ({trigger.rule}, {trigger.clause})."
    )
    return Sentence(zh, en)
