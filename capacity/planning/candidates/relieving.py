"""Whether load moved over a tie does something for the needs of a feeder, and what to say about it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from capacity.planning.candidates.ground import Ground
from capacity.planning.candidates.mv import After, MediumVoltage, MvNeeds, Transfer
from capacity.tables.words import Word
from capacity.units import rounded_down


@dataclass(frozen=True)
class Relief:
    """A transfer that helps.

    Attributes
    ----------
    clears : whether by estimate every section carries what is wanted and no voltage stays short.
    imbalance_kva : difference of the flows at the heads of both sides afterwards.
    rates : load rate of the worst section in need before and after; None without one.
    lifted_pu : of the bus that is shortest of voltage; None without one.
    """

    transfer: Transfer
    after: After
    clears: bool
    imbalance_kva: float
    rates: tuple[float, ...] | None
    lifted_pu: float | None
    area_ids: tuple[str, ...]

    @property
    def benefit(self) -> float:
        """To compare transfers for the same needs: points of load rate taken off, or voltage lifted, in percent."""
        rate = 0.0 if self.rates is None else self.rates[0] - self.rates[1]
        return rate + 100.0 * (self.lifted_pu or 0.0)

    def words(self, ground: Ground, opened: str, closed: str) -> Word:
        """What is switched and what that does."""
        far = ground.grid.buses.at[self.transfer.far, "feeder_id"]
        zh = [f"断开 {opened}、合上 {closed}：约 {self.after.moved_kva:.0f} kVA 转由 {far} 供电"]
        en = [f"{opened} opened, {closed} closed: about {self.after.moved_kva:.0f} kVA go over to {far}"]
        if self.rates is not None:
            before, after = (rounded_down(rate, 1) for rate in self.rates)
            zh.append(f"最重区段负载率由 {before:g} % 变为约 {after:g} %")
            en.append(f"the most loaded section from {before:g} % to about {after:g} %")
        if self.lifted_pu is not None:
            zh.append(f"最低电压处约提升 {100.0 * self.lifted_pu:.1f} %（占额定电压）")
            en.append(f"the lowest voltage lifted by about {100.0 * self.lifted_pu:.1f} % of nominal")
        return Word("，".join(zh), ", ".join(en))


def relief_of(ground: Ground, mv: MediumVoltage, needs: MvNeeds, transfer: Transfer) -> Relief | None:
    """What a transfer does for the needs; None where that is nothing, or where it loads another section up to P4."""
    after = mv.after(transfer)
    if after.moved_kva <= 0.0 or round(after.worst_percent, 9) >= ground.market.thresholds["P4"]:
        return None
    flow = mv.flow_kva | after.flow_kva
    relieved = _relieves(ground, mv, needs, flow)
    lifted = {bus: mv.lifted_pu(transfer, after, bus) for bus in needs.short_pu}
    elsewhere = needs.substation and _substation(ground, transfer.far) != _substation(ground, transfer.open_bus)
    enough = [bus for bus, short in needs.short_pu.items() if lifted[bus] >= short + ground.margin_pu]
    if not relieved and not elsewhere and not enough:
        return None
    carried = all(_share(mv, line, flow[line]) * wanted <= mv.rated_a[line] for line, wanted in needs.wanted_a.items())
    worst = max(needs.wanted_a, key=lambda line: (mv.loading_percent(line, mv.flow_kva[line]), -line), default=None)
    shortest = max(needs.short_pu, key=lambda bus: (needs.short_pu[bus], -bus), default=None)
    return Relief(
        transfer,
        after,
        carried and len(enough) == len(needs.short_pu),
        _imbalance_kva(mv, transfer, flow),
        None if worst is None else tuple(mv.loading_percent(worst, of[worst]) for of in (mv.flow_kva, flow)),
        None if shortest is None else lifted[shortest],
        areas_below(ground, transfer.open_bus),
    )


def _relieves(ground: Ground, mv: MediumVoltage, needs: MvNeeds, flow: dict[int, float]) -> bool:
    """Whether every section from P4 on falls below it; without one, whether enough is taken off any section in need."""
    threshold = ground.market.thresholds["P4"]
    loaded = [line for line in needs.wanted_a if round(mv.loading_percent(line, mv.flow_kva[line]), 9) >= threshold]
    if loaded:
        return all(mv.loading_percent(line, flow[line]) < threshold for line in loaded)
    return any(flow[line] < mv.flow_kva[line] * (1.0 - ground.least_relief) for line in needs.wanted_a)


def best_of(reliefs: Sequence[Relief], most: int) -> list[Relief]:
    """The few that clear everything, or come nearest, with the loads of both sides nearest each other."""
    ranked = sorted(reliefs, key=lambda one: (not one.clears, one.imbalance_kva, one.transfer.open_bus))
    return ranked[:most]


def areas_below(ground: Ground, bus: int) -> tuple[str, ...]:
    """Areas of the transformers at and below a bus."""
    below = set(ground.grid.subtree(bus))
    named = {area for one, hv in ground.hv_buses.items() if hv in below for area in ground.area_of(one)}
    return tuple(sorted(named))


def _substation(ground: Ground, bus: int) -> str:
    return str(ground.grid.buses.at[bus, "substation_id"])


def _share(mv: MediumVoltage, line: int, flow_kva: float) -> float:
    """Flow afterwards over flow before."""
    return flow_kva / mv.flow_kva[line] if mv.flow_kva[line] > 0.0 else 0.0


def _imbalance_kva(mv: MediumVoltage, transfer: Transfer, flow: dict[int, float]) -> float:
    heads = [mv.ground.grid.lines_up(bus, "mv")[-1:] for bus in (transfer.open_bus, transfer.far)]
    flows = [flow[lines[0]] if lines else 0.0 for lines in heads]
    return math.fabs(flows[0] - flows[1])
