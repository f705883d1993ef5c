"""What a single-phase finding rests on, said in both languages."""

from __future__ import annotations

import math

from capacity.loadflow.unbalanced.assumptions import Assumptions
from capacity.loadflow.unbalanced.network import LvNetwork
from capacity.loadflow.unbalanced.phases import Records
from capacity.tables.words import Word


def grid_above(network: LvNetwork, assumed: Assumptions) -> Word:
    """The grid above, and where zero-sequence data come from."""
    supply = network.supply
    lines = (
        Word("线路零序阻抗取自网络数据", "zero sequence of lines as the network states it")
        if network.stated_z0 == 1.0
        else Word(
            f"{100.0 * (1.0 - network.stated_z0):.0f} % 的线段无零序数据，按零线与相线同截面取 Z0 = "
            f"{assumed.line_z0_ratio:g}·Z1（假定）",
            f"zero sequence of {100.0 * (1.0 - network.stated_z0):.0f} % of the sections assumed "
            f"Z0 = {assumed.line_z0_ratio:g}·Z1 (neutral as the phase conductor)",
        )
    )
    ohm = f"{abs(supply.z0_ohm) / abs(supply.z1_ohm):.3g}"
    trafo = (
        Word(f"配变 Z0 = {ohm}·Z1（网络数据）", f"transformer Z0 = {ohm}·Z1 (stated)")
        if supply.stated_z0
        else Word(f"配变 Z0 = {ohm}·Z1（假定）", f"transformer Z0 = {ohm}·Z1 (assumed)")
    )
    return Word(
        f"10 千伏侧按三相平衡；{trafo.zh}；{lines.zh}。",
        f"Grid above the transformer taken as balanced; {trafo.en}; {lines.en}.",
    )


def calculated(records: Records, phase: str, neutral_a: float, existing: bool) -> Word:
    """By unbalanced calculation."""
    known = _percent(records.known_percent)
    zh = (
        f"不平衡潮流（power-grid-model 三相计算）：单相合同容量的 {known} 有相别记录，其余按三相均分；"
        f"接于 {phase.upper()} 相最有利"
    )
    en = (
        f"Unbalanced load flow (power-grid-model): phases recorded for {known} of the single-phase contract capacity, "
        f"the rest shared evenly; best on phase {phase.upper()}"
    )
    if not math.isnan(neutral_a):
        zh += f"，接入后配变中性线电流最大 {neutral_a:.0f} A"
        en += f", with a neutral current of the transformer of at most {neutral_a:.0f} A"
    if existing:
        return Word(f"{zh}。未接入前该限值已越限。", f"{en}. The limit is broken without the customer.")
    return Word(f"{zh}。", f"{en}.")


def ruled(
    records: Records, known_percent: float, unbalance_percent: float, metered: bool, assumed: Assumptions
) -> Word:
    """By rule."""
    share = f"{unbalance_percent:.0f} %"
    source = (
        Word("（实测相电流）", " (metered phase currents)")
        if metered and unbalance_percent > assumed.unbalance_percent
        else Word("（假定）", " (assumed)")
    )
    some = (
        Word("", "")
        if records.contract_kva.any()
        else Word(
            "无用户档案，个别用户的集中未计入；",
            "no customers are recorded, so that single large ones are not counted; ",
        )
    )
    known, least = _percent(known_percent), f"{assumed.known_percent:g} %"
    return Word(
        f"保守规则：单相合同容量中有相别记录的仅 {known}（低于 {least}）；"
        f"假定各段最重相电流不超过三相平均的 1 + {share}{source.zh}加最大单相用户的份额；{some.zh}"
        "单相负荷的压降计入相线和零线（同容量三相的 6 倍）；接于任一相均成立。",
        f"Conservative rule: phases recorded for only {known} of the single-phase contract capacity (below {least}). "
        f"Taken for granted: on every section the most loaded phase carries at most the mean of the three plus "
        f"{share}{source.en} plus the share of the largest single-phase customer; {some.en}the load's drop is counted "
        "over phase and neutral (six times that of the same power on three phases). Holds for any phase.",
    )


def unknown(zh: str, en: str) -> Word:
    """Nothing could be found out."""
    return Word(f"单相校核未得出结果：{zh}。", f"No result of the single-phase check: {en}.")


def _percent(value: float) -> str:
    return "?" if math.isnan(value) else f"{math.floor(value):d} %"
