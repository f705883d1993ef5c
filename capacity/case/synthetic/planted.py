"""What the bundled case is there to show, as data: per area, transformer, application and feeder, with the numbers.

The generator puts these situations there; tests hold its output, and a whole run of it, against this list. Figures
marked ``exact`` hold in floating point. Where nothing is stated (None), nothing is promised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["open", "pre_control", "blocked", "no_data"]


@dataclass(frozen=True)
class PlantedArea:
    """What an area shows.

    Attributes
    ----------
    trigger : the stronger of P3 and P4 that an element of the area raises; None where neither.
    p5_variant : ``sum`` or ``grid_limited`` where P5 holds.
    max_loading_percent : highest load rate of its public transformers, by meter; None where a line is higher or nothing
        is promised.
    allowed_sum_kva : P7 summed over its transformers with sound readings, reserved applications taken off.
    exact : ``max_loading_percent`` and ``allowed_sum_kva`` at the boundary are exact, else within 0.01.
    binding_criterion : what binds above its transformers, where something does.
    """

    area_id: str
    shows_zh: str
    shows_en: str
    status: Status | None
    trigger: Literal["P3", "P4"] | None
    max_loading_percent: float | None
    allowed_sum_kva: float | None
    p5_variant: Literal["sum", "grid_limited"] | None = None
    exact: bool = False
    structural: bool = False
    lower_bound: bool = False
    binding_criterion: str | None = None
    most_loaded_type: Literal["transformer", "line"] = "transformer"
    low_voltage: bool = False

    @property
    def rules(self) -> frozenset[str]:
        """Every rule of P3, P4 and P5 whose condition holds for the area or an element of it (P3 wherever P4 does)."""
        triggers = {"P3": {"P3"}, "P4": {"P3", "P4"}, None: set[str]()}[self.trigger]
        return frozenset(triggers | ({"P5"} if self.p5_variant else set()))


@dataclass(frozen=True)
class PlantedTransformer:
    """What a transformer's own figures show; None where nothing is promised."""

    transformer_id: str
    shows_en: str
    heavy_load: bool | None = None
    overload: bool | None = None
    max_loading_percent: float | None = None
    reason: str | None = None
    source: str | None = None
    max_direction: str | None = None
    allowed_kva: float | None = None


@dataclass(frozen=True)
class PlantedApplication:
    """The transformer's expected highest load after an application (P6: above 80 %)."""

    application_id: str
    transformer_id: str
    expected_percent: float
    triggers_p6: bool
    exact: bool = False


@dataclass(frozen=True)
class PlantedFeeder:
    """What a feeder shows."""

    feeder_id: str
    shows_en: str
    faults_in_six_months: int
    outages_in_a_year: int
    limit_percent: float | None = None


def _area(
    area_id: str,
    shows_zh: str,
    shows_en: str,
    status: Status | None,
    trigger: Literal["P3", "P4"] | None,
    max_loading_percent: float | None,
    allowed_sum_kva: float | None,
    p5_variant: Literal["sum", "grid_limited"] | None = None,
    *,
    exact: bool = False,
    structural: bool = False,
    lower_bound: bool = False,
    binding_criterion: str | None = None,
    most_loaded_type: Literal["transformer", "line"] = "transformer",
    low_voltage: bool = False,
) -> PlantedArea:
    return PlantedArea(
        area_id,
        shows_zh,
        shows_en,
        status,
        trigger,
        max_loading_percent,
        allowed_sum_kva,
        p5_variant,
        exact,
        structural,
        lower_bound,
        binding_criterion,
        most_loaded_type,
        low_voltage,
    )


PLANTED: tuple[PlantedArea, ...] = (
    _area("A01", "最高负载率恰为50%", "highest load rate exactly 50 %", "open", "P3", 50.0, None, exact=True),
    _area("A02", "最高负载率49.97%，不触发", "49.97 %: just no trigger", "open", None, 49.97, None),
    _area("A03", "最高负载率恰为70%", "highest load rate exactly 70 %", "open", "P4", 70.0, None, exact=True),
    _area("A04", "最高负载率69.98%", "69.98 %: P3, just not P4", "open", "P3", 69.98, None),
    _area("A05", "允许容量合计恰为160", "allowed sum exactly 160 kVA", "open", None, 42.5, 160.0, exact=True),
    _area("A06", "允许容量合计159.5", "allowed sum 159.5 kVA", "pre_control", None, 42.75, 159.5, "sum"),
    _area(
        "A07",
        "配变有余，N-1线路越限，受限",
        "room in the transformers, none in the N-1 feeder",
        "blocked",
        None,
        48.4,
        None,
        "grid_limited",
        binding_criterion="section_loading",
    ),
    _area(
        "A08",
        "同上，同一线路",
        "the same, on the same feeder",
        "blocked",
        None,
        48.3,
        None,
        "grid_limited",
        binding_criterion="section_loading",
    ),
    _area("A09", "一台重载，其余有余", "one heavily loaded transformer beside roomy ones", "open", "P4", 96.4, None),
    _area("A10", "短时尖峰83.5%，不属重载", "an hour at 83.5 %: P4, no heavy load", "open", "P4", 83.5, None),
    _area(
        "A11",
        "低压线路负载率高于配变",
        "an LV line is the most loaded element",
        "open",
        "P4",
        None,
        None,
        most_loaded_type="line",
    ),
    _area(
        "A12", "户数少于5户；两份报装在80%两侧", "fewer than 5 customers; P6 on both sides", "open", None, 47.619, 202.0
    ),
    _area(
        "A13", "已批未投使其低于160", "a reservation takes 170 to 149 kVA", "pre_control", None, 37.5, 148.947, "sum"
    ),
    _area("A14", "窗口内换过配变", "a transformer exchanged within the window", "open", None, 44.3, None),
    _area(
        "A15",
        "结构性不足：Σ0.8Sn=144",
        "structural: 144 kVA at best",
        "pre_control",
        None,
        45.2,
        None,
        "sum",
        structural=True,
    ),
    _area("A16", "表计连续零值", "a meter that wrote zeros for 30 h", "open", None, 46.3, None),
    _area(
        "A17",
        "一台数据不足，其余合计不足160",
        "one transformer unknown, the rest under 160",
        "no_data",
        None,
        None,
        69.8,
        lower_bound=True,
    ),
    _area(
        "A18",
        "一台无表，其余合计超过160",
        "one transformer unknown, the rest above 160",
        "open",
        None,
        42.0,
        220.37,
        lower_bound=True,
    ),
    _area("A19", "一台过载，不影响其余配变的余量", "an overloaded transformer hides nothing", None, "P4", 121.5, 169.8),
    _area("A20", "三相低电压", "three-phase low voltage", None, "P3", 52.3, None, low_voltage=True),
    _area("A21", "单相低电压", "single-phase low voltage", None, "P3", 50.6, None, low_voltage=True),
    _area(
        "A22",
        "10千伏末端电压受限",
        "limited by the voltage at the end of the feeder",
        "pre_control",
        None,
        43.5,
        196.65,
        "grid_limited",
        binding_criterion="voltage_min",
    ),
    _area("A23", "剔除时段与已批未投", "an excluded interval, a reservation", "open", "P3", 54.2, None),
    _area("A24", "只有视在功率的表计；充电桩", "a meter of apparent power only; EV charging", "open", None, 49.2, None),
    _area("A25", "高压侧计量", "a meter on the 10 kV side", "open", None, 46.1, None),
    _area("A26", "配变均已满", "every transformer at its limit", "blocked", "P4", 91.4, 0.0, "sum"),
    _area("A27", "光伏中午倒送", "rooftop PV: the highest rate is export", "open", "P3", 56.86, None),
    _area(
        "A28",
        "受老旧导线限制",
        "limited by a thin old section upstream",
        "pre_control",
        "P3",
        58.3,
        190.12,
        "grid_limited",
        binding_criterion="section_loading",
    ),
    _area(
        "A29",
        "受老旧导线限制",
        "limited by the same section",
        "pre_control",
        None,
        41.0,
        243.82,
        "grid_limited",
        binding_criterion="section_loading",
    ),
    _area("A30", "一台无表，按仿真", "one transformer without a meter, simulated", "open", None, 43.3, None),
)

PLANTED_TRANSFORMERS: tuple[PlantedTransformer, ...] = (
    PlantedTransformer("T0901", "heavy load: at least two hours at 80 %", True, False, 96.4, allowed_kva=0.0),
    PlantedTransformer("T1001", "a peak of one hour, no heavy load", False, False, 83.5, allowed_kva=0.0),
    PlantedTransformer("T1901", "overload: at least two hours at 100 %", True, True, 121.5, allowed_kva=0.0),
    PlantedTransformer("T1402", "rating valid from 2026-03-10: the winter before does not count", False, False, 38.2),
    PlantedTransformer("T1702", "coverage 37 %: insufficient data", reason="insufficient_data"),
    PlantedTransformer("T1803", "neither meter nor LV network", reason="no_source"),
    PlantedTransformer("T2302", "excluded interval: 74 % with it, 45 % without", False, False, 45.0),
    PlantedTransformer("T2701", "export at noon above the evening import", False, False, 56.86, max_direction="export"),
    PlantedTransformer("T3001", "no meter, simulated from its LV network", False, False, source="simulated"),
)
PLANTED_APPLICATIONS: tuple[PlantedApplication, ...] = (
    PlantedApplication("YK2026-0101", "T1201", 80.0, False, exact=True),
    PlantedApplication("YK2026-0102", "T1202", 80.2005, True),
    PlantedApplication("YK2026-0104", "T2601", 94.095, True),
)
PLANTED_FEEDERS: tuple[PlantedFeeder, ...] = (
    PlantedFeeder("F03", "N-1 limit 60 %, highest section about 72 %", 1, 3, 60.0),
    PlantedFeeder("F06", "at least 15 faults in six months (P19); voltage at its end near 0.937 pu", 16, 24),
    PlantedFeeder("F08", "at least 25 outages in a year (P19); a thin old section near its rating", 12, 26),
)
