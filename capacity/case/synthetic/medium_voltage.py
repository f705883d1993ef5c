"""The 10 kV network: feeders from stop to stop, spurs, switches and the open ties between feeder ends."""

from __future__ import annotations

import math

from shapely.geometry import Polygon

from capacity.case.synthetic.geography import Point2, centre_of, distance_km
from capacity.case.synthetic.plan import Conductor, FeederPlan, Plan, TransformerPlan
from capacity.case.synthetic.sketch import LV_KV, MV_KV, BusRow, LineRow, Sketch, SourceRow, TieRow, TrafoRow

SHORTEST_SECTION_KM = 0.06


def draw_medium_voltage(sketch: Sketch, plan: Plan, polygons: dict[str, Polygon], positions: dict[str, Point2]) -> None:
    """Add substations, feeders, transformers and ties to the sketch."""
    for substation in plan.substations:
        busbar = f"{substation.substation_id}-BB"
        sketch.buses.append(BusRow(busbar, MV_KV, substation.at_km))
        sketch.sources.append(SourceRow(f"{substation.substation_id}-GRID", busbar, substation.busbar_pu))
    pens = {feeder.feeder_id: _Pen(sketch, plan, feeder) for feeder in plan.feeders}
    for feeder in plan.feeders:
        _draw_feeder(pens[feeder.feeder_id], plan, feeder, polygons, positions)
    for tie in plan.ties:
        _draw_tie(sketch, pens[tie.first_feeder], pens[tie.second_feeder])


class _Pen:
    """Draws one feeder's trunk: knows the bus it stands at and how many sections it has drawn."""

    def __init__(self, sketch: Sketch, plan: Plan, feeder: FeederPlan) -> None:
        substation = next(s for s in plan.substations if s.substation_id == feeder.substation_id)
        self.sketch, self.plan, self.feeder = sketch, plan, feeder
        self.bus, self.at_km, self.sections = f"{substation.substation_id}-BB", substation.at_km, 0

    def trunk_to(self, bus: str, at_km: Point2, conductor: Conductor, switch: str = "") -> None:
        """Draw the trunk to a new bus, in sections of at most ``section_km``; a switch stands at its beginning."""
        detour = self.plan.cable_detour if self.feeder.style == "cable" else self.plan.overhead_detour
        length_km = max(distance_km(self.at_km, at_km) * detour, SHORTEST_SECTION_KM)
        count = math.ceil(length_km / self.plan.section_km)
        start = self.at_km
        for k in range(1, count + 1):
            self.sections += 1
            part = (start[0] + (at_km[0] - start[0]) * k / count, start[1] + (at_km[1] - start[1]) * k / count)
            name = bus if k == count else f"{self.feeder.feeder_id}-P{self.sections:02d}"
            self.sketch.buses.append(BusRow(name, MV_KV, part))
            head = self.sections == 1
            kind = "CB" if head else "LBS"
            marked = f"CB-{self.feeder.feeder_id}" if head else switch if k == 1 else ""
            line = f"{self.feeder.feeder_id}-S{self.sections:02d}"
            self.sketch.lines.append(
                LineRow(line, self.bus, name, conductor, round(length_km / count, 4), marked, kind)
            )
            self.bus, self.at_km = name, part


def _draw_feeder(
    pen: _Pen, plan: Plan, feeder: FeederPlan, polygons: dict[str, Polygon], positions: dict[str, Point2]
) -> None:
    areas = {area.area_id: area for area in plan.areas}
    for stop in feeder.stops:
        here = [t for t in plan.transformers if t.stop == stop.area_id]
        switch = f"SW-{feeder.feeder_id}-{stop.area_id}"
        conductor = stop.conductor or feeder.trunk
        if feeder.style == "cable":
            _ring_main_units(pen, conductor, here, positions, switch)
        else:
            pole = f"{feeder.feeder_id}-{stop.area_id}"
            pen.trunk_to(pole, centre_of(areas[stop.area_id], polygons), conductor, switch)
            _spurs(pen, feeder, pole, here, positions)


def _ring_main_units(
    pen: _Pen, conductor: Conductor, here: list[TransformerPlan], positions: dict[str, Point2], switch: str
) -> None:
    nearest_first = sorted(here, key=lambda t: distance_km(pen.at_km, positions[t.transformer_id]))
    for k, transformer in enumerate(nearest_first):
        bus = f"{transformer.transformer_id}-HV"
        pen.trunk_to(bus, positions[transformer.transformer_id], conductor, switch if k == 0 else "")
        _transformer(pen.sketch, transformer, bus, positions[transformer.transformer_id])


def _spurs(pen: _Pen, feeder: FeederPlan, pole: str, here: list[TransformerPlan], positions: dict[str, Point2]) -> None:
    for transformer in here:
        at_km = positions[transformer.transformer_id]
        bus = f"{transformer.transformer_id}-HV"
        length_km = max(distance_km(pen.at_km, at_km) * pen.plan.overhead_detour, SHORTEST_SECTION_KM)
        pen.sketch.buses.append(BusRow(bus, MV_KV, at_km))
        name = f"{feeder.feeder_id}-B-{transformer.transformer_id}"
        pen.sketch.lines.append(LineRow(name, pole, bus, feeder.spur, round(length_km, 4)))
        _transformer(pen.sketch, transformer, bus, at_km)


def _transformer(sketch: Sketch, plan: TransformerPlan, hv_bus: str, at_km: Point2) -> None:
    lv_bus = f"{plan.transformer_id}-LV"
    sketch.buses.append(BusRow(lv_bus, LV_KV, at_km))
    sketch.trafos.append(TrafoRow(plan.transformer_id, hv_bus, lv_bus, plan.series, plan.rated_kva, plan.tap_pos))


def _draw_tie(sketch: Sketch, first: _Pen, second: _Pen) -> None:
    """Bring both feeders to the same place, where an open switch stands between them."""
    middle = ((first.at_km[0] + second.at_km[0]) / 2.0, (first.at_km[1] + second.at_km[1]) / 2.0)
    for pen in (first, second):
        pen.trunk_to(f"{pen.feeder.feeder_id}-TIE", middle, pen.feeder.trunk)
    name = f"TIE-{first.feeder.feeder_id}-{second.feeder.feeder_id}"
    sketch.ties.append(TieRow(name, first.bus, second.bus))
