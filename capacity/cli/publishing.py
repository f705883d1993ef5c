"""``capacity publish``: the public site of a run, or the planners' own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from capacity.cli import app, printing
from capacity.cli.language import say
from capacity.tables.public.words import CAUSE, PUBLICATION, STATUS, WITHHELD, Told

if TYPE_CHECKING:
    from capacity.publish import Published
    from capacity.tables.release import Release

STATUS_STYLE = {**printing.STATUS_STYLE, "withheld": "magenta"}


@app.command()
def publish(
    run: Annotated[Path, typer.Argument(help="The run's folder, or that of a city's run.", metavar="RUN")],
    to: Annotated[Path, typer.Option(help="The site's folder; an earlier site of ours there keeps its releases.")],
    previous: Annotated[
        Path | None, typer.Option(help="The site whose releases are taken up, if not the one in --to.", metavar="SITE")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(help="The internal record of what was published; default: <SITE>.record. Never upload it."),
    ] = None,
    accept: Annotated[
        Path | None, typer.Option(help="The filled-in list of moves that a person has approved.", metavar="FILE")
    ] = None,
    internal: Annotated[
        bool,
        typer.Option("--internal", help="The planners' map instead: exact figures, equipment, alerts. Not public."),
    ] = False,
    today: Annotated[
        str | None, typer.Option(help="Day of publication (YYYY-MM-DD); default: today.", metavar="DATE")
    ] = None,
) -> None:
    """Publish a run as a site: map, downloads, notices. 发布接入能力地图。

    Figures that could betray a customer are withheld, and moves that nothing explains stop the publication.
    可能泄露用户信息的数值不予公开；无法解释的变动须经批准后才能发布。
    """
    from capacity.publish import publish as publish_run
    from capacity.publish import publish_internal

    day = _day(today)
    with printing.progress() as told:
        if internal:
            _refuse_with_internal(previous, record, accept)
            done = publish_internal(run, to, today=day, progress=told)
        else:
            done = publish_run(run, to, previous=previous, record=record, accept=accept, today=day, progress=told)
    if internal:
        show_internal(done)
    else:
        show_published(done)


def publish_demo(run: Path, site: Path) -> None:
    """Publish the bundled case's run in the place of an earlier demonstration, and show what came of it."""
    from capacity.publish import forget_synthetic
    from capacity.publish import publish as publish_run

    forget_synthetic(site)
    with printing.progress() as told:
        done = publish_run(run, site, progress=told)
    show_published(done)


def show_published(done: Published) -> None:
    """What was published, what was withheld and why, what changed, and where to look."""
    release, print_line = done.release, printing.console.print
    about = release.about
    if about.synthetic:
        print_line(say("[bold red]合成数据：不代表任何真实电网[/]", "[bold red]synthetic data: no real grid[/]"))
    print_line(
        say(
            f"{about.title_zh}：已发布 {about.release_id} 期，数据截止 {about.as_of}，共 {about.areas_total} 个网格",
            f"{about.title_en}: published release {about.release_id}, data as of {about.as_of}, "
            f"{about.areas_total} areas",
        ),
        markup=False,
        highlight=False,
    )
    if about.stale:
        print_line(
            say(
                f"[yellow]数据已超过 {about.rules.stale_after_days} 天，每页均有提示。[/]",
                f"[yellow]the data are more than {about.rules.stale_after_days} days old; every page says so.[/]",
            )
        )
    if release.terms.empty:
        print_line(
            say(
                f"[yellow]规则“{about.policy}”没有 service 一节：未公布办电须知（P12–P14）。[/]",
                f"[yellow]policy '{about.policy}' has no section 'service': no connection terms are published "
                "(P12-P14).[/]",
            )
        )
    print_line(_status_table(release))
    for line in (_protected(release), _changes(release)):
        print_line(line, markup=False, highlight=False)
    if done.approved:
        print_line(
            say(f"经批准的异常变动 {done.approved} 项", f"{done.approved} moves approved by a person"), highlight=False
        )
    if len(done.releases) > 1:
        former = say("、", ", ").join(done.releases[1:])
        print_line(say(f"保留往期：{former}", f"former releases kept: {former}"), highlight=False)
    printing.where("网站（可直接打开）", "the site (open it in a browser)", done.site / "index.html")
    if done.record is not None:
        printing.where("发布档案（内部资料，勿上传）", "its record (internal, never upload it)", done.record)


def show_internal(done: Published) -> None:
    """Where the planners' site lies, and what must not be done with it."""
    printing.console.print(
        say(
            "[bold red]内部资料，严禁外传：[/]含设备位置和未经保护处理的数值。",
            "[bold red]internal, never publish it:[/] it shows where equipment stands and figures without protection.",
        )
    )
    printing.where("内部网站（可直接打开）", "the planners' site (open it in a browser)", done.site / "index.html")


def _status_table(release: Release) -> Table:
    table = Table(title=say("公布情况", "what the map shows"), title_justify="left")
    table.add_column(say("状态", "status"), no_wrap=True)
    table.add_column(say("网格", "areas"), justify="right")
    counts = release.areas["status"].value_counts()
    for code, told in STATUS.items():
        table.add_row(f"[{STATUS_STYLE[code]}]{_word(told)}[/]", f"{int(counts.get(code, 0)):,}")
    withheld = f"{release.about.areas_withheld:,}"
    table.add_row(f"[{STATUS_STYLE['withheld']}]{_word(PUBLICATION['withheld'])}[/]", withheld)
    return table


def _protected(release: Release) -> str:
    """How many areas are withheld or shown as a range only, and why."""
    parts = []
    for code in ("withheld", "band"):
        chosen = release.areas[release.areas["publication"] == code]
        reasons = _counted(chosen["withheld_reason"].value_counts().to_dict(), WITHHELD)
        parts.append(
            f"{_word(PUBLICATION[code])} {len(chosen)}" + (say(f"（{reasons}）", f" ({reasons})") if reasons else "")
        )
    return say("用户信息保护：", "protection of customers: ") + say("，", "; ").join(parts)


def _changes(release: Release) -> str:
    if release.about.previous_id is None:
        return say("首次发布，没有往期可比。", "the first release: there is none to compare with.")
    moved = release.changes[release.changes["cause"] != "none"]
    causes = _counted(moved["cause"].value_counts().to_dict(), CAUSE)
    return say(
        f"与 {release.about.previous_id} 期相比，{len(moved)} 个网格有变动" + (f"：{causes}" if causes else ""),
        f"against release {release.about.previous_id}, {len(moved)} areas differ" + (f": {causes}" if causes else ""),
    )


def _counted(counts: Mapping[str, int], words: Mapping[str, Told]) -> str:
    return say("，", ", ").join(f"{_word(words[code])} {counts[code]:,}" for code in words if counts.get(code))


def _word(told: Told) -> str:
    return escape(say(told.zh, told.en))


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            say(f"无法识别的日期“{text}”，请用 2026-11-01", f"'{text}' is not a date; write 2026-11-01")
        ) from error


def _refuse_with_internal(*options: Path | None) -> None:
    if any(option is not None for option in options):
        raise typer.BadParameter(
            say(
                "内部网站没有往期和发布档案，--internal 不能与 --previous、--record、--accept 同用。",
                "the planners' site has no past and no record: --internal goes without --previous, --record, --accept.",
            )
        )
