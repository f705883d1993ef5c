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
    broken = Word("未接入前该限值已越限。", " The limit is broken without the customer.") if existing else Word("", "")
    neutral = "" if math.isnan(neutral_a) else f"{neutral_a:.0f} A"
    return Word(
        f"不平衡潮流（power-grid-model 三相），单相合同容量的 {known} 有相别记录，其余按三相均分；接于 {phase.upper()} 相最有利"
        + (f"，接入后配变中性线电流最大 {neutral}" if neutral else "")
        + f"。{broken.zh}",
        f"Unbalanced load flow (power-grid-model), phases recorded for {known} of the single-phase contract capacity, the "
        f"rest shared evenly; best on phase {phase.upper()}"
        + (f", neutral current of the transformer then at most {neutral}" if neutral else "")
        + f".{broken.en}",
    )


def ruled(records: Records, known_percent: float, unbalance_percent: float, metered: bool, assumed: Assumptions) -> Word:
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
        else Word("无用户档案，个别用户的集中未计入；", "no customers are recorded, so that single large ones are not counted; ")
    )
    return Word(
        f"保守规则：单相合同容量中有相别记录的仅 {_percent(known_percent)}（低于 {assumed.known_percent:g} %）；假定各段最重相电流不超过"
        f"三相平均的 1 + {share}{source.zh}加最大单相用户的份额；{some.zh}单相负荷经相线和零线的压降按同容量三相的 6 倍计，"
        "接于任一相均成立。",
        f"Conservative rule: phases recorded for only {_percent(known_percent)} of the single-phase contract capacity "
        f"(below {assumed.known_percent:g} %). Taken for granted: on every section the most loaded phase carries at most the mean "
        f"of the three plus {share}{source.en} plus the share of the largest single-phase customer; {some.en}the load's drop over "
        "phase and neutral is six times that of the same power on three phases. Holds for whichever phase is taken.",
    )


def unknown(zh: str, en: str) -> Word:
    """Nothing could be found out."""
    return Word(f"单相校核未得出结果：{zh}。", f"No result of the single-phase check: {en}.")


def _percent(value: float) -> str:
    return "?" if math.isnan(value) else f"{math.floor(value):d} %"
