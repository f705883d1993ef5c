"""References between tables: ids that point to nothing, or to the wrong thing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import pandas as pd

from capacity.checks.facts import CARRIERS, Check, Facts, ids_of
from capacity.checks.kinds import FILES, Kind, names_en, names_zh
from capacity.tables.inputs.applications import reserving
from capacity.tables.issue import Issue

NOT_IN_NETWORK = Kind(
    "references.not_in_network",
    "error",
    "transformers of the ledger, in service, that the network does not hold",
    "台账在运而网络中没有的配变",
    "Add the transformer to the network under this name, or give it a valid_to if it is gone; "
    "without it its feeder would look emptier than it is.",
    "请在网络中以此名称补上该配变，若已拆除请填 valid_to；否则线路会显得比实际更空。",
)
NOT_IN_LEDGER = Kind(
    "references.not_in_ledger",
    "warning",
    "distribution transformers of the network that transformers.csv does not hold",
    "网络中有而 transformers.csv 中没有的配变",
    "Add them to transformers.csv; until then they have neither load rate nor allowed capacity.",
    "请补入 transformers.csv；补入前不计算负载率和允许接入容量。",
    "not_counted",
)
UNKNOWN_AREA = Kind(
    "references.unknown_area",
    "error",
    "area_id of transformers.csv that areas.geojson does not hold",
    "transformers.csv 中 areas.geojson 没有的网格编号",
    "Correct the area_id or add the area.",
    "请更正网格编号或补充该网格。",
)
UNKNOWN_FEEDER = Kind(
    "references.unknown_feeder",
    "warning",
    "feeder_id of transformers.csv or outages.csv that neither feeders.csv nor the network knows",
    "transformers.csv 或 outages.csv 中未知的线路编号",
    "Correct the feeder_id or add the feeder.",
    "请更正线路编号或补充该线路。",
    "lower_accuracy",
)
UNKNOWN_SUBSTATION = Kind(
    "references.unknown_substation",
    "error",
    "substation_id of feeders.csv, or of busbar_voltage in case.toml, that is not known",
    "feeders.csv 或 case.toml 的 busbar_voltage 中未知的变电站编号",
    "Correct the substation_id or add the substation.",
    "请更正变电站编号或补充该变电站。",
)
UNKNOWN_BUSBAR = Kind(
    "references.unknown_busbar",
    "error",
    "busbar_id of substations.csv that is no bus of the network",
    "substations.csv 中网络里没有的母线编号",
    "Enter the name of the MV busbar in the network.",
    "请填写网络中该中压母线的名称。",
)
UNKNOWN_HEAD = Kind(
    "references.unknown_head_line",
    "error",
    "head_line_id of feeders.csv that is no line of the network",
    "feeders.csv 中网络里没有的出线段编号",
    "Enter the name of the feeder's first section in the network, or leave it empty if it is not modelled.",
    "请填写网络中该线路首段的名称，未建模时留空。",
)
UNKNOWN_TRANSFORMER = Kind(
    "references.unknown_transformer",
    "warning",
    "transformer_id of any other table that transformers.csv does not hold",
    "其他表中 transformers.csv 没有的配变编号",
    "Correct the id, or add the transformer; these rows are not used.",
    "请更正编号或补充该配变；这些行不采用。",
    "not_counted",
)
RESERVED_NOWHERE = Kind(
    "references.reserved_nowhere",
    "error",
    "accepted applications that name a transformer which transformers.csv does not hold",
    "已批未投申请所指配变不在 transformers.csv 中",
    "Correct the transformer_id: the capacity it reserves would otherwise be offered again.",
    "请更正配变编号：否则其预留容量会被再次开放。",
)
UNKNOWN_NODE = Kind(
    "references.unknown_node",
    "warning",
    "node_id of customers.csv or applications.csv that is no bus of the network",
    "customers.csv 或 applications.csv 中网络里没有的接入点编号",
    "Correct the node_id or leave it empty; the low-voltage busbar of the transformer is assumed.",
    "请更正接入点编号或留空；程序按配变低压母线处理。",
    "assumed",
)
NODE_ELSEWHERE = Kind(
    "references.node_elsewhere",
    "warning",
    "node_id of customers.csv or applications.csv that another transformer supplies than the one named",
    "接入点由所填以外的配变供电",
    "Correct node_id or transformer_id.",
    "请更正接入点编号或配变编号。",
    "lower_accuracy",
)
UNKNOWN_IN_PROJECT = Kind(
    "references.unknown_in_project",
    "warning",
    "element_ids or area_ids of projects.csv that nothing else knows",
    "projects.csv 中未知的设备编号或网格编号",
    "Correct the ids; until then the project is tied to nothing.",
    "请更正编号；更正前该项目不与任何对象关联。",
    "not_counted",
)
KINDS = (
    NOT_IN_NETWORK,
    NOT_IN_LEDGER,
    UNKNOWN_AREA,
    UNKNOWN_FEEDER,
    UNKNOWN_SUBSTATION,
    UNKNOWN_BUSBAR,
    UNKNOWN_HEAD,
    UNKNOWN_TRANSFORMER,
    RESERVED_NOWHERE,
    UNKNOWN_NODE,
    NODE_ELSEWHERE,
    UNKNOWN_IN_PROJECT,
)


def ledger_and_network(facts: Facts) -> Iterator[Issue]:
    """Transformers that only one of ledger and network holds, one issue each way."""
    in_network = set(facts.distribution.index)
    lacking = [str(t) for t in facts.serving.index if str(t) not in in_network]
    if lacking:
        yield NOT_IN_NETWORK.issue(
            "transformers",
            "transformer_id",
            lacking,
            f"{len(lacking)} transformers of the ledger are not in the network ({names_en(lacking)}).",
            f"台账中 {len(lacking)} 台配变不在网络中（{names_zh(lacking)}）。",
            facts.areas_of(lacking),
        )
    in_ledger = set(facts.ledger.index.astype(str))
    surplus = [str(t) for t, live in facts.distribution["in_service"].items() if live and str(t) not in in_ledger]
    if surplus:
        yield NOT_IN_LEDGER.issue(
            "net.trafo",
            "name",
            surplus,
            f"{len(surplus)} distribution transformers of the network are not in the ledger ({names_en(surplus)}).",
            f"网络中 {len(surplus)} 台配变不在台账中（{names_zh(surplus)}）。",
        )


def ledger_references(facts: Facts) -> Iterator[Issue]:
    """Areas and feeders that the ledger names."""
    case = facts.case
    yield from _unknown(UNKNOWN_AREA, "transformers", "area_id", case.transformers, ids_of(case.areas, "area_id"))
    for name in ("transformers", "outages"):
        yield from _unknown(UNKNOWN_FEEDER, name, "feeder_id", getattr(case, name), facts.known_feeders)


def grid_references(facts: Facts) -> Iterator[Issue]:
    """Substations, busbars and head sections that feeders, substations and settings name."""
    case = facts.case
    substations = ids_of(case.substations, "substation_id") | ids_of(case.topology.substations, "substation_id")
    yield from _unknown(UNKNOWN_SUBSTATION, "feeders", "substation_id", case.feeders, substations)
    stated = pd.DataFrame({"busbar_voltage": list(case.settings.busbar_voltage)}, dtype="object")
    yield from _unknown(UNKNOWN_SUBSTATION, "case", "busbar_voltage", stated, substations)
    yield from _unknown(UNKNOWN_BUSBAR, "substations", "busbar_id", case.substations, facts.node_ids)
    lines = ids_of(case.net.line, "name")
    yield from _unknown(UNKNOWN_HEAD, "feeders", "head_line_id", case.feeders, lines)


def transformer_references(facts: Facts) -> Iterator[Issue]:
    """Transformers that readings, exclusions, customers and applications name."""
    known = set(facts.ledger.index.astype(str))
    unknown = facts.sheet.unknown
    if unknown:
        rows = sum(unknown.values())
        yield UNKNOWN_TRANSFORMER.issue(
            "measurements",
            "transformer_id",
            unknown,
            f"{rows} rows of measurements.parquet belong to {len(unknown)} unknown transformers ({names_en(unknown)}).",
            f"measurements.parquet 中 {rows} 行属于 {len(unknown)} 个未知配变（{names_zh(unknown)}）。",
        )
    case = facts.case
    accepted = reserving(case.applications)
    for name in ("daily_maxima", "exclusions", "customers"):
        yield from _unknown(UNKNOWN_TRANSFORMER, name, "transformer_id", getattr(case, name), known)
    others = case.applications[~accepted]
    yield from _unknown(UNKNOWN_TRANSFORMER, "applications", "transformer_id", others, known)
    yield from _unknown(RESERVED_NOWHERE, "applications", "transformer_id", case.applications[accepted], known)


def node_references(facts: Facts) -> Iterator[Issue]:
    """Nodes that customers and applications name."""
    for name, key in (("customers", "customer_id"), ("applications", "application_id")):
        table = getattr(facts.case, name)
        yield from _unknown(UNKNOWN_NODE, name, "node_id", table, facts.node_ids)
        stated = table[table["node_id"].notna() & table["transformer_id"].notna()]
        place = stated["node_id"].astype(str).map(facts.node_ids)
        supplier = place.map(facts.transformer_of_bus).astype(object)
        apart = stated[supplier.notna() & (supplier.astype(str) != stated["transformer_id"].astype(str))]
        if len(apart):
            first = apart.iloc[0]
            by = supplier[apart.index[0]]
            yield NODE_ELSEWHERE.issue(
                name,
                "node_id",
                apart[key],
                f"{len(apart)} rows name a node that another transformer supplies, e.g. {first[key]}: node "
                f"{first['node_id']} belongs to {by}, not to {first['transformer_id']}.",
                f"{len(apart)} 行的接入点由其他配变供电，例如 {first[key]}：接入点 {first['node_id']} 属于 {by}，"
                f"而非 {first['transformer_id']}。",
                facts.areas_of([*apart["transformer_id"], *supplier[apart.index]]),
            )


def project_references(facts: Facts) -> Iterator[Issue]:
    """Elements and areas that projects name, one issue per column."""
    case = facts.case
    elements = (
        set(facts.ledger.index.astype(str)) | facts.known_feeders | ids_of(case.topology.substations, "substation_id")
    )
    for name in CARRIERS:
        elements |= ids_of(case.net[name], "name")
    for column, known in (("element_ids", elements), ("area_ids", ids_of(case.areas, "area_id"))):
        listed = case.projects[column].dropna().astype(str).str.split(";").explode().str.strip()
        listed = listed[listed != ""].to_frame(column)
        yield from _unknown(UNKNOWN_IN_PROJECT, "projects", column, listed, known)


def _unknown(
    kind: Kind, name: str, column: str, table: pd.DataFrame, known: Collection[str] | Iterable[str]
) -> Iterator[Issue]:
    """The values of a column that are not known, one issue."""
    texts = table[column].dropna().astype(str)
    unknown = texts[~texts.isin(list(known))]
    if len(unknown):
        values = sorted(unknown.unique())
        own = table.loc[unknown.index, "area_id"].dropna() if "area_id" in table.columns and column != "area_id" else []
        yield kind.issue(
            name,
            column,
            values,
            f"{column} in {FILES[name]} names {len(values)} unknown ids ({names_en(values)}; {len(unknown)} rows).",
            f"{FILES[name]} 的 {column} 有 {len(values)} 个未知编号（{names_zh(values)}，共 {len(unknown)} 行）。",
            [str(a) for a in own],
        )


CHECKS: tuple[Check, ...] = (
    ledger_and_network,
    ledger_references,
    grid_references,
    transformer_references,
    node_references,
    project_references,
)
