"""LV grid areas and the transformers in them."""

from __future__ import annotations

from collections.abc import Iterator

from capacity.checks.facts import Check, Facts
from capacity.checks.kinds import Kind, names_en, names_zh
from capacity.tables.issue import Issue
from capacity.tables.words import AREA_CLASS

PUBLIC_WITHOUT_AREA = Kind(
    "areas.public_without_area",
    "warning",
    "public transformers in service without an area",
    "没有所属网格的在运公变",
    "Enter their area_id; until then their capacity belongs to no area.",
    "请填写网格编号；填写前其容量不计入任何网格。",
    "not_counted",
)
WITHOUT_TRANSFORMER = Kind(
    "areas.without_transformer",
    "warning",
    "areas without a public transformer in service",
    "没有在运公变的网格",
    "Enter the area_id of its transformers, or remove the area; until then it has no result.",
    "请填写其配变的网格编号或删除该网格；此前没有结果。",
    "not_counted",
)
CROSSES_FEEDERS = Kind(
    "areas.crosses_feeders",
    "info",
    "areas whose transformers hang on several feeders",
    "配变分属多条 10 千伏线路的网格",
    "Nothing need be done if it is so: each transformer counts against its own feeder.",
    "如属实无需处理：各配变按各自线路核算。",
)
UNKNOWN_CLASS = Kind(
    "areas.unknown_class",
    "error",
    "areas whose class is missing or none of " + ", ".join(AREA_CLASS),
    "区域类别缺失或不在 " + "、".join(AREA_CLASS) + " 之内的网格",
    "Enter one of " + ", ".join(AREA_CLASS) + ".",
    "请填写 " + "、".join(AREA_CLASS) + " 之一。",
)
KINDS = (PUBLIC_WITHOUT_AREA, WITHOUT_TRANSFORMER, CROSSES_FEEDERS, UNKNOWN_CLASS)


def public_without_area(facts: Facts) -> Iterator[Issue]:
    """Public transformers that belong nowhere, one issue in all."""
    serving = facts.serving
    found = [str(t) for t in serving.index[serving["ownership"].eq("public").fillna(False) & serving["area_id"].isna()]]
    if found:
        yield PUBLIC_WITHOUT_AREA.issue(
            "transformers",
            "area_id",
            found,
            f"{len(found)} public transformers have no area ({names_en(found)}).",
            f"{len(found)} 台公变没有所属网格（{names_zh(found)}）。",
        )


def without_transformer(facts: Facts) -> Iterator[Issue]:
    """Areas without public transformers, one issue in all."""
    serving = facts.serving
    supplied = set(serving.loc[serving["ownership"].eq("public").fillna(False), "area_id"].dropna().astype(str))
    found = [str(a) for a in facts.case.areas["area_id"].dropna().unique() if str(a) not in supplied]
    if found:
        yield WITHOUT_TRANSFORMER.issue(
            "areas",
            "area_id",
            found,
            f"{len(found)} areas have no public transformer in service ({names_en(found)}).",
            f"{len(found)} 个网格没有在运公变（{names_zh(found)}）。",
            found,
        )


def crosses_feeders(facts: Facts) -> Iterator[Issue]:
    """Areas on several feeders, one issue in all."""
    feeders: dict[str, set[str]] = {}
    for transformer_id, area_id in facts.serving["area_id"].dropna().items():
        feeder = facts.feeder_of.get(str(transformer_id))
        if feeder is not None:
            feeders.setdefault(str(area_id), set()).add(feeder)
    found = sorted(area for area, several in feeders.items() if len(several) > 1)
    if found:
        first = ", ".join(sorted(feeders[found[0]]))
        yield CROSSES_FEEDERS.issue(
            "transformers",
            "feeder_id",
            found,
            f"{len(found)} areas are supplied by several feeders ({names_en(found)}), e.g. {found[0]} by {first}.",
            f"{len(found)} 个网格由多条线路供电（{names_zh(found)}），例如 {found[0]}：{first}。",
            found,
        )


def unknown_class(facts: Facts) -> Iterator[Issue]:
    """Areas of no known class, one issue in all."""
    areas = facts.case.areas
    wrong = areas[~areas["area_class"].isin(list(AREA_CLASS))]
    if len(wrong):
        found = [str(a) for a in wrong["area_id"]]
        value = wrong["area_class"].iloc[0]
        yield UNKNOWN_CLASS.issue(
            "areas",
            "area_class",
            found,
            f"{len(found)} areas have no known class ({names_en(found)}), the first has '{value}'.",
            f"{len(found)} 个网格的区域类别不明（{names_zh(found)}），首个为“{value}”。",
            found,
        )


CHECKS: tuple[Check, ...] = (public_without_area, without_transformer, crosses_feeders, unknown_class)
