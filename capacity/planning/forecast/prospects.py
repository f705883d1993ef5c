"""Prospective customers: whether the table can be used, whose transformer they hang on, and draws of what comes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from capacity.errors import RequestError
from capacity.planning.forecast.growth import generator_of
from capacity.planning.forecast.sequences import Floats, year_name
from capacity.tables.forecast import GROWTH, PROSPECTS, ForecastSettings
from capacity.tables.words import AREA_CLASS, Word


def checked(prospects: pd.DataFrame | None, growth: pd.DataFrame | None, elements: pd.DataFrame) -> None:
    """Whether the two optional tables can be used.

    Raises
    ------
    RequestError
        With every fault of both, by row.
    """
    faults = [*_prospect_faults(prospects, elements), *_growth_faults(growth)]
    if faults:
        raise RequestError([fault.zh for fault in faults], [fault.en for fault in faults])


def _prospect_faults(prospects: pd.DataFrame | None, elements: pd.DataFrame) -> list[Word]:
    if prospects is None:
        return []
    faults = _absent_columns(prospects, tuple(PROSPECTS.columns), Word("潜在客户表", "prospects"))
    if faults:
        return faults
    ids = set(elements["transformer_id"]) | set(elements["area_id"].dropna())
    numbers = {name: pd.to_numeric(prospects[name], errors="coerce") for name in ("year", "added_kva", "probability")}
    tests = (
        (~prospects["element_id"].isin(ids), Word("没有该配变或网格编号", "no transformer or area has this id")),
        (~numbers["year"].between(1900, 2999), Word("年份应为公历年，如 2027", "year: a calendar year, e.g. 2027")),
        (~numbers["year"].mod(1).eq(0) & numbers["year"].notna(), Word("年份应为整数", "year: a whole number")),
        (~numbers["added_kva"].ge(0.0) | np.isinf(numbers["added_kva"]),
         Word("added_kva 应为不小于 0 的 kVA", "added_kva: kVA, 0 or more")),
        (~numbers["probability"].between(0.0, 1.0),
         Word("probability 应在 0 与 1 之间", "probability: between 0 and 1")),
    )  # fmt: skip
    return [
        Word(
            f"潜在客户表第 {position + 1} 行（{prospects['element_id'].iloc[position]}）：{what.zh}",
            f"prospects, row {position + 1} ({prospects['element_id'].iloc[position]}): {what.en}",
        )
        for wrong, what in tests
        for position in np.flatnonzero(wrong.to_numpy(bool))
    ]


def _growth_faults(growth: pd.DataFrame | None) -> list[Word]:
    if growth is None:
        return []
    faults = _absent_columns(growth, tuple(GROWTH.columns), Word("增长率表", "growth"))
    if faults:
        return faults
    percent, spread = (pd.to_numeric(growth[name], errors="coerce") for name in ("growth_percent", "spread_percent"))
    tests = (
        (~growth["area_class"].isin(list(AREA_CLASS)),
         Word(f"area_class 应为 {'、'.join(AREA_CLASS)} 之一", f"area_class has to be one of {', '.join(AREA_CLASS)}")),
        (growth["area_class"].duplicated(), Word("该类别重复", "the class is given twice")),
        (~percent.between(-50.0, 100.0),
         Word("growth_percent 应在 -50 与 100 之间", "growth_percent: between -50 and 100")),
        (~spread.between(0.0, 100.0),
         Word("spread_percent 应在 0 与 100 之间", "spread_percent: between 0 and 100")),
    )  # fmt: skip
    return [
        Word(f"增长率表第 {position + 1} 行：{what.zh}", f"growth, row {position + 1}: {what.en}")
        for wrong, what in tests
        for position in np.flatnonzero(wrong.to_numpy(bool))
    ]


def _absent_columns(frame: pd.DataFrame, wanted: tuple[str, ...], name: Word) -> list[Word]:
    absent = [column for column in wanted if column not in frame]
    return [
        Word(f"{name.zh}缺少列 {column}（应有：{'、'.join(wanted)}）", 
             f"{name.en}: column {column} is missing (wanted: {', '.join(wanted)})")
        for column in absent
    ]  # fmt: skip


def by_transformer(prospects: pd.DataFrame | None, elements: pd.DataFrame, room_kva: pd.Series) -> pd.DataFrame:
    """The prospects with the transformer that each hangs on: of an area, the public one with most room now.

    Parameters
    ----------
    room_kva : by transformer_id, what it has left; transformers that are not forecast are not in it.

    Returns
    -------
    The prospects with ``transformer_id``; missing where the forecast knows no such transformer.
    """
    if prospects is None or prospects.empty:
        return pd.DataFrame(columns=[*PROSPECTS.columns, "transformer_id"])
    public = elements[elements["ownership"].eq("public") & elements["transformer_id"].isin(room_kva.index)]
    most = public.assign(room=public["transformer_id"].map(room_kva)).sort_values(
        ["room", "transformer_id"], ascending=[False, True]
    )
    of_area = most.dropna(subset="area_id").drop_duplicates("area_id").set_index("area_id")["transformer_id"]
    named = prospects["element_id"].where(prospects["element_id"].isin(room_kva.index))
    of_transformer = prospects["element_id"].isin(elements["transformer_id"])
    return prospects.assign(transformer_id=named.where(of_transformer, prospects["element_id"].map(of_area)))


def drawn_additions(
    mine: pd.DataFrame, transformer_id: str, as_of: dt.date, horizon_years: int, settings: ForecastSettings
) -> Floats:
    """What prospects add in each draw and year, kVA ``(draws, years)``: each comes or does not, and then stays."""
    added = np.zeros((settings.draws, horizon_years))
    names = np.array([year_name(as_of, year) for year in range(1, horizon_years + 1)])
    random = generator_of(settings, f"prospects {transformer_id}")
    for row in mine.itertuples():
        comes = random.random(settings.draws) < float(row.probability)
        added += comes[:, None] * (names >= int(row.year)) * float(row.added_kva)
    return added
