"""The programme of works as a Gantt picture: bars by project, outages, days due, and the crews below."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from capacity.figures.fonts import Lettering, cut, lettered, lettering
from capacity.figures.sheet import INK, RED, new_figure, quiet_axes, save, write_frame
from capacity.tables.head import Head
from capacity.tables.programme import Programme
from capacity.tables.words import URGENCY

_FACE = {"must": "#14607A", "connection": "#009E73", "pre_control": "#E69F00", "may": "#9FB2BF"}
_LATE = "#D55E00"
_PER_PAGE = 40
_NAME_SIGNS = 54
_LABEL_WIDTH = 0.09  # part of the width that a label takes
_CREWS, _FREE = "#56B4E9", "#DCE6EC"


def draw_gantt(programme: Programme, head: Head, folder: Path, language: str = "zh") -> list[Path]:
    """Draw the programme, forty projects a page, each page with the crews of all projects below.

    Parameters
    ----------
    folder : exists; gets ``gantt-01.png`` …
    language : ``zh`` or ``en``; English where no Chinese font is installed, and said so.
    """
    plan = programme.plan
    pages = [plan.iloc[start : start + _PER_PAGE] for start in range(0, max(len(plan), 1), _PER_PAGE)]
    return [
        _page(programme, page, head, folder / f"gantt-{number:02d}.png", lettering(language), f"{number}/{len(pages)}")
        for number, page in enumerate(pages, start=1)
    ]


def _page(programme: Programme, plan: pd.DataFrame, head: Head, path: Path, letters: Lettering, page_of: str) -> Path:
    with lettered(letters):
        height = 4.1 + 0.27 * max(len(plan), 4)
        figure = new_figure(13.5, height)
        title = letters.say("工程计划（倒排）", "Programme of works, backwards from the days due")
        top = write_frame(figure, head, letters, f"{title}  {page_of}", _note(programme, letters))
        bars_at = 2.5 / height
        bars = figure.add_axes((0.27, bars_at, 0.715, top - bars_at - 0.42 / height))
        crews = figure.add_axes((0.27, 0.95 / height, 0.715, 1.1 / height), sharex=bars)
        for axes in (bars, crews):
            quiet_axes(axes)
        _bars(bars, plan, programme.months["month"], letters)
        _outages(bars, programme, plan)
        _crews(crews, programme, letters)
        _closed(bars, programme)
        _legend(figure, letters, top)
        return save(figure, path)


def _note(programme: Programme, letters: Lettering) -> str:
    parts = [
        letters.say(f"停电 {programme.outages} 次", f"{programme.outages} outages"),
        letters.say(f"延期合计 {programme.late_months} 个月", f"{programme.late_months} months late in all"),
        letters.say(f"无法安排 {programme.not_placed} 项", f"{programme.not_placed} without a place"),
        letters.say(f"同时最多 {programme.peak_crews} 队", f"at most {programme.peak_crews} crews at once"),
    ]
    if not programme.proven:
        parts.append(letters.say("搜索提前终止，未证明最优", "search cut off: not proven best"))
    return letters.say("，", ", ").join(parts)


def _bars(axes: Any, plan: pd.DataFrame, months: pd.Series, letters: Lettering) -> None:
    first, last = (months.iloc[0], _after(months.iloc[-1])) if len(months) else (pd.Timestamp(0), pd.Timestamp(0))
    names = []
    for at, row in enumerate(plan.itertuples()):
        name = row.name_zh if letters.language == "zh" else row.name_en
        text = letters.label(f"{row.project_id}  {name}", row.project_id)
        names.append(cut(text, _NAME_SIGNS))
        due = _after(row.due_month)
        axes.plot([due, due], [at - 0.42, at + 0.42], color=INK, linewidth=1.4, zorder=4)
        if row.state == "not_placed":
            why = letters.say("期内无法安排", "cannot be placed")
            axes.annotate(why, (0.01, at), xycoords=("axes fraction", "data"), va="center", fontsize=8, color=RED)
            continue
        end = _after(row.finish_month)
        axes.barh(at, end - row.start_month, left=row.start_month, height=0.62, color=_FACE[row.urgency], zorder=3)
        if row.state == "late":
            begin = max(due, row.start_month)
            axes.barh(at, end - begin, left=begin, height=0.62, color="none", edgecolor=_LATE, hatch="////", zorder=5)
            late = letters.say(f"晚 {row.late_months} 个月", f"{row.late_months} mo. late")
            _beside(axes, late, at, row.start_month, end, (last - end).days < _LABEL_WIDTH * (last - first).days)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_ylim(max(len(names), 4) - 0.5, -0.5)
    axes.tick_params(axis="x", labelbottom=False)


def _beside(axes: Any, text: str, at: int, begin: pd.Timestamp, end: pd.Timestamp, at_the_edge: bool) -> None:
    """A label after a bar, before it where it ends at the edge of the picture."""
    place, shift, side = (begin, -4, "right") if at_the_edge else (end, 4, "left")
    axes.annotate(
        text, (place, at), xytext=(shift, 0), textcoords="offset points", va="center", ha=side, fontsize=8, color=RED
    )


def _outages(axes: Any, programme: Programme, plan: pd.DataFrame) -> None:
    """A dot in the last month of what is switched off; a line joins the projects of one outage."""
    at = {str(key): place for place, key in enumerate(plan["project_id"])}
    for row in programme.outages_planned.itertuples():
        rows = [at[key] for key in str(row.project_ids).split(";") if key in at]
        if not rows:
            continue
        middle = row.month + (_after(row.month) - row.month) / 2
        face = "white" if row.project_count == 1 else "#F0E442"
        axes.plot([middle] * len(rows), rows, "o", color=INK, markerfacecolor=face, markersize=5.5, zorder=7)
        if len(rows) > 1:
            axes.plot([middle] * 2, [min(rows), max(rows)], color=INK, linewidth=0.9, linestyle=":", zorder=6)


def _crews(axes: Any, programme: Programme, letters: Lettering) -> None:
    months = programme.months
    middle = [month + (_after(month) - month) / 2 for month in months["month"]]
    width = dt.timedelta(days=24)
    axes.bar(middle, months["crews"], width=width, color=_FREE, zorder=2)
    axes.bar(middle, months["crews_used"], width=width, color=_CREWS, zorder=3)
    axes.set_ylabel(letters.say("施工队", "crews"), fontsize=9)
    axes.yaxis.get_major_locator().set_params(integer=True)
    if len(months):
        first, last = months["month"].iloc[0], _after(months["month"].iloc[-1])
        axes.set_xlim(first, last)
        step = 1 if len(months) <= 24 else 3
        ticks = list(months["month"])[::step]
        axes.set_xticks(ticks, [f"{tick:%Y-%m}" for tick in ticks], rotation=60, ha="right", fontsize=8)


def _closed(axes: Any, programme: Programme) -> None:
    for row in programme.months[~programme.months["outages_allowed"].astype(bool)].itertuples():
        axes.axvspan(row.month, _after(row.month), color="#F3DEDE", linewidth=0, zorder=0)


def _legend(figure: Any, letters: Lettering, top: float) -> None:
    handles: list[Any] = [Patch(facecolor=_FACE[key], label=letters.word(URGENCY[key])) for key in _FACE]
    handles += [
        Patch(
            facecolor="none", edgecolor=_LATE, hatch="////", label=letters.say("超过需求月份", "beyond the month due")
        ),
        Line2D([], [], color=INK, linewidth=1.4, label=letters.say("需求时限", "due")),
        _dot("white", letters.say("停电", "outage")),
        _dot("#F0E442", letters.say("多项目共用一次停电", "shared outage")),
        Patch(facecolor="#F3DEDE", label=letters.say("不安排停电", "no outages")),
    ]
    height = figure.get_size_inches()[1]
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.02, top + 0.12 / height),
        ncol=9,
        frameon=False,
        fontsize=8.5,
    )


def _dot(face: str, label: str) -> Line2D:
    return Line2D([], [], color=INK, marker="o", markerfacecolor=face, linestyle="", label=label)


def _after(month: pd.Timestamp) -> pd.Timestamp:
    """The end of a month."""
    return month + pd.DateOffset(months=1)
