"""The ledger workbook's sheets and columns: what the template shows and the import expects.

Columns that a case table has too take their heading, unit and choices from its schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from capacity.tables import words
from capacity.tables._schema import Table
from capacity.tables.inputs.applications import APPLICATIONS
from capacity.tables.inputs.areas import AREAS
from capacity.tables.inputs.customers import CUSTOMERS
from capacity.tables.inputs.exclusions import EXCLUSIONS
from capacity.tables.inputs.feeders import FEEDERS
from capacity.tables.inputs.outages import OUTAGES
from capacity.tables.inputs.projects import PROJECTS
from capacity.tables.inputs.substations import SUBSTATIONS
from capacity.tables.inputs.transformers import TRANSFORMERS
from capacity.tables.words import Word

OPEN_AT = {
    "none": Word("合", "closed"),
    "from": Word("起点断开", "open at its start"),
    "to": Word("终点断开", "open at its end"),
    "both": Word("两端断开", "open at both ends"),
}
YES_NO = {"true": Word("是", "yes"), "false": Word("否", "no")}


@dataclass(frozen=True)
class Bound:
    """A limit of a number: ``at least``, ``above`` or ``at most``."""

    kind: str
    value: float


@dataclass(frozen=True)
class Field:
    """A column of the ledger: heading, unit, type, and what an empty cell means (None: it must be filled in)."""

    key: str
    zh: str
    en: str
    dtype: str = "string"
    unit: str = ""
    missing: str | None = "not stated"
    description: str = ""
    choices: Mapping[str, Word] | None = None
    bounds: tuple[Bound, ...] = ()
    unique: bool = False

    @property
    def required(self) -> bool:
        """Whether the cell must be filled in."""
        return self.missing is None

    @property
    def identifies(self) -> bool:
        """Whether the text is an id or code, so that full-width letters and digits mean half-width ones."""
        return self.key.endswith(("_id", "_ids", "_node", "_code", "type_name", "ct_ratio")) or self.key == "rule"


@dataclass(frozen=True)
class SheetSpec:
    """A sheet of the ledger. ``example`` is the marked row of the template; ``aliases`` are other sheet names."""

    key: str
    zh: str
    en: str
    fields: tuple[Field, ...]
    required: bool
    note_zh: str
    note_en: str
    example: Mapping[str, Any]
    aliases: tuple[str, ...] = ()
    table: Table | None = None

    @property
    def title(self) -> str:
        """The sheet's name in the workbook, both languages."""
        return f"{self.zh} {self.en}"

    def field(self, key: str) -> Field:
        """The column of a key."""
        return next(one for one in self.fields if one.key == key)


_VOCABULARY: Mapping[tuple[str, ...], Mapping[str, Word]] = {
    tuple(vocabulary): vocabulary
    for vocabulary in (
        words.AREA_CLASS,
        words.OWNERSHIP,
        words.CATEGORY,
        words.APPLICATION_STATUS,
        words.PROJECT_STAGE,
        words.PROJECT_STATUS,
        words.METER_SIDE,
        words.OUTAGE_KIND,
    )
} | {("1", "3"): {code: words.PHASES[code] for code in ("1", "3")}}

_BOUND_KINDS = {"greater_than_or_equal_to": "at least", "greater_than": "above", "less_than_or_equal_to": "at most"}


def _of(schema: Table, leave_out: Sequence[str] = (), **missing: str | None) -> tuple[Field, ...]:
    """The columns of a table as fields; ``missing`` states another meaning of an empty cell, None makes it required."""
    found = []
    for key, column in schema.columns.items():
        if key in leave_out:
            continue
        about = column.metadata
        bounds = [
            Bound(_BOUND_KINDS[check.name], float(next(iter(check.statistics.values()))))
            for check in column.checks
            if check.name in _BOUND_KINDS
        ]
        choices = about["choices"]
        found.append(
            Field(
                key=key,
                zh=about["zh"],
                en=about["en"],
                dtype=str(column.dtype).removesuffix("[python]"),
                unit="" if about["unit"] in ("1", "case CRS") else about["unit"],
                missing=missing.get(key, about["missing"]) if key in missing else about["missing"],
                description=column.description or "",
                choices=_VOCABULARY.get(choices, {code: Word(code, code) for code in choices}) if choices else None,
                bounds=tuple(bounds),
                unique=bool(column.unique),
            )
        )
    return tuple(found)


def _positive(key: str, zh: str, en: str, unit: str, missing: str | None, description: str = "") -> Field:
    return Field(key, zh, en, "float64", unit, missing, description, bounds=(Bound("above", 0.0),))


_X = Field("x", "经度", "longitude", "float64", "", "no location", "in the coordinate system of the case sheet")
_Y = replace(_X, key="y", zh="纬度", en="latitude")
_TYPE = Field("type_name", "型号", "type", missing=None)
_WKT = Field("geometry", "走向WKT", "course WKT", missing="no course", description="LINESTRING (lon lat, lon lat, …)")

CASE = SheetSpec(
    "case",
    "基本信息",
    "case",
    (
        Field("title_zh", "案例名称", "title in Chinese", missing=None),
        Field("title_en", "英文名称", "title in English", missing="the Chinese title"),
        Field("as_of", "统计截止日", "as-of date", "datetime64[ns]", missing="the day after the last reading"),
        Field("synthetic", "是否虚构", "synthetic", "boolean", missing="no", choices=YES_NO),
        Field("crs", "坐标系", "coordinate system", missing="EPSG:4326", description="EPSG code; WGS 84 is EPSG:4326"),
        _positive("power_factor", "新增负荷功率因数", "power factor of new load", "", "0.95"),
        Field("company_phone", "公司服务电话", "company telephone", missing="95598"),
        Field("source", "数据来源", "data source", missing="not stated"),
        Field("licence", "使用许可", "licence", missing="not stated"),
    ),
    False,
    "只填一行。",
    "One row.",
    {"title_zh": "示例-某县配电网", "title_en": "Example county", "as_of": "2024-01-01", "synthetic": "否"},
)

SUBSTATION_SHEET = SheetSpec(
    "substations",
    "变电站",
    "substations",
    (
        *_of(SUBSTATIONS, ("busbar_id", "x", "y")),
        _positive("busbar_kv", "10千伏母线运行电压", "busbar voltage", "kV", "10.0 is assumed, and said so"),
        Field("busbar_id", "母线编号", "busbar id", missing="made from the substation id"),
        _X,
        _Y,
    ),
    True,
    "每段对外供电的10千伏母线所在变电站一行。",
    "One row per substation.",
    {"substation_id": "示例-S01", "name": "城北变", "rated_kva": 20000, "busbar_kv": 10.4, "x": 99.16, "y": 25.13},
    table=SUBSTATIONS,
)

FEEDER_SHEET = SheetSpec(
    "feeders",
    "10千伏线路",
    "feeders",
    _of(FEEDERS, head_line_id="found from the MV lines"),
    True,
    "每条10千伏公用线路一行。",
    "One row per 10 kV feeder.",
    {"feeder_id": "示例-F01", "name": "城北一线", "substation_id": "示例-S01"},
    ("线路", "10kV线路", "馈线"),
    FEEDERS,
)

AREA_SHEET = SheetSpec(
    "areas",
    "低压网格",
    "areas",
    (
        *_of(AREAS),
        Field("polygon", "边界WKT", "polygon WKT", missing="derived", description="POLYGON ((lon lat, lon lat, …))"),
    ),
    True,
    "每个低压网格一行；单台区网格也要列出。",
    "One row per LV grid area.",
    {
        "area_id": "示例-A01",
        "name": "文昌网格",
        "area_class": "县城",
        "branch": "某县分公司",
        "supply_station": "城区供电所",
    },
    ("网格",),
    AREAS,
)

TRANSFORMER_SHEET = SheetSpec(
    "transformers",
    "配变",
    "transformers",
    (
        *_of(TRANSFORMERS, feeder_id=None),
        replace(_TYPE, description="e.g. S13-M-400/10; the equipment library lists the known series"),
        Field("tap_pos", "分接档位", "tap position", "Int64", missing="0 (principal tapping)", description="-2 … 2"),
        Field("mv_node", "接入中压节点", "MV node", missing="the feeder's head", description="a node of the MV lines"),
        Field("lv_node", "低压母线编号", "LV busbar id", missing="made from the transformer id"),
        _X,
        _Y,
    ),
    True,
    "公变和专变都要列出：专变只计入线路负荷。",
    "Public and dedicated transformers; dedicated ones only load their feeder.",
    {
        "transformer_id": "示例-T001",
        "system_code": "0730000001",
        "name": "文昌1号公变",
        "area_id": "示例-A01",
        "feeder_id": "示例-F01",
        "ownership": "公变",
        "rated_kva": 400,
        "meter_side": "低压侧",
        "ct_ratio": "600/5",
        "customer_count": 186,
        "type_name": "S13-M-400/10",
        "x": 99.161,
        "y": 25.131,
    },
    ("配变台账", "台区", "台区台账"),
    TRANSFORMERS,
)

MV_LINE_SHEET = SheetSpec(
    "mv_lines",
    "中压线路段",
    "mv_lines",
    (
        Field("line_id", "线路段编号", "line id", missing=None, unique=True),
        Field("feeder_id", "线路编号", "feeder id", missing=None),
        Field("from_node", "起点", "from node", missing=None, description="substation id (its busbar) or a node"),
        Field("to_node", "终点", "to node", missing=None, description="a node: pole, cabinet or transformer id"),
        replace(_TYPE, description="e.g. JKLYJ-10-120, YJV22-8.7/15-3×300, or 开关 (switch) for a switch of no length"),
        _positive("length_km", "长度", "length", "km", "only for a switch"),
        Field("parallel", "并列回数", "parallel", "Int64", missing="1", bounds=(Bound("at least", 1.0),)),
        Field("open_at", "开断位置", "open at", missing="closed", choices=OPEN_AT),
        _WKT,
    ),
    False,
    "没有中压线路段时，配变直接接在线路首端，不计算10千伏线段负载率。联络开关在“开断位置”填“起点断开”或“终点断开”。",
    "Without them transformers hang on the feeder's head and 10 kV sections have no load rate.",
    {
        "line_id": "示例-F01-01",
        "feeder_id": "示例-F01",
        "from_node": "示例-S01",
        "to_node": "示例-P001",
        "type_name": "JKLYJ-10-120",
        "length_km": 0.85,
    },
    ("中压线路", "MV线路"),
)

LV_LINE_SHEET = SheetSpec(
    "lv_lines",
    "低压线路",
    "lv_lines",
    (
        Field("line_id", "线路段编号", "line id", missing=None, unique=True),
        Field("transformer_id", "配变编号", "transformer id", missing=None),
        Field("from_node", "起点", "from node", missing=None, description="transformer id (its LV busbar) or a node"),
        Field("to_node", "终点", "to node", missing=None),
        replace(_TYPE, description="e.g. JKLYJ-1-70, YJLV22-0.6/1-4×120, BLV-25"),
        _positive("length_m", "长度", "length", "m", None),
        Field("parallel", "并列回数", "parallel", "Int64", missing="1", bounds=(Bound("at least", 1.0),)),
        _WKT,
    ),
    False,
    "没有低压线路时，结果只到配变和网格，不到接入点。",
    "Without them results stop at transformers and areas.",
    {
        "line_id": "示例-T001-01",
        "transformer_id": "示例-T001",
        "from_node": "示例-T001",
        "to_node": "示例-N001",
        "type_name": "JKLYJ-1-70",
        "length_m": 60,
    },
    ("LV线路",),
)

CUSTOMER_SHEET = SheetSpec(
    "customers",
    "用户",
    "customers",
    _of(CUSTOMERS),
    False,
    "选填。",
    "Optional.",
    {
        "customer_id": "示例-C0001",
        "transformer_id": "示例-T001",
        "node_id": "示例-N001",
        "contract_kva": 8,
        "phases": "单相",
        "category": "居民",
    },
    table=CUSTOMERS,
)

PROJECT_SHEET = SheetSpec(
    "projects",
    "项目",
    "projects",
    _of(PROJECTS),
    False,
    "选填。多个编号用“;”分隔。",
    "Optional. Several ids are separated by ';'.",
    {"project_id": "示例-X01", "name": "文昌增容", "stage": "立项", "status": "计划", "area_ids": "示例-A01"},
    ("项目库",),
    PROJECTS,
)

APPLICATION_SHEET = SheetSpec(
    "applications",
    "申请",
    "applications",
    _of(APPLICATIONS),
    False,
    "选填。已批未投的申请占用容量。",
    "Optional. Accepted applications not yet energised reserve capacity.",
    {
        "application_id": "示例-B01",
        "transformer_id": "示例-T001",
        "p_kw": 60,
        "status": "已批未投",
        "received_at": "2023-11-20",
    },
    ("用电申请", "报装"),
    APPLICATIONS,
)

OUTAGE_SHEET = SheetSpec(
    "outages",
    "停电",
    "outages",
    _of(OUTAGES),
    False,
    "选填。",
    "Optional.",
    {"feeder_id": "示例-F01", "start": "2023-07-01 14:05", "end": "2023-07-01 16:40", "kind": "故障", "customers": 320},
    ("停电记录",),
    OUTAGES,
)

EXCLUSION_SHEET = SheetSpec(
    "exclusions",
    "剔除",
    "exclusions",
    _of(EXCLUSIONS),
    False,
    "选填。计量故障、临时转供等时段的读数不采用。",
    "Optional. Readings of these intervals do not count.",
    {
        "transformer_id": "示例-T001",
        "from": "2023-05-03 08:00",
        "to": "2023-05-04 18:00",
        "reason": "表计故障",
        "author": "张三",
    },
    ("剔除时段",),
    EXCLUSIONS,
)

VOLTAGE_SHEET = SheetSpec(
    "busbar_voltage",
    "母线电压",
    "busbar_voltage",
    (
        Field("substation_id", "变电站编号", "substation id", missing=None),
        Field("timestamp", "时间", "timestamp", "datetime64[ns]", missing=None, description="start of the interval"),
        Field(
            "kv",
            "电压",
            "voltage",
            "float64",
            "kV",
            None,
            "line-to-line voltage of the 10 kV busbar",
            bounds=(Bound("at least", 8.0), Bound("at most", 12.0)),
        ),
    ),
    False,
    "选填。有实测母线电压时每个时刻一行；缺失的时刻按“10千伏母线运行电压”处理并注明。",
    "Optional. Measured busbar voltage, one row per step; missing steps take the stated busbar voltage, and say so.",
    {"substation_id": "示例-S01", "timestamp": "2023-01-01 00:00", "kv": 10.42},
)

SHEETS = (
    CASE,
    SUBSTATION_SHEET,
    FEEDER_SHEET,
    AREA_SHEET,
    TRANSFORMER_SHEET,
    MV_LINE_SHEET,
    LV_LINE_SHEET,
    CUSTOMER_SHEET,
    PROJECT_SHEET,
    APPLICATION_SHEET,
    OUTAGE_SHEET,
    EXCLUSION_SHEET,
    VOLTAGE_SHEET,
)
INSTRUCTIONS = "说明 Instructions"
EXAMPLE_MARKS = ("示例", "EXAMPLE", "例：", "例:")
SWITCH_TYPES = ("开关", "SWITCH")
