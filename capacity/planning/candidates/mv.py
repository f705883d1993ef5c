"""The 10 kV network by estimate: flows and voltage drops as they are, and after load has moved over a tie."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from capacity.planning.candidates.conductors import line_at, wanted_a
from capacity.planning.candidates.ground import Ground
from capacity.tables.measure import Need


@dataclass(frozen=True)
class Transfer:
    """Load moved: the link above ``open_bus`` is opened, and what hangs below it is fed from ``far`` through ``near``.

    ``near`` is ``open_bus`` or lies below it. ``tie_drop_pu_per_kva``: of what joins the two.
    """

    open_bus: int
    near: int
    far: int
    tie_drop_pu_per_kva: float = 0.0


@dataclass(frozen=True)
class After:
    """What a transfer does: the load moved, flows of the lines that change, and drops from the source to a bus."""

    moved_kva: float
    flow_kva: dict[int, float]
    worst_percent: float


@dataclass(frozen=True)
class MediumVoltage:
    """Estimates of the 10 kV network; lines and buses are pandapower's indices."""

    ground: Ground

    @cached_property
    def sections(self) -> dict[int, str]:
        """Feeder of each live 10 kV line of the tree."""
        lines, far_bus = self.ground.situation.case.topology.lines, self.ground.grid.far_bus
        mine = lines[lines["level"].eq("mv") & lines["live"]]
        return {int(one): str(feeder) for one, feeder in mine["feeder_id"].items() if int(one) in far_bus}

    def kv(self, line: int) -> float:
        """Nominal voltage of a line."""
        return float(self.ground.grid.buses.at[self.ground.grid.far_bus[line], "vn_kv"])

    @cached_property
    def flow_kva(self) -> dict[int, float]:
        """Highest flow of each section: by its highest current, else by the loads behind it."""
        found = {}
        for line in self.sections:
            current_a = float(self.ground.lines["max_i_a"].get(self.ground.grid.line_id(line), math.nan))
            behind_kva = self.ground.grid.below_kva[self.ground.grid.far_bus[line]]
            found[line] = behind_kva if math.isnan(current_a) else math.sqrt(3.0) * self.kv(line) * current_a
        return found

    @cached_property
    def coincidence(self) -> dict[str, float]:
        """Of each feeder the highest flow at its head over the sum of the highest loads behind it; at most one."""
        factors: dict[str, float] = {}
        for line, feeder in self.sections.items():
            bus = self.ground.grid.far_bus[line]
            below = self.ground.grid.below_kva[bus]
            if below > 0.0 and len(self.ground.grid.lines_up(bus, "mv")) == 1:
                factors[feeder] = max(factors.get(feeder, 0.0), min(1.0, self.flow_kva[line] / below))
        return factors

    def behind_kva(self, bus: int) -> float:
        """Load at and below a bus as it adds to the feeder's highest flow."""
        feeder = str(self.ground.grid.buses.at[bus, "feeder_id"])
        return self.ground.grid.below_kva[bus] * self.coincidence.get(feeder, 1.0)

    @cached_property
    def drop_pu_per_kva(self) -> dict[int, float]:
        """Voltage drop of each section for each kVA through it: r·cos φ + x·sin φ over U²."""
        length_km, found = self.ground.grid.net.line["length_km"].astype(float), {}
        for line in self.sections:
            ohm = self.ground.grid.ohm_per_km(line, self.ground.power_factor) * float(length_km.at[line])
            found[line] = ohm / (1000.0 * self.kv(line) ** 2)
        return found

    def drop_pu(self, lines: Iterable[int]) -> float:
        """Voltage drop along sections at their highest flows."""
        return sum(self.flow_kva[line] * self.drop_pu_per_kva[line] for line in lines if line in self.flow_kva)

    @cached_property
    def rated_a(self) -> dict[int, float]:
        """Rated current of each section, parallel circuits together."""
        ones = {line: line_at(self.ground, line) for line in self.sections}
        return {line: 1000.0 * one.max_i_ka * one.parallel for line, one in ones.items()}

    def loading_percent(self, line: int, flow_kva: float) -> float:
        """Load rate of a section at a flow."""
        return 100.0 * flow_kva / (math.sqrt(3.0) * self.kv(line) * self.rated_a[line])

    def after(self, transfer: Transfer) -> After:
        """Flows after a transfer, and the highest load rate of those sections that carry more than before."""
        grid = self.ground.grid
        moved_kva = self.behind_kva(transfer.open_bus)
        flow: dict[int, float] = {}
        for line in grid.lines_up(transfer.far, "mv"):
            flow[line] = self.flow_kva[line] + moved_kva
        for line in grid.lines_up(transfer.open_bus, "mv")[self._own_link(transfer.open_bus) :]:
            flow[line] = max(0.0, flow.get(line, self.flow_kva[line]) - moved_kva)
        for bus in self._turned(transfer):
            kind, line = grid.above[bus]
            if kind == "line":
                flow[line] = max(0.0, moved_kva - self.behind_kva(bus))
        more = [self.loading_percent(line, kva) for line, kva in flow.items() if kva > self.flow_kva[line]]
        return After(moved_kva, flow, max(more, default=0.0))

    def lifted_pu(self, transfer: Transfer, after: After, bus: int) -> float:
        """By how much a transfer lifts the voltage at a bus; negative: it falls."""
        before = self.drop_pu(self.ground.grid.lines_up(bus, "mv"))
        flow = self.flow_kva | after.flow_kva
        way, over_tie = self._way_after(transfer, bus)
        lifted = before - sum(flow[line] * self.drop_pu_per_kva[line] for line in way if line in flow)
        if not over_tie:
            return lifted
        source_pu = self._source_pu(transfer.far) - self._source_pu(transfer.open_bus)
        return lifted - after.moved_kva * transfer.tie_drop_pu_per_kva + source_pu

    def _source_pu(self, bus: int) -> float:
        """Voltage held at the 10 kV busbar that supplies a bus; one where it is not a set value."""
        held = self.ground.situation.case.settings.busbar_voltage.get(
            str(self.ground.grid.buses.at[bus, "substation_id"])
        )
        return held.vm_pu if held is not None and held.vm_pu is not None else 1.0

    def _own_link(self, bus: int) -> int:
        """One where a line (rather than a switch) links a bus to the bus above."""
        return int(self.ground.grid.above[bus][0] == "line")

    def _turned(self, transfer: Transfer) -> list[int]:
        """Buses whose link to the bus above is fed the other way round afterwards, ``near`` first."""
        turned: list[int] = []
        for bus in self.ground.grid.up(transfer.near):
            if bus == transfer.open_bus:
                return turned
            turned.append(bus)
        return turned

    def _way_after(self, transfer: Transfer, bus: int) -> tuple[list[int], bool]:
        """Lines from a bus to its source after a transfer, and whether the tie is among them."""
        grid = self.ground.grid
        own = list(grid.up(bus))
        if transfer.open_bus not in own:
            return grid.lines_up(bus, "mv"), False
        turned = self._turned(transfer)
        chain = [*turned, transfer.open_bus]
        meeting = next(one for one in own if one in chain)
        links = [*own[: own.index(meeting)], *chain[: chain.index(meeting)]]
        lines = [grid.above[one][1] for one in links if grid.above[one][0] == "line"]
        return [*lines, *grid.lines_up(transfer.far, "mv")], True


@dataclass(frozen=True)
class MvNeeds:
    """What is wanted of the 10 kV network.

    Attributes
    ----------
    wanted_a : rated current that sections need, by line; less than they have.
    short_pu : by how much the voltage is short behind a 10 kV bus.
    substation : whether the substation's transformer has to be relieved (P4), which only another substation can.
    """

    wanted_a: dict[int, float]
    short_pu: dict[int, float]
    substation: bool = False


def mv_needs(ground: Ground, mv: MediumVoltage) -> MvNeeds:
    """From loaded sections (P4), low voltages (P10), and areas whose room (P5) sections or voltages limit."""
    wanted: dict[int, float] = {}
    short: dict[int, float] = {}
    mine = [line for line, feeder in mv.sections.items() if feeder == ground.situation.feeder_id]
    if any(ground.grid.line_of.get(need.element_id) in mine for need in ground.needs("P4")):
        rates = {line: float(ground.lines["max_loading_percent"].get(ground.grid.line_id(line), 0.0)) for line in mine}
        loaded = [line for line in mine if rates[line] >= ground.market.thresholds["P4"]]
        wanted = {line: wanted_a(ground, line_at(ground, line)) for line in loaded}
    for need in ground.needs("P5"):
        _add_area(ground, mv, need, wanted, short)
    for transformer_id in ground.at_transformers("P10"):
        lv_short = ground.lv_voltages(transformer_id).short_pu
        if lv_short:
            bus = ground.hv_bus(transformer_id)
            short[bus] = max(short.get(bus, 0.0), *lv_short.values())
    above = {str(one) for one in ground.situation.case.topology.trafos.query("kind == 'substation'")["trafo_id"]}
    above |= {str(one) for one in ground.situation.case.substations["substation_id"]}
    return MvNeeds(wanted, short, any(need.element_id in above for need in ground.needs("P4")))


def _add_area(ground: Ground, mv: MediumVoltage, need: Need, wanted: dict[int, float], short: dict[int, float]) -> None:
    """What an area's room takes where it is limited above its transformers."""
    if need.element_id not in ground.areas.index:
        return
    row = ground.areas.loc[need.element_id]
    more_kva = ground.market.thresholds["P5"] - float(row["allowed_kva"])
    buses = [ground.hv_bus(one) for one in ground.changeable if ground.area_of(one) == (need.element_id,)]
    if not more_kva > 0.0:
        return
    ways = {bus: ground.grid.lines_up(bus, "mv") for bus in buses}
    if row["binding_criterion"] == "section_loading":
        for line in {line for way in ways.values() for line in way}:
            needed_a = (mv.flow_kva[line] + more_kva) / (math.sqrt(3.0) * mv.kv(line)) * 100.0 / ground.section_limit
            if needed_a > mv.rated_a[line]:
                wanted[line] = max(wanted.get(line, 0.0), needed_a)
    elif row["binding_criterion"] == "voltage_min" and ways:
        drops = {bus: more_kva * sum(mv.drop_pu_per_kva[line] for line in way) for bus, way in ways.items()}
        furthest = max(drops, key=lambda bus: (drops[bus], bus))
        short[furthest] = max(short.get(furthest, 0.0), drops[furthest])
