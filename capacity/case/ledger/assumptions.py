"""What a ledger leaves out and what the import takes instead, stated once for all rows concerned."""

from __future__ import annotations

from collections.abc import Mapping

from capacity.case.ledger import sentences as say
from capacity.case.ledger.network import ASSUMED_BUSBAR_KV, contracts_of, lv_busbar_name, unlisted_kva
from capacity.case.ledger.sheets import (
    APPLICATION_SHEET,
    CUSTOMER_SHEET,
    LV_LINE_SHEET,
    MV_LINE_SHEET,
    SUBSTATION_SHEET,
    TRANSFORMER_SHEET,
)
from capacity.case.ledger.workbook import ROW, Workbook
from capacity.tables.issue import Issue


def nodes_of_customers(book: Workbook) -> tuple[Workbook, list[Issue]]:
    """Nodes of customers and applications that the LV lines do not hold become the LV busbar, and are named."""
    lv = book.tables["lv_lines"]
    known = set(lv["from_node"].dropna()) | set(lv["to_node"].dropna())
    transformers = book.tables["transformers"]
    busbars = {lv_busbar_name(row) for row in transformers.itertuples()}
    ids = set(transformers["transformer_id"])
    tables = dict(book.tables)
    issues = []
    for spec, key in ((CUSTOMER_SHEET, "customer_id"), (APPLICATION_SHEET, "application_id")):
        frame = tables[spec.key]
        node = frame["node_id"].mask(frame["node_id"].isin(ids))
        lost = node.notna() & ~node.isin((known - ids) | busbars)
        if lost.any():
            issues.append(
                say.about_rows(
                    "info",
                    "node_not_modelled",
                    book.file,
                    spec,
                    frame.loc[lost, ROW].tolist(),
                    frame.loc[lost, key].tolist(),
                    f"their node is in no row of sheet '{LV_LINE_SHEET.title}'; "
                    "the LV busbar of the transformer is used.",
                    f"其接入点不在工作表“{LV_LINE_SHEET.title}”中，按配变低压母线处理。",
                    column="node_id",
                    effect="assumed",
                )
            )
        tables[spec.key] = frame.assign(node_id=node.mask(lost))
    return Workbook(book.file, tables, book.present), issues


def left_out(book: Workbook, peak_kva: Mapping[str, float]) -> list[Issue]:
    """What the ledger leaves out; ``peak_kva`` is the highest reading (kVA) of every transformer that has any."""
    issues = []
    stations = book.tables["substations"]
    assumed = stations[stations["busbar_kv"].isna()]
    if len(assumed):
        issues.append(
            say.about_rows(
                "warning",
                "busbar_voltage_assumed",
                book.file,
                SUBSTATION_SHEET,
                assumed[ROW].tolist(),
                assumed["substation_id"].tolist(),
                f"no busbar voltage is stated; {ASSUMED_BUSBAR_KV:g} kV is assumed.",
                f"未填母线运行电压，按 {ASSUMED_BUSBAR_KV:g} kV 假定。",
                column="busbar_kv",
                effect="assumed",
            )
        )
    feeders = book.tables["feeders"]
    bare = feeders[~feeders["feeder_id"].isin(book.tables["mv_lines"]["feeder_id"])]
    if len(bare):
        issues.append(
            say.issue(
                "warning",
                "sections_not_modelled",
                book.file,
                MV_LINE_SHEET,
                f"{len(bare)} feeder(s) have no MV lines: their transformers hang on the feeder's head; "
                "sections have no load rate and no voltage drop.",
                f"{len(bare)} 条线路没有中压线路段：其配变接在线路首端，不计线段负载率和电压降。",
                ids=bare["feeder_id"],
                effect="lower_accuracy",
            )
        )
    transformers = book.tables["transformers"]
    lumped = transformers[~transformers["transformer_id"].isin(book.tables["lv_lines"]["transformer_id"])]
    if len(lumped):
        issues.append(
            say.issue(
                "info",
                "lv_not_modelled",
                book.file,
                LV_LINE_SHEET,
                f"{len(lumped)} transformer(s) have no LV lines: their load is one lump at the LV busbar "
                "and results stop there.",
                f"{len(lumped)} 台配变没有低压线路：负荷集中在低压母线，结果只到配变。",
                ids=lumped["transformer_id"],
                effect="lower_accuracy",
            )
        )
    incomplete = [
        str(row.transformer_id)
        for row in transformers[~transformers["transformer_id"].isin(lumped["transformer_id"])].itertuples()
        if unlisted_kva(row, contracts_of(book, row.transformer_id), peak_kva.get(str(row.transformer_id), 0.0)) > 0.0
    ]
    if incomplete:
        issues.append(
            say.issue(
                "warning",
                "customers_incomplete",
                book.file,
                CUSTOMER_SHEET,
                f"{len(incomplete)} transformer(s) with LV lines carry more than the contract capacities of their "
                "listed customers: the rest stands at the LV busbar, and their LV lines and nodes show too little. "
                f"Complete sheet '{CUSTOMER_SHEET.title}' (node and contract capacity).",
                f"{len(incomplete)} 台有低压线路的配变，实测最大负荷超过所列用户合同容量之和：差额置于低压母线，"
                f"其低压线路负载率偏低、节点电压偏高。请补全工作表“{CUSTOMER_SHEET.title}”（接入点编号、合同容量）。",
                ids=incomplete,
                effect="lower_accuracy",
            )
        )
    unmetered = transformers[~transformers["transformer_id"].isin(list(peak_kva))]
    if len(unmetered):
        issues.append(
            say.issue(
                "warning",
                "no_readings",
                book.file,
                TRANSFORMER_SHEET,
                f"{len(unmetered)} transformer(s) have no readings: their load is unknown and is not assumed; "
                "they are without result and missing from what feeders and substations carry.",
                f"{len(unmetered)} 台配变没有量测：负荷未知，不作假定；它们没有结果，也不计入线路和主变负荷。",
                ids=unmetered["transformer_id"],
                effect="not_counted",
            )
        )
    return issues
