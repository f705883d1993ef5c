"""``capacity run`` on a city folder: every member, then the city's own tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from capacity.cli import INPUT_PROBLEM, NOT_CONFIRMED, printing
from capacity.cli.cluster import place
from capacity.cli.language import say, word
from capacity.tables.words import STATUS

if TYPE_CHECKING:
    from capacity.tables.case import Window
    from capacity.tables.city import City
    from capacity.tables.city_run import CityManifest, MemberOptions

CITY_FILE, CASE_FILE = "city.toml", "case.toml"


def is_city(folder: Path) -> bool:
    """Whether a folder is a city's rather than a case's."""
    return (folder / CITY_FILE).is_file() and not (folder / CASE_FILE).exists()


def refuse_register(url: str | None) -> None:
    """A register is frozen case by case."""
    if url is not None:
        raise typer.BadParameter(
            say(
                "登记册只能用于单个算例，请逐个成员计算",
                "a register is used case by case: run the city's members one by one",
            )
        )


def refuse_scenario(scenario: Path | None) -> None:
    """A scenario names elements of one case."""
    if scenario is not None:
        raise typer.BadParameter(
            say(
                "情景只针对单个算例，不能用于整个城市；请对相应成员执行 capacity run。",
                "a scenario is about one case, not a city: run the member it is about.",
            )
        )


def run_city_folder(
    folder: Path,
    options: MemberOptions,
    *,
    part: tuple[str | None, str | None],
    out: Path | None,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Run a city and say what came of it; exit code 1 when a member failed, 3 when pandapower disagrees in one."""
    from capacity.case import read_city
    from capacity.city import run_city

    city = read_city(folder)
    asked = _with_part(city, options, part)
    target = out or Path("results") / f"{city.settings.name}-{asked.as_of or city.settings.as_of}"
    stages = {"members": say("逐个计算成员", "members"), "city tables": say("汇总全市", "putting the city together")}
    with place(scheduler) as where, printing.progress() as told:
        done = run_city(
            city,
            target,
            workers=workers or where.slots,
            executor=where.executor,
            options=asked,
            progress=lambda stage, count, total: told(stages[stage], count, total),
        )
    if as_json:
        typer.echo(done.model_dump_json(indent=1))
    else:
        show(done, target)
    _say_what_failed(done)


def _with_part(city: City, options: MemberOptions, part: tuple[str | None, str | None]) -> MemberOptions:
    """The options with the part of the window asked for with ``--from`` and ``--to``."""
    from capacity.case import load_case
    from capacity.cli.runs import part_of_window
    from capacity.study import past_window

    if part == (None, None):
        return options
    whole: Window | None = city.window if options.as_of is None else None
    if whole is None:
        first = load_case(city.members[0])
        whole = past_window(first if options.as_of is None else first.with_as_of(_timestamp(options.as_of)))
    window = part_of_window(whole, *part) or whole
    return options.model_copy(
        update={"window_start": window.start.to_pydatetime(), "window_end": window.end.to_pydatetime()}
    )


def _timestamp(day: object) -> object:
    import pandas as pd

    return pd.Timestamp(day)


def show(done: CityManifest, target: Path) -> None:
    """The city on the screen, and where to look further."""
    import pandas as pd

    from capacity.runs.city import CITY, MEMBERS

    if done.synthetic:
        printing.console.print(
            say("[bold red]合成数据：不代表任何真实电网[/]", "[bold red]synthetic data: no real grid[/]")
        )
    if len(done.failed) == len(done.members):
        return
    status = pd.read_parquet(target / CITY / "areas.parquet", columns=["status"])["status"].value_counts()
    counts = say("，", ", ").join(f"{word(STATUS[key])} {int(status.get(key, 0))}" for key in STATUS)
    kept = sum(facts.state == "kept" for facts in done.members)
    rows, print_line = done.rows, printing.console.print
    print_line(
        say(
            f"{done.title_zh}：{len(done.members)} 个成员（沿用已有结果 {kept} 个），{rows['transformers']:,} 台配变，"
            f"{rows['nodes']:,} 个低压节点",
            f"{done.title_en}: {len(done.members)} members ({kept} kept from before), {rows['transformers']:,} "
            f"transformers, {rows['nodes']:,} LV nodes",
        ),
        highlight=False,
    )
    print_line(
        say(f"低压网格 {rows['areas']} 个：{counts}", f"{rows['areas']} LV grid areas: {counts}"), highlight=False
    )
    print_line(say(f"预警 {rows['alerts']:,} 条", f"{rows['alerts']:,} alerts"), highlight=False)
    print_line(_how_sure(done), highlight=False)
    printing.where("全市结果", "results of the city", target / CITY)
    printing.where("各成员结果", "runs of its members", target / MEMBERS)


def _how_sure(done: CityManifest) -> str:
    lines = [
        say(
            f"潮流：共 {done.steps_total:,} 步，其中 {done.steps_failed} 步不收敛",
            f"load flow: {done.steps_total:,} steps in all, {done.steps_failed} of them did not converge",
        )
    ]
    if done.crosscheck_passed is not None:
        verdict = say("一致", "agrees") if done.crosscheck_passed else say("不一致", "DISAGREES")
        lines.append(
            say("与 pandapower 核对", "checked against pandapower")
            + f" ({done.crosscheck_steps}): {verdict}, ΔV {done.crosscheck_delta_voltage_pu or 0.0:.1e} pu, "
            f"Δ% {done.crosscheck_delta_loading_percent or 0.0:.1e}"
        )
    if done.verification_nodes:
        lines.append(
            say(
                f"抽样核验节点 {done.verification_nodes} 个：偏大 {done.verification_false_open}，"
                f"偏小 {done.verification_false_blocked}",
                f"{done.verification_nodes} node figures put to the test: {done.verification_false_open} too large, "
                f"{done.verification_false_blocked} too small",
            )
        )
    return "\n".join(lines)


def _say_what_failed(done: CityManifest) -> None:
    """Name every member that failed or disagrees with pandapower, and exit with its code."""
    for facts in done.failed:
        printing.errors.print(
            f"[bold red]{say('失败', 'failed')}[/] {facts.member}: {escape(say(facts.problem_zh, facts.problem_en))}",
            highlight=False,
        )
    for facts in done.members:
        if facts.crosscheck_passed is False:
            printing.errors.print(
                say(
                    f"成员 {facts.member} 的潮流与 pandapower 不一致，请勿使用其结果。",
                    f"the load flow of {facts.member} differs from pandapower: do not use its run.",
                ),
                style="bold red",
            )
    if done.verification_false_open:
        for facts in done.members:
            for example in facts.verification.examples if facts.verification is not None else ():
                printing.errors.print(f"{facts.member}: {example}", markup=False, highlight=False)
        printing.errors.print(
            say(
                f"抽样核验的 {done.verification_nodes} 个节点容量中有 {done.verification_false_open} 个虚高："
                "请勿据此答复，并报告此情况。",
                f"{done.verification_false_open} of {done.verification_nodes} node figures put to the test break a "
                "limit: do not promise anything by them, and report it.",
            ),
            style="bold red",
        )
    if done.failed:
        count, total = len(done.failed), len(done.members)
        printing.errors.print(
            say(
                f"{total} 个成员中有 {count} 个失败，全市结果不完整。更正后重新执行同一命令，只补算这些成员。",
                f"{count} of {total} members failed: the city's results are incomplete. Correct them and repeat the "
                "command; only they are run again.",
            ),
            style="bold red",
        )
        raise typer.Exit(INPUT_PROBLEM)
    if done.crosscheck_passed is False or done.verification_false_open:
        raise typer.Exit(NOT_CONFIRMED)
