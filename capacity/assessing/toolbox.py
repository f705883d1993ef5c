"""What options are designed and worked out with, gathered from the rooms that know it: equipment, prices, calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial

from capacity import policy, works
from capacity.applications.options import GridFacts, OptionChoices, Setting, Tools, TransformerFacts
from capacity.assessing.ground import Ground
from capacity.case.equipment.library import Equipment, Value
from capacity.case.equipment.library import load as load_equipment
from capacity.tables.catalogue import Catalogue, LineType, TransformerType, weakest_mark
from capacity.tables.policy import Policy
from capacity.tables.service import AreaClass, Supply, Voltage
from capacity.tables.stage_plan import WorkingCalendar
from capacity.tables.terms import Terms
from capacity.tables.works import CostEstimate, Split, Work


def catalogue() -> Catalogue:
    """The bundled equipment library as what connections may be built of."""
    library = load_equipment()
    lines = []
    for one in library.lines.values():
        figures = (one.r_ohm_per_km, one.x_ohm_per_km, one.rated_current_a)
        lines.append(
            LineType(
                one.name, one.level, "cable" if one.kind == "cs" else "overhead", one.cross_section_mm2,
                one.r_ohm_per_km.value, one.x_ohm_per_km.value, one.rated_current_a.value / 1000.0,
                weakest_mark(figure.mark for figure in figures), *_sources(library, figures),
            )
        )  # fmt: skip
    transformers = []
    for unit in library.transformers.values():
        losses = (unit.no_load_loss_w, unit.load_loss_w, unit.impedance_percent, unit.no_load_current_percent)
        made = unit.pandapower_type
        transformers.append(
            TransformerType(
                unit.name, unit.series, unit.rated_kva, made["vk_percent"], made["vkr_percent"], made["pfe_kw"],
                made["i0_percent"], weakest_mark(figure.mark for figure in losses), *_sources(library, losses),
            )
        )  # fmt: skip
    return Catalogue(tuple(lines), tuple(transformers))


def _sources(library: Equipment, figures: Sequence[Value]) -> tuple[str, str]:
    named = "; ".join(dict.fromkeys(library.sources[figure.source] for figure in figures))
    return named, named


def grid_facts(ground: Ground) -> GridFacts:
    """What designs ask of the grid."""
    topology = ground.case.topology
    vn_kv = dict(zip(topology.buses["bus_id"].astype(str), topology.buses["vn_kv"].astype(float), strict=True))
    return GridFacts(vn_kv.__getitem__, _far_ends(ground).__getitem__, lambda name: _transformer(ground, name))


def _far_ends(ground: Ground) -> Mapping[str, str]:
    """Of every line, the node at the end that is further from the source."""
    lines, buses = ground.case.topology.lines, ground.case.topology.buses
    ends = ground.case.net.line.loc[lines.index, ["from_bus", "to_bus"]]
    depth = buses["depth"]
    from_is_far = depth.reindex(ends["from_bus"]).to_numpy() > depth.reindex(ends["to_bus"]).to_numpy()
    far = ends["from_bus"].where(from_is_far, ends["to_bus"]).map(buses["bus_id"])
    return dict(zip(lines["line_id"].astype(str), far.astype(str), strict=True))


def _transformer(ground: Ground, name: str) -> TransformerFacts:
    row = ground.transformers.loc[name]
    return TransformerFacts(name, float(row["rated_kva"]), float(row["smax_import_kva"]) + float(row["reserved_kva"]))


def setting_of(ground: Ground, equipment: Catalogue, choices: OptionChoices) -> Setting:
    """What every design on this ground rests on."""
    rules = ground.rules
    return Setting(
        equipment,
        choices,
        grid_facts(ground),
        lv_limit_kw=rules.service.low_voltage.up_to_kw if rules.service else 0.0,
        transformer_limit_percent=rules.choice("transformer_limit_percent"),
        power_factor=ground.case.settings.power_factor,
        demand_factor=rules.demand_factor,
    )


def tools_of(rules: Policy, prices: works.Prices, durations: works.Durations) -> Tools:
    """Other rooms' functions with rules, prices, durations and the Chinese calendar in them."""
    calendar = WorkingCalendar(*policy.published_days(), policy.is_working_day)

    def terms(kind: str, area_class: AreaClass, kw: float, on: dt.date, supply: Supply, voltage: Voltage) -> Terms:
        return policy.terms_for(rules, kind, area_class, kw, on, supply, voltage)

    def cost(what: Sequence[Work], split: Split | None, area_class: AreaClass) -> CostEstimate:
        return works.cost_of(what, prices, split=split, area_class=area_class)

    return Tools(
        terms=terms,
        cost=cost,
        schedule_back=lambda what, wanted, begin: works.schedule_back(what, wanted, begin, calendar, durations),
        schedule_forward=lambda what, begin: works.schedule_forward(what, begin, calendar, durations),
        days_later=partial(works.days_later, calendar=calendar),
        project_row=works.project_row,
        day_in_words=works.day_in_words,
    )
