"""What the sheets say about each other: references, types, nodes. Every contradiction is named, none is repaired."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pandas as pd
import shapely

from capacity.case import equipment
from capacity.case.issues import quoted
from capacity.case.ledger import sentences as say
from capacity.case.ledger.sheets import (
    APPLICATION_SHEET,
    AREA_SHEET,
    CUSTOMER_SHEET,
    EXCLUSION_SHEET,
    FEEDER_SHEET,
    LV_LINE_SHEET,
    MV_LINE_SHEET,
    OUTAGE_SHEET,
    SUBSTATION_SHEET,
    SWITCH_TYPES,
    TRANSFORMER_SHEET,
    VOLTAGE_SHEET,
    SheetSpec,
)
from capacity.case.ledger.workbook import ROW, Workbook
from capacity.tables.issue import Issue

_REFERENCES = (
    (FEEDER_SHEET, "substation_id", SUBSTATION_SHEET),
    (TRANSFORMER_SHEET, "area_id", AREA_SHEET),
    (TRANSFORMER_SHEET, "feeder_id", FEEDER_SHEET),
    (MV_LINE_SHEET, "feeder_id", FEEDER_SHEET),
    (LV_LINE_SHEET, "transformer_id", TRANSFORMER_SHEET),
    (CUSTOMER_SHEET, "transformer_id", TRANSFORMER_SHEET),
    (APPLICATION_SHEET, "transformer_id", TRANSFORMER_SHEET),
    (OUTAGE_SHEET, "feeder_id", FEEDER_SHEET),
    (EXCLUSION_SHEET, "transformer_id", TRANSFORMER_SHEET),
    (VOLTAGE_SHEET, "substation_id", SUBSTATION_SHEET),
)


def is_switch(type_name: object) -> bool:
    """Whether a type text of the MV lines means a switch without length."""
    return str(type_name).strip().upper() in SWITCH_TYPES


def check_relations(book: Workbook) -> list[Issue]:
    """Everything that does not fit between and inside the sheets."""
    issues = list(_references(book))
    issues += _areas_of_public(book)
    issues += _transformer_types(book)
    issues += _line_types(book, MV_LINE_SHEET, "mv")
    issues += _line_types(book, LV_LINE_SHEET, "lv")
    issues += _lengths_and_ends(book)
    issues += _nodes_of_transformers(book)
    issues += _intervals(book)
    issues += _shapes(book)
    if len(book.tables["case"]) > 1:
        rows = book.tables["case"][ROW].tolist()
        issues.append(say.about_rows("error", "several_cases", book.file, _spec("case"), rows, [], *_ONE_CASE))
    return issues


_ONE_CASE = ("a workbook describes one case; keep one row.", "一个工作簿只描述一个案例，请只保留一行。")


def _spec(key: str) -> SheetSpec:
    from capacity.case.ledger.sheets import SHEETS

    return next(one for one in SHEETS if one.key == key)


def _references(book: Workbook) -> Iterator[Issue]:
    for sheet, column, target in _REFERENCES:
        frame = book.tables[sheet.key]
        known = set(book.tables[target.key][column].dropna())
        wrong = frame[frame[column].notna() & ~frame[column].isin(known)]
        if len(wrong) and target.key in book.present:
            missing = list(zip(wrong[ROW].tolist(), wrong[column].tolist(), strict=True))
            yield say.unknown_reference(book.file, sheet, sheet.field(column), target, missing)


def _areas_of_public(book: Workbook) -> Iterator[Issue]:
    frame = book.tables["transformers"]
    wrong = frame[(frame["ownership"] == "public") & frame["area_id"].isna()]
    if len(wrong):
        yield say.about_rows(
            "error",
            "public_without_area",
            book.file,
            TRANSFORMER_SHEET,
            wrong[ROW].tolist(),
            wrong["transformer_id"].tolist(),
            "public transformers must belong to an LV grid area; fill in 'area id'.",
            "公变必须属于某个低压网格，请填写“网格编号”。",
            column="area_id",
        )


def _transformer_types(book: Workbook) -> Iterator[Issue]:
    frame = book.tables["transformers"].dropna(subset=["type_name", "rated_kva"])
    for (name, rated_kva), part in frame.groupby(["type_name", "rated_kva"], sort=False):
        stated = equipment.rating_in_name(name)
        rows, ids = part[ROW].tolist(), part["transformer_id"].tolist()
        if stated is not None and stated != rated_kva:
            yield say.about_rows(
                "error",
                "rating_contradicts_type",
                book.file,
                TRANSFORMER_SHEET,
                rows,
                ids,
                f"type '{name}' says {stated:g} kVA, column 'rated power' says {rated_kva:g} kVA; correct one.",
                f"型号“{name}”为 {stated:g} kVA，而“额定容量”为 {rated_kva:g} kVA，请更正。",
                column="rated_kva",
            )
        elif equipment.transformer(name, rated_kva) is None:
            near = ", ".join(equipment.suggest(name, "transformer", rated_kva))
            yield say.about_rows(
                "error",
                "unknown_type",
                book.file,
                TRANSFORMER_SHEET,
                rows,
                ids,
                f"the equipment library has no type '{name}' of {rated_kva:g} kVA; use a similar one ({near}).",
                f"设备库中没有 {rated_kva:g} kVA 的型号“{name}”，请改用相近型号（{near}）。",
                column="type_name",
            )


def _line_types(book: Workbook, spec: SheetSpec, level: Literal["mv", "lv"]) -> Iterator[Issue]:
    frame = book.tables[spec.key].dropna(subset=["type_name"])
    for name, part in frame.groupby("type_name", sort=False):
        if (level == "mv" and is_switch(name)) or equipment.line(name, level) is not None:
            continue
        near = ", ".join(equipment.suggest(name, "line"))
        yield say.about_rows(
            "error",
            "unknown_type",
            book.file,
            spec,
            part[ROW].tolist(),
            part["line_id"].tolist(),
            f"the equipment library has no {level.upper()} conductor '{name}'; use a similar one ({near}).",
            f"设备库中没有{'中压' if level == 'mv' else '低压'}导线型号“{name}”，请改用相近型号（{near}）。",
            column="type_name",
        )


def _lengths_and_ends(book: Workbook) -> Iterator[Issue]:
    mv = book.tables["mv_lines"]
    switch = mv["type_name"].map(is_switch).astype(bool)
    without = mv[~switch & mv["length_km"].isna() & mv["type_name"].notna()]
    if len(without):
        yield say.about_rows(
            "error",
            "no_length",
            book.file,
            MV_LINE_SHEET,
            without[ROW].tolist(),
            without["line_id"].tolist(),
            "a line section needs its length in km.",
            "线路段必须填写长度（km）。",
            column="length_km",
        )
    for spec in (MV_LINE_SHEET, LV_LINE_SHEET):
        frame = book.tables[spec.key]
        same = frame[frame["from_node"].notna() & (frame["from_node"] == frame["to_node"])]
        if len(same):
            yield say.about_rows(
                "error",
                "same_ends",
                book.file,
                spec,
                same[ROW].tolist(),
                same["line_id"].tolist(),
                "both ends are the same node; correct one.",
                "起点与终点相同，请更正。",
                column="to_node",
            )
    mixed = set(mv["from_node"].dropna()) | set(mv["to_node"].dropna())
    lv = book.tables["lv_lines"]
    ids = set(book.tables["transformers"]["transformer_id"].dropna())
    both = sorted(((set(lv["from_node"].dropna()) | set(lv["to_node"].dropna())) & mixed) - ids)
    if both:
        rows = lv[lv["from_node"].isin(both) | lv["to_node"].isin(both)][ROW].tolist()
        yield say.about_rows(
            "error",
            "node_on_two_levels",
            book.file,
            LV_LINE_SHEET,
            rows,
            both,
            "these nodes occur in the MV lines too; MV and LV nodes need different names.",
            "这些节点同时出现在中压线路段中；中、低压节点不能同名。",
        )


def _nodes_of_transformers(book: Workbook) -> Iterator[Issue]:
    frame, mv = book.tables["transformers"], book.tables["mv_lines"]
    nodes = set(mv["from_node"].dropna()) | set(mv["to_node"].dropna())
    named = frame[frame["mv_node"].notna() & ~frame["mv_node"].isin(nodes | _heads(book))]
    if len(named):
        yield say.about_rows(
            "error",
            "unknown_node",
            book.file,
            TRANSFORMER_SHEET,
            named[ROW].tolist(),
            named["transformer_id"].tolist(),
            f"MV node {quoted(named['mv_node'].unique())} is in no row of sheet '{MV_LINE_SHEET.title}'; correct it.",
            f"接入中压节点 {quoted(named['mv_node'].unique())} 不在工作表“{MV_LINE_SHEET.title}”中，请更正。",
            column="mv_node",
        )
    modelled = set(mv["feeder_id"].dropna())
    lost = frame[frame["mv_node"].isna() & frame["feeder_id"].isin(modelled) & ~frame["transformer_id"].isin(nodes)]
    if len(lost):
        yield say.about_rows(
            "warning",
            "no_node",
            book.file,
            TRANSFORMER_SHEET,
            lost[ROW].tolist(),
            lost["transformer_id"].tolist(),
            "their feeder has MV lines, but they name no node on them; they are connected at the feeder's head, "
            "so no section of it carries their load. Fill in 'MV node'.",
            "所属线路有中压线路段，但未填接入中压节点；已接在线路首端，其负荷不经过任何线路段。请填写“接入中压节点”。",
            column="mv_node",
            effect="lower_accuracy",
        )


def _heads(book: Workbook) -> set[str]:
    stations = book.tables["substations"]
    return set(stations["substation_id"].dropna()) | set(stations["busbar_id"].dropna())


def _intervals(book: Workbook) -> Iterator[Issue]:
    pairs: tuple[tuple[SheetSpec, str, str, str], ...] = (
        (EXCLUSION_SHEET, "from", "to", "transformer_id"),
        (OUTAGE_SHEET, "start", "end", "feeder_id"),
        (TRANSFORMER_SHEET, "valid_from", "valid_to", "transformer_id"),
    )
    for spec, start, end, key in pairs:
        frame: pd.DataFrame = book.tables[spec.key]
        wrong = frame[frame[end].notna() & frame[start].notna() & (frame[end] <= frame[start])]
        if len(wrong):
            first, last = spec.field(start), spec.field(end)
            yield say.about_rows(
                "error",
                "interval_reversed",
                book.file,
                spec,
                wrong[ROW].tolist(),
                wrong[key].tolist(),
                f"'{last.en}' is not after '{first.en}'; correct one.",
                f"“{last.zh}”不晚于“{first.zh}”，请更正。",
                column=end,
            )


def _shapes(book: Workbook) -> Iterator[Issue]:
    for spec, column, key, kinds in (
        (AREA_SHEET, "polygon", "area_id", ("Polygon", "MultiPolygon")),
        (MV_LINE_SHEET, "geometry", "line_id", ("LineString",)),
        (LV_LINE_SHEET, "geometry", "line_id", ("LineString",)),
    ):
        frame = book.tables[spec.key].dropna(subset=[column])
        wrong = frame[[not _usable(text, kinds) for text in frame[column]]]
        if len(wrong):
            yield say.about_rows(
                "error",
                "unusable_wkt",
                book.file,
                spec,
                wrong[ROW].tolist(),
                wrong[key].tolist(),
                f"'{spec.field(column).en}' is no valid WKT {kinds[0]}; correct it or leave it empty.",
                f"“{spec.field(column).zh}”不是有效的 WKT（{kinds[0]}），请更正或留空。",
                column=column,
            )


def _usable(text: str, kinds: tuple[str, ...]) -> bool:
    try:
        found = shapely.from_wkt(text)
    except shapely.errors.GEOSException:
        return False
    return found is not None and found.geom_type in kinds and bool(found.is_valid) and not found.is_empty
