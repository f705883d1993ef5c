"""What is wrong with a list of works, before prices or days are looked up."""

from __future__ import annotations

import math
from collections.abc import Sequence

from capacity.errors import RequestError
from capacity.tables.words import WORK_KIND
from capacity.tables.works import KINDS, Work, size_in_name


def refuse_faulty(works: Sequence[Work]) -> None:
    """Raise every fault of the works at once.

    Raises
    ------
    RequestError
        No works at all; a kind or variant that does not exist; a length, number, energy or size that is missing,
        not positive, or at odds with the type's name.
    """
    zh, en = ([], []) if works else (["没有列出任何工程"], ["no works are listed"])
    for number, work in enumerate(works, start=1):
        faults_zh, faults_en = _faults(work)
        zh += [f"第{number}项工程（{work.kind}）：{fault}" for fault in faults_zh]
        en += [f"work {number} ({work.kind}): {fault}" for fault in faults_en]
    if en:
        raise RequestError(zh, en)


def _faults(work: Work) -> tuple[list[str], list[str]]:
    if work.kind not in KINDS:
        listed = ", ".join(KINDS)
        return [f"没有这种工程，可用：{listed}"], [f"there is no such kind; there are: {listed}"]
    kind, words = KINDS[work.kind], WORK_KIND[work.kind]
    zh, en = [], []
    if work.variant and work.variant not in kind.variants:
        listed = ", ".join(variant for variant in kind.variants if variant) or "—"
        zh.append(f"{words.zh}没有“{work.variant}”，可用：{listed}")
        en.append(f"{words.en} has no variant '{work.variant}'; there are: {listed}")
    measured = {
        "m": ("长度（米）", "length in m", work.length_m),
        "kwh": ("电量（千瓦时）", "energy in kWh", work.energy_kwh),
    }
    if kind.unit in measured:
        what_zh, what_en, value = measured[kind.unit]
        if value is None or not (math.isfinite(value) and value > 0.0):
            found = "missing" if value is None else f"{value:g}"
            zh.append(f"须给出大于0的{what_zh}，现为{'空' if value is None else f'{value:g}'}")
            en.append(f"a {what_en} above 0 is needed, it is {found}")
    if work.count < 1:
        zh.append(f"数量须至少为1，现为{work.count}")
        en.append(f"the number must be at least 1, it is {work.count}")
    if work.size is not None and not (math.isfinite(work.size) and work.size > 0.0):
        zh.append(f"规格须大于0，现为{work.size:g}")
        en.append(f"the size must be above 0, it is {work.size:g}")
    named = size_in_name(work.type_name)
    if kind.size_unit and work.size is not None and named is not None and work.size != named:
        zh.append(f"规格 {work.size:g} 与型号 {work.type_name} 不符：请只保留一个")
        en.append(f"size {work.size:g} contradicts the type {work.type_name}: leave one of them out")
    return zh, en
