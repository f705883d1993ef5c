"""The command that shows what one node can take by month and hour: profile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from capacity.cli import app, printing
from capacity.cli.language import language, say, word
from capacity.tables.words import CRITERION, REASON
from capacity.units import rounded_down

if TYPE_CHECKING:
    import pandas as pd

    from capacity.hours import Hours


@app.command()
def profile(
    run: Annotated[Path, typer.Argument(help="The run's folder.", metavar="RUN")],
    node: Annotated[str, typer.Option(help="Id of the LV node.")],
    case: Annotated[Path | None, typer.Option(help="The case folder, if it is not where the run found it.")] = None,
    scenario: Annotated[Path | None, typer.Option(help="The scenario file, likewise.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the figures and what limits them as CSV too.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Draw them as a heat map too (PNG).")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; default: all processors.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures for programs.")] = False,
) -> None:
    """What one node can take in each month and hour of the day, for time-limited offers. 逐月逐时节点容量。"""
    from capacity.hours import profile_of_node
    from capacity.runs import write_profile

    with printing.progress() as told:
        found = profile_of_node(run, node, case_folder=case, scenario_file=scenario, workers=workers, progress=told)
    if out:
        write_profile(found.profile, out)
    if picture:
        from capacity.figures import draw_node_profile

        draw_node_profile(found.profile, picture, node_id=node, language=language(), manifest=found.manifest)
    if as_json:
        typer.echo(_as_json(found))
        return
    _show(found)
    for written in filter(None, (out, picture)):
        printing.where("已写出", "written", written)


def _show(found: Hours) -> None:
    title = say(
        f"节点 {found.node['node_id']} 逐月逐时允许接入容量（kVA，向下取整）",
        f"node {found.node['node_id']}: allowed capacity by month and hour (kVA, rounded down)",
    )
    if found.manifest.synthetic:
        printing.console.print(
            say("[bold red]合成数据：不代表任何真实电网[/]", "[bold red]synthetic data: no real grid[/]")
        )
    table = Table(title=escape(title), title_justify="left", padding=(0, 0), pad_edge=False)
    table.add_column(say("时＼月", "h / m"), justify="right", no_wrap=True)
    for month in range(1, 13):
        table.add_column(str(month), justify="right", no_wrap=True, min_width=4)
    by_hour = found.profile.pivot(index="hour", columns="month", values="allowed_kva")
    lowest = by_hour.min(axis=None)
    for hour, row in by_hour.iterrows():
        table.add_row(f"{hour:02d}", *(_cell(value, lowest) for value in row))
    printing.console.print(table)
    printing.console.print(_in_words(found), highlight=False)


def _cell(value: float, lowest: float) -> str:
    if value != value:
        return "[bright_black]?[/]"
    shown = f"{rounded_down(value):.0f}"
    return f"[red]{shown}[/]" if value == 0.0 else f"[yellow]{shown}[/]" if value == lowest else shown


def _in_words(found: Hours) -> str:
    """What the figures are, what they are for, and what limits them."""
    lines = [
        say(
            f"每格为只在该月该时段（每天从该整点起一小时）接入的最大恒定负荷，功率因数 {found.power_factor:g}，"
            "已批未投均已接入；该时段内任一时刻均不越限。",
            f"each figure is the largest flat load that may be there in that month's hour alone, at power factor "
            f"{found.power_factor:g}, with everything reserved connected: no step of those hours breaks a limit.",
        ),
        say(
            "用途：对接入受限的客户提出限时段用电方案（P16）。各时段互不影响：在每格内都不超过该格数值的负荷即可接入，"
            "跨多格的恒定负荷以其中最低一格为准。",
            "what it is for: offers limited in time to customers who cannot have everything now (P16). Hours do not "
            "affect one another: a load that stays within the figure of every cell it is in fits, and one of constant "
            "power may be as large as the lowest of them.",
        ),
        _lowest(found),
    ]
    if found.profile["allowed_kva"].isna().any():
        lines.append(
            say(
                "?：统计窗口内没有该时段，或潮流不收敛，未知。",
                "?: no such hour in the window, or no solution: unknown.",
            )
        )
    return "\n".join(lines)


def _lowest(found: Hours) -> str:
    known = found.profile.dropna(subset=["allowed_kva"])
    if known.empty:
        return say("没有任何时段有数值。", "no hour has a figure.")
    worst = known.loc[known["allowed_kva"].idxmin()]
    stated = found.node["allowed_kva"]
    text = say(
        f"最低：{worst['month']} 月 {worst['hour']:02d} 时 {rounded_down(worst['allowed_kva'], 1):.1f} kVA，"
        f"{_limit(worst)}",
        f"lowest: month {worst['month']}, hour {worst['hour']:02d}: {rounded_down(worst['allowed_kva'], 1):.1f} kVA, "
        f"{_limit(worst)}",
    )
    if stated == stated and found.manifest.node_shape == "flat":
        text += say(
            f"；全年任意时段（P9）：{rounded_down(stated, 1):.1f} kVA",
            f"; at any time of the year (P9): {rounded_down(stated, 1):.1f} kVA",
        )
    return text


def _limit(row: pd.Series) -> str:
    reason = word(REASON[row["reason"]])
    if not isinstance(row["binding_criterion"], str):
        return reason
    limit = f"{word(CRITERION[row['binding_criterion']])} {row['binding_element']}"
    return f"{limit} ({reason})" if reason else limit


def _as_json(found: Hours) -> str:
    columns = found.profile.assign(binding_at=found.profile["binding_at"].map(lambda at: None if at is None else at))
    cells = json.loads(columns.to_json(orient="records", date_format="iso", date_unit="s"))
    return json.dumps(
        {
            "node_id": str(found.node["node_id"]),
            "run": found.manifest.run_name,
            "as_of": str(found.manifest.as_of),
            "synthetic": found.manifest.synthetic,
            "power_factor": found.power_factor,
            "unit": "kVA",
            "cells": cells,
        },
        ensure_ascii=False,
        indent=1,
    )
