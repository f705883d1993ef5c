"""What every kind of candidate looks at: the needs, the results by id, the tree, and how a measure is written down."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from capacity.planning.candidates.choices import Choices
from capacity.planning.candidates.grid import Grid
from capacity.planning.candidates.lv_voltage import LvVoltages, lv_voltages
from capacity.tables.measure import Measure, MeasureKind, Need, Rule
from capacity.tables.network_change import NetworkChange
from capacity.tables.situation import Market, Situation
from capacity.tables.words import Word
from capacity.tables.works import Work

CODES: dict[MeasureKind, str] = {
    "rebalance_loads": "RB",
    "move_open_point": "OP",
    "tap_change": "TC",
    "larger_transformer": "LT",
    "additional_transformer": "AT",
    "stronger_lv_conductor": "LC",
    "stronger_mv_conductor": "MC",
    "feeder_tie": "FT",
    "lv_split": "LS",
    "managed_charging": "CH",
    "storage": "ST",
}
"""What stands for a kind in the id of a measure."""


@dataclass(frozen=True)
class Ground:
    """A situation with what can be bought, the choices, and what follows from them."""

    situation: Situation
    market: Market
    choices: Choices
    _voltages: dict[str, LvVoltages] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def grid(self) -> Grid:
        """The tree of the case."""
        return Grid(self.situation.case, self.transformers["smax_import_kva"].astype(float))

    @cached_property
    def transformers(self) -> pd.DataFrame:
        """Results by transformer id."""
        return self.situation.transformers.set_index("transformer_id")

    @cached_property
    def lines(self) -> pd.DataFrame:
        """Results by line id."""
        return self.situation.lines.set_index("line_id")

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """Results by LV node id."""
        return self.situation.nodes.set_index("node_id")

    @cached_property
    def areas(self) -> pd.DataFrame:
        """Results by area id."""
        return self.situation.areas.set_index("area_id")

    def lv_voltages(self, transformer_id: str) -> LvVoltages:
        """Voltages of an LV network."""
        if transformer_id not in self._voltages:
            self._voltages[transformer_id] = lv_voltages(self.grid, self.nodes, transformer_id)
        return self._voltages[transformer_id]

    @property
    def power_factor(self) -> float:
        """That of load, for estimates of voltage drop."""
        return self.situation.case.settings.power_factor

    @property
    def margin_pu(self) -> float:
        """What estimates of voltage leave to a limit."""
        return self.choices.values.voltage_margin_percent.value / 100.0

    @property
    def least_gain_pu(self) -> float:
        """The least lift of a low voltage that is worth a load flow."""
        return self.choices.values.least_gain_percent.value / 100.0

    @cached_property
    def changeable(self) -> tuple[str, ...]:
        """Public transformers in service of the feeder, by id: what may be changed."""
        table = self.transformers
        mine = table["feeder_id"].eq(self.situation.feeder_id) & table["ownership"].eq("public")
        chosen = mine.fillna(False).astype(bool) & table["in_service"].fillna(False).astype(bool)
        live = {str(name) for name in self.situation.case.topology.trafos.query("live")["trafo_id"]}
        return tuple(sorted(str(name) for name in table.index[chosen] if str(name) in live))

    @property
    def least_relief(self) -> float:
        """The least share of a section's flow that is worth moving away."""
        return self.choices.values.least_relief_percent.value / 100.0

    @property
    def load_limit_percent(self) -> float:
        """Load rate that moved load may leave a transformer at: below P4 by the choices' margin."""
        return self.market.thresholds["P4"] - self.choices.values.load_margin_percent.value

    @cached_property
    def section_limit(self) -> float:
        """Limit of the feeder's 10 kV sections in percent (P9): its own, else the policy's."""
        feeders = self.situation.case.feeders
        own = feeders.loc[feeders["feeder_id"].eq(self.situation.feeder_id), "limit_percent"].dropna()
        return float(own.iloc[0]) if len(own) else self.market.choice("section_limit_percent")

    @cached_property
    def hv_buses(self) -> dict[str, int]:
        """The 10 kV bus of each distribution transformer."""
        trafos = self.situation.case.topology.trafos
        names = trafos.loc[trafos["kind"].eq("distribution"), "trafo_id"]
        return {str(name): int(self.grid.net.trafo.at[index, "hv_bus"]) for index, name in names.items()}

    def hv_bus(self, transformer_id: str) -> int:
        """The 10 kV bus of a distribution transformer."""
        return self.hv_buses[transformer_id]

    def is_public_lv(self, line: int) -> bool:
        """Whether a line is an LV line below a transformer that may be changed; -1 is none."""
        if line not in self.situation.case.topology.lines.index:
            return False
        row = self.situation.case.topology.lines.loc[line]
        return bool(row["level"] == "lv") and str(row["transformer_id"]) in self.changeable

    def needs(self, *rules: Rule) -> tuple[Need, ...]:
        """The needs of some rules, by rule and element."""
        found = [need for need in self.situation.needs if need.rule in rules]
        return tuple(sorted(found, key=lambda need: (need.rule, need.element_id, need.need_id)))

    def at_transformers(self, *rules: Rule) -> dict[str, list[Need]]:
        """The needs of some rules at transformers that may be changed, by transformer."""
        found: dict[str, list[Need]] = {}
        for need in self.needs(*rules):
            if need.element_id in self.changeable:
                found.setdefault(need.element_id, []).append(need)
        return dict(sorted(found.items()))

    def highest_kva(self, transformer_id: str, needs: Sequence[Need] = ()) -> float:
        """The highest load of a transformer: in the results or in a need's rate; NaN where unknown."""
        row = self.transformers.loc[transformer_id]
        rates = [float(row["max_loading_percent"])]
        rates += [float(need.value) for need in needs if need.value is not None and need.unit == "%"]
        known = [rate for rate in rates if not math.isnan(rate)]
        return max(known) / 100.0 * float(row["rated_kva"]) if known else math.nan

    def limited_above(self, area_id: str) -> bool:
        """Whether an area's room (P8) ends at something other than its transformers: more of these do nothing alone."""
        if area_id not in self.areas.index:
            return False
        criterion = self.areas.at[area_id, "binding_criterion"]
        return not pd.isna(criterion) and criterion != "transformer_loading"

    def imports(self, transformer_id: str) -> bool:
        """Whether its highest load flows down: load moved away or covered takes nothing off a highest export."""
        return bool(self.transformers.at[transformer_id, "max_direction"] != "export")

    def area_of(self, transformer_id: str) -> tuple[str, ...]:
        """The area of a transformer, if it is in one."""
        area = self.transformers["area_id"].get(transformer_id)
        return () if area is None or pd.isna(area) else (str(area),)

    def area_class(self, area_ids: Sequence[str]) -> str:
        """The class that works are priced in: of the first area; without one, of most areas of the case."""
        table = self.situation.case.areas
        classes = table["area_class"].astype(object)
        own = classes[table["area_id"].isin(area_ids[:1])].dropna()
        counted = own if len(own) else classes.dropna()
        return str(sorted(counted.mode())[0]) if len(counted) else "rural"

    @cached_property
    def _ids(self) -> frozenset[str]:
        """Every id of the case that a new element could collide with."""
        topology, switch = self.situation.case.topology, self.situation.case.net.switch
        own = (topology.buses["bus_id"], topology.lines["line_id"], topology.trafos["trafo_id"])
        switches = switch["name"] if "name" in switch.columns else ()
        return frozenset(str(one) for ids in (*own, switches) for one in ids)

    def new_id(self, wanted: str) -> str:
        """An id that the case does not have, nor any id that is derived from it (``SW-…``, ``…-MV``, ``…-HV``)."""
        while {wanted, f"SW-{wanted}", f"{wanted}-MV", f"{wanted}-HV"} & self._ids:
            wanted += "x"
        return wanted

    def name(self, kind: MeasureKind, *parts: object) -> str:
        """A measure's id: feeder, kind, what it is about."""
        return "-".join([self.situation.feeder_id, CODES[kind], *(str(part) for part in parts)])

    def node_in(self, transformer_id: str, bus: int) -> str:
        """A node's id within its LV network: without the transformer's id where it begins with that."""
        return self.grid.bus_id(bus).removeprefix(f"{transformer_id}-")

    def measure(
        self,
        kind: MeasureKind,
        measure_id: str,
        *,
        works: Sequence[Work],
        changes: Sequence[NetworkChange],
        element_ids: Sequence[str],
        area_ids: Sequence[str],
        note: Word,
    ) -> Measure:
        """A measure with its cost and its lead time; without a price where one is missing."""
        return Measure(
            measure_id=measure_id,
            feeder_id=self.situation.feeder_id,
            kind=kind,
            area_ids=tuple(sorted(set(area_ids))),
            element_ids=tuple(dict.fromkeys(element_ids)),
            works=tuple(works),
            changes=tuple(changes),
            cost=self.market.cost(works, self.area_class(area_ids)),
            lead_time_working_days=self.market.lead_time_working_days(works),
            note=note,
        )
