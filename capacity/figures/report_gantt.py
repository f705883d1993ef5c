"""The programme of works for a page of a report: large letters, few projects a page, readable in grey."""

from __future__ import annotations

import io
import math
from typing import Any

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from capacity.figures.fonts import Lettering, cut, lettered, lettering
from capacity.figures.sheet import DPI, INK, RED, new_figure, quiet_axes
from capacity.tables.programme import Programme
from capacity.tables.words import URGENCY

_WIDTH, _ROW, _CREWS, _ABOVE, _BELOW = 9.0, 0.3, 0.75, 0.62, 0.45
_NAMES = 0.31  # part of the width
_PER_PAGE, _NAME_SIGNS, _MOST_TICKS = 24, 40, 12
URGENCY_FACE = {"must": "#0B4F6C", "connection": "#3E8E6E", "pre_control": "#F0B429", "may": "#D9D9D9"}
URGENCY_HATCH = {"must": "", "connection": "--", "pre_control": "///", "may": "..."}
_LATE, _CLOSED, _FREE, _BUSY = "#B00000", "#EFE3E3", "#E3EBEF", "#35809E"


def gantt_pngs(programme: Programme, language: str) -> tuple[bytes, ...]:
    """The programme as PNG, as many as it takes; the crews stand below the last.

    Parameters
    ----------
    language : ``zh`` or ``en``; English where no Chinese font is installed.
    """
    letters = lettering(language)
    plan = programme.plan
    pages = [plan.iloc[start : start + _PER_PAGE] for start in range(0, max(len(plan), 1), _PER_PAGE)]
    with lettered(letters):
        return tuple(
            _page(programme, page, letters, crews=number == len(pages)) for number, page in enumerate(pages, start=1)
        )


def _page(programme: Programme, plan: pd.DataFrame, letters: Lettering, *, crews: bool) -> bytes:
    height = _ABOVE + _ROW * max(len(plan), 3) + _BELOW + (_CREWS + 0.25 if crews else 0.0)
    figure = new_figure(_WIDTH, height)
    left, width = _NAMES, 0.985 - _NAMES
    bottom = (_BELOW + (_CREWS + 0.25 if crews else 0.0)) / height
    bars = figure.add_axes((left, bottom, width, 1.0 - bottom - _ABOVE / height))
    _frame(bars, programme)
    _bars(bars, plan, letters)
    _outages(bars, programme, plan)
    if crews:
        below = figure.add_axes((left, _BELOW / height, width, _CREWS / height))
        _frame(below, programme)
        _crews(below, programme, letters)
        bars.tick_params(axis="x", labelbottom=False)
    _legend(figure, letters)
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=DPI, metadata={"Software": "capacity"}, pil_kwargs={"compress_level": 6})
    return buffer.getvalue()


def _frame(axes: Any, programme: Programme) -> None:
    """The months, and in which of them nothing may be switched off."""
    quiet_axes(axes)
    months = programme.months
    if months.empty:
        return
    first, last = months["month"].iloc[0], _after(months["month"].iloc[-1])
    for row in months[~months["outages_allowed"].astype(bool)].itertuples():
        axes.axvspan(row.month, _after(row.month), color=_CLOSED, linewidth=0, zorder=0)
    step = next(step for step in (1, 3, 6, 12, 24, 48, 120) if len(months) <= step * _MOST_TICKS or step == 120)
    ticks = [month for month in months["month"] if (month.month - 1) % min(step, 12) == 0]
    ticks = ticks[:: max(1, math.ceil(step / 12))]
    axes.set_xticks(ticks, [f"{tick:%Y-%m}" for tick in ticks], fontsize=8.5)
    axes.set_xlim(first, last)


def _bars(axes: Any, plan: pd.DataFrame, letters: Lettering) -> None:
    names = []
    for at, row in enumerate(plan.itertuples()):
        name = letters.label(row.name_zh if letters.language == "zh" else row.name_en, row.project_id)
        names.append(cut(name if name == row.project_id else f"{name} · {row.project_id}", _NAME_SIGNS))
        due = _after(row.due_month)
        axes.plot([due, due], [at - 0.44, at + 0.44], color=INK, linewidth=1.8, zorder=4)
        if row.state == "not_placed":
            why = letters.say("期内无法安排", "cannot be placed")
            axes.annotate(why, (0.01, at), xycoords=("axes fraction", "data"), va="center", fontsize=8.5, color=RED)
            continue
        end = _after(row.finish_month)
        axes.barh(
            at, end - row.start_month, left=row.start_month, height=0.6, facecolor=URGENCY_FACE[row.urgency],
            hatch=URGENCY_HATCH[row.urgency], edgecolor=INK, linewidth=0.6, zorder=3,
        )  # fmt: skip
        if row.state == "late":
            text = letters.say(f"晚 {row.late_months} 个月", f"{row.late_months} mo. late")
            _, edge = axes.get_xlim()
            before = axes.convert_xunits(end) > edge - 0.16 * (edge - axes.get_xlim()[0])
            place, shift, side = (row.start_month, -4, "right") if before else (end, 4, "left")
            axes.annotate(text, (place, at), xytext=(shift, 0), textcoords="offset points", va="center", ha=side,
                          fontsize=8.5, color=_LATE, fontweight="bold", zorder=8)  # fmt: skip
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_ylim(max(len(names), 3) - 0.5, -0.5)


def _outages(axes: Any, programme: Programme, plan: pd.DataFrame) -> None:
    """A dot in the month of an outage; full where projects share it."""
    at = {str(key): place for place, key in enumerate(plan["project_id"])}
    for row in programme.outages_planned.itertuples():
        middle = row.month + (_after(row.month) - row.month) / 2
        for key in str(row.project_ids).split(";"):
            if key in at:
                face = "white" if row.project_count == 1 else "black"
                axes.plot([middle], [at[key]], "o", color="black", markerfacecolor=face, markersize=5.5, zorder=7)


def _crews(axes: Any, programme: Programme, letters: Lettering) -> None:
    for row in programme.months.itertuples():
        width = (_after(row.month) - row.month) * 0.86
        axes.bar(row.month, row.crews, width=width, align="edge", color=_FREE, zorder=1)
        axes.bar(row.month, row.crews_used, width=width, align="edge", color=_BUSY, zorder=2)
    axes.set_ylabel(letters.say("施工队", "crews"), fontsize=8.5)
    axes.yaxis.get_major_locator().set_params(integer=True, nbins=3)


def _legend(figure: Any, letters: Lettering) -> None:
    handles: list[Any] = [
        Patch(facecolor=URGENCY_FACE[key], hatch=URGENCY_HATCH[key], edgecolor=INK, label=letters.word(URGENCY[key]))
        for key in URGENCY_FACE
    ]
    handles += [
        Line2D([], [], color=INK, linewidth=1.8, label=letters.say("需求时限", "due")),
        _dot("white", letters.say("停电", "outage")),
        _dot("black", letters.say("多项目共用停电", "shared outage")),
        Patch(facecolor=_CLOSED, label=letters.say("不安排停电", "no outages")),
    ]
    figure.legend(
        handles=handles, loc="upper left", ncol=4, frameon=False, fontsize=8.5, bbox_to_anchor=(0.01, 1.0),
        columnspacing=1.4, handlelength=1.8, borderaxespad=0.2, labelspacing=0.35,
    )  # fmt: skip


def _dot(face: str, label: str) -> Line2D:
    return Line2D([], [], color="black", marker="o", markerfacecolor=face, linestyle="", label=label)


def _after(month: pd.Timestamp) -> pd.Timestamp:
    """The end of a month."""
    return month + pd.DateOffset(months=1)
