"""Commands that run the main job and look at runs: run, demo, compare."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from capacity.cli import NOT_CONFIRMED, app, printing
from capacity.cli.language import language, say

if TYPE_CHECKING:
    from capacity.tables.case import Case, Window
    from capacity.tables.run import Run


class Engine(enum.StrEnum):
    """Load-flow engines."""

    auto = "auto"
    radial = "radial"
    pgm = "pgm"
    pandapower = "pandapower"


@app.command()
def run(
    folder: Annotated[Path, typer.Argument(help="The case folder.", metavar="CASE")],
    scenario: Annotated[Path | None, typer.Option(help="Scenario file laid over the case.")] = None,
    as_of: Annotated[str | None, typer.Option(help="As-of date, if not the case's own (YYYY-MM-DD).")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the run; default results/<run name>.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="First step, to look at a part of the window.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="End of that part (not included).")] = None,
    engine: Annotated[Engine, typer.Option(help="Load-flow engine.")] = Engine.auto,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; default: all processors.")] = None,
    pictures: Annotated[bool, typer.Option(help="Draw the pictures too.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest for programs.")] = False,
) -> None:
    """Run the main job: load rates, allowed capacity, alerts. 计算负载率、允许接入容量与预警。"""
    from capacity.case import load_case, load_scenario
    from capacity.study import run_study

    case = load_case(folder)
    loaded = load_scenario(scenario) if scenario else None
    with printing.progress() as told:
        done = run_study(
            case,
            scenario=loaded,
            window=_window(case, as_of, from_, to),
            engine=engine.value,  # type: ignore[arg-type]  # the enumeration's values are the literals
            workers=workers,
            progress=told,
        )
        told("writing", 0, 0)
        target = out or Path("results") / done.manifest.run_name
        write_with_pictures(done, target, pictures=pictures)
    if as_json:
        typer.echo(done.manifest.model_dump_json(indent=1))
    else:
        show(done, target, pictures=pictures)
    stop_unless_confirmed(done)


@app.command()
def demo(
    seed: Annotated[int | None, typer.Option(help="Seed of the synthetic case.")] = None,
    networks: Annotated[Path, typer.Option(help="Folder for the case.")] = Path("networks"),
    results: Annotated[Path, typer.Option(help="Folder for the run.")] = Path("results"),
) -> None:
    """Build the bundled synthetic case, run it, say where to look. 演示。"""
    from capacity.case.synthetic import BUNDLED_NAME, BUNDLED_SEED, build_bundled_case
    from capacity.study import run_study

    folder = networks / BUNDLED_NAME
    with printing.progress() as told:
        told(say("生成示例算例", "building the bundled case"), 0, 0)
        case = build_bundled_case(folder, seed=BUNDLED_SEED if seed is None else seed)
        done = run_study(case, progress=told)
        told("writing", 0, 0)
        target = results / done.manifest.run_name
        write_with_pictures(done, target, pictures=True)
    show(done, target, pictures=True)
    printing.where("算例", "the case", folder)
    stop_unless_confirmed(done)


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="The earlier run's folder.")],
    after: Annotated[Path, typer.Argument(help="The later run's folder.")],
    out: Annotated[Path | None, typer.Option(help="Excel file to write; default: in the later run's folder.")] = None,
) -> None:
    """What changed between two runs, per area and rule, and why. 比较两次计算。"""
    from capacity.runs import compare_runs, read_run, write_comparison

    comparison = compare_runs(read_run(before), read_run(after))
    target = out or after / f"compare-with-{before.name}.xlsx"
    write_comparison(comparison, target)
    printing.print_comparison(comparison)
    printing.where("已写出", "written", target)


def write_with_pictures(done: Run, target: Path, *, pictures: bool) -> None:
    """The run's folder, pictures included, whole or not at all."""
    from capacity.figures import draw_all
    from capacity.runs import write_run

    write_run(
        done,
        target,
        also=(lambda folder: draw_all(done, folder / "pictures", language=language())) if pictures else None,
    )


def show(done: Run, target: Path, *, pictures: bool) -> None:
    """The run on the screen, and where to look further."""
    printing.print_run(done)
    printing.where("结果", "results", target)
    printing.where("工作簿", "workbook", target / "summary.xlsx")
    if pictures:
        printing.where("图片", "pictures", target / "pictures")


def stop_unless_confirmed(done: Run) -> None:
    """Exit with a code of its own when pandapower does not confirm the load flow."""
    if done.manifest.crosscheck_passed is False:
        printing.errors.print(
            say(
                "潮流结果与 pandapower 不一致，请勿使用本次结果。",
                "the load flow differs from pandapower: do not use this run.",
            ),
            style="bold red",
        )
        raise typer.Exit(NOT_CONFIRMED)


def _window(case: Case, as_of: str | None, start: str | None, end: str | None) -> Window | None:
    import pandas as pd

    from capacity.tables.case import Window

    try:
        whole = Window.year_before(pd.Timestamp(as_of or case.settings.as_of), case.settings.step_minutes)
        return Window(
            pd.Timestamp(start) if start else whole.start, pd.Timestamp(end) if end else whole.end, whole.step_minutes
        )
    except ValueError as error:
        raise typer.BadParameter(say(f"日期无法识别：{error}", f"not a date: {error}")) from error
