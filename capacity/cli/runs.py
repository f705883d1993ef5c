"""Commands that run the main job and look at runs: run, demo, compare."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from capacity.cli import NOT_CONFIRMED, app, cities, printing
from capacity.cli.cluster import place
from capacity.cli.language import language, say
from capacity.cli.publishing import publish_demo

if TYPE_CHECKING:
    import pandas as pd

    from capacity.tables.case import Case, Window
    from capacity.tables.run import Run


PICTURES = "pictures"
RegisterUrl = Annotated[
    str | None,
    typer.Option(
        "--register",
        help="Register of applications whose snapshot replaces the case's applications.csv.",
        metavar="URL",
    ),
]


class Engine(enum.StrEnum):
    """Load-flow engines."""

    auto = "auto"
    radial = "radial"
    pgm = "pgm"
    pandapower = "pandapower"


class NodeShape(enum.StrEnum):
    """Shapes over time of the load sought at every node."""

    flat = "flat"
    residential = "residential"
    commercial = "commercial"
    industrial = "industrial"


@app.command()
def run(
    folder: Annotated[Path, typer.Argument(help="The case folder, or a city's.", metavar="CASE")],
    scenario: Annotated[Path | None, typer.Option(help="Scenario file laid over the case (not over a city).")] = None,
    register: RegisterUrl = None,
    as_of: Annotated[str | None, typer.Option(help="As-of date, if not the case's own (YYYY-MM-DD).")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the run; default results/<run name>.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="First step, to look at a part of the window.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="End of that part (not included).")] = None,
    engine: Annotated[Engine, typer.Option(help="Load-flow engine.")] = Engine.auto,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Threads; of a city, members worked on at a time. Default: all processors, at most 8."
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Address of a Dask scheduler, tcp://host:8786: a city's members, or the feeders in a case's node "
            "capacity, are worked on there (extra 'cluster'). All workers must reach a city and its results by the "
            "same paths.",
            metavar="ADDR",
        ),
    ] = None,
    nodes: Annotated[bool, typer.Option(help="Seek the capacity of every LV node (P9).")] = True,
    node_shape: Annotated[
        NodeShape,
        typer.Option(
            help="Shape over time of the load sought at the nodes: flat, or the typical day of a category; "
            "the figures are then its peak kVA."
        ),
    ] = NodeShape.flat,
    generation: Annotated[
        bool | None,
        typer.Option(help="Seek rooftop PV at every node beside load. Default: of a case yes, of a city no."),
    ] = None,
    pictures: Annotated[
        bool | None, typer.Option(help="Draw the pictures too. Default: of a case yes, of a city's members no.")
    ] = None,
    workbook: Annotated[
        bool | None, typer.Option(help="Write the workbook too. Default: of a case yes, of a city's members no.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest for programs.")] = False,
) -> None:
    """Run the main job on a case or a city: load rates, allowed capacity, alerts. 计算负载率、允许接入容量与预警。"""
    from capacity.case import load_case, load_scenario
    from capacity.proof import started_from
    from capacity.study import past_window, run_study

    asked = moment(as_of)
    if cities.is_city(folder):
        from capacity.tables.city_run import MemberOptions

        cities.refuse_scenario(scenario)
        cities.refuse_register(register)
        options = MemberOptions(
            engine=engine.value,
            as_of=asked.date() if asked is not None else None,
            node_capacity=nodes,
            node_shape=node_shape.value,
            generation=bool(generation),
            workbook=bool(workbook),
            pictures=language() if pictures else "",
        )
        cities.run_city_folder(
            folder, options, part=(from_, to), out=out, workers=workers, scheduler=scheduler, as_json=as_json
        )
        return
    case = load_case(folder)
    if asked is not None:
        case = case.with_as_of(asked)
    case = with_register(case, register)
    loaded = load_scenario(scenario) if scenario else None
    part = part_of_window(past_window(case), from_, to)
    with place(scheduler) as where, printing.progress() as told:
        done = run_study(
            case,
            scenario=loaded,
            window=part,
            engine=engine.value,
            workers=workers,
            node_capacity=nodes,
            node_shape=node_shape.value,
            generation=generation is not False,
            executor=where.executor,
            progress=told,
        )
        done = started_from(done, folder, scenario)
        told("writing", 0, 0)
        target = out or Path("results") / done.manifest.run_name
        write_with_pictures(done, target, pictures=pictures is not False, workbook=workbook is not False)
    if as_json:
        typer.echo(done.manifest.model_dump_json(indent=1))
    else:
        show(done, target)
        show_promises(done)
    stop_unless_confirmed(done)


@app.command()
def demo(
    seed: Annotated[int | None, typer.Option(help="Seed of the synthetic case.")] = None,
    networks: Annotated[Path, typer.Option(help="Folder for the case.")] = Path("networks"),
    results: Annotated[Path, typer.Option(help="Folder for the run.")] = Path("results"),
    site: Annotated[
        Path, typer.Option(help="Folder for the public site; an earlier demonstration there is replaced.")
    ] = Path("public"),
) -> None:
    """Build the bundled synthetic case, run it, publish it, say where to look. 演示。"""
    from capacity.case.synthetic import BUNDLED_NAME, BUNDLED_SEED, build_bundled_case
    from capacity.proof import started_from
    from capacity.study import run_study

    folder = networks / BUNDLED_NAME
    with printing.progress() as told:
        told(say("生成示例算例", "building the bundled case"), 0, 0)
        case = build_bundled_case(folder, seed=BUNDLED_SEED if seed is None else seed)
        done = started_from(run_study(case, progress=told), folder)
        told("writing", 0, 0)
        target = results / done.manifest.run_name
        write_with_pictures(done, target)
    show(done, target)
    printing.where("算例", "the case", folder)
    stop_unless_confirmed(done)
    publish_demo(target, site)


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


def write_with_pictures(
    done: Run,
    target: Path,
    *,
    pictures: bool = True,
    workbook: bool = True,
    also: Callable[[Path], object] | None = None,
) -> None:
    """The run's folder, with its pictures and whatever ``also`` writes, whole or not at all."""
    from capacity.figures import draw_all
    from capacity.runs import write_run

    def beside(folder: Path) -> None:
        if pictures:
            draw_all(done, folder / PICTURES, language=language())
        if also:
            also(folder)

    write_run(done, target, also=beside, workbook=workbook)


def show(done: Run, target: Path) -> None:
    """The run on the screen, and where to look further."""
    printing.print_run(done)
    printing.where("结果", "results", target)
    if (target / "summary.xlsx").is_file():
        printing.where("工作簿", "workbook", target / "summary.xlsx")
    if (target / PICTURES).is_dir():
        printing.where("图片", "pictures", target / PICTURES)


def with_register(case: Case, url: str | None) -> Case:
    """The case with a snapshot of the register in place of its own applications, where a register is given."""
    if url is None:
        return case
    from capacity import desk
    from capacity.applications.register import open_register, take_snapshot

    return desk.with_register(case, take_snapshot(open_register(url)))


def show_promises(done: Run) -> None:
    """Of a run made with a register: its snapshot, and promises that no longer fit (P7)."""
    from capacity.cli.application_tables import print_over_committed
    from capacity.desk import over_committed_in
    from capacity.tables.register import SNAPSHOT_HASH

    sha256 = done.manifest.input_hashes.get(SNAPSHOT_HASH)
    if sha256 is None:
        return
    count = len(done.applications)
    printing.console.print(
        say(
            f"登记册快照 {sha256[:12]}：{count} 份申请",
            f"snapshot {sha256[:12]} of the register: {count} applications",
        ),
        highlight=False,
    )
    print_over_committed(over_committed_in(done))


def stop_unless_confirmed(done: Run) -> None:
    """Exit with a code of its own when pandapower does not confirm the load flow, or a test the node figures."""
    if done.manifest.crosscheck_passed is False:
        printing.errors.print(
            say(
                "潮流结果与 pandapower 不一致，请勿使用本次结果。",
                "the load flow differs from pandapower: do not use this run.",
            ),
            style="bold red",
        )
        raise typer.Exit(NOT_CONFIRMED)
    sample = done.manifest.verification
    if sample is not None and sample.false_open:
        for example in sample.examples:
            printing.errors.print(example, markup=False, highlight=False)
        printing.errors.print(
            say(
                f"抽样核验的 {sample.nodes} 个节点容量中有 {sample.false_open} 个虚高：请勿据此答复，并报告此情况。",
                f"{sample.false_open} of {sample.nodes} node figures put to the test break a limit: do not promise "
                "anything by them, and report it.",
            ),
            style="bold red",
        )
        raise typer.Exit(NOT_CONFIRMED)


def moment(text: str | None) -> pd.Timestamp | None:
    """A date or time from the command line."""
    import pandas as pd

    if text is None:
        return None
    try:
        return pd.Timestamp(text)
    except ValueError as error:
        raise typer.BadParameter(
            say(f"无法识别的日期“{text}”，请用 2026-11-01", f"'{text}' is not a date; write 2026-11-01")
        ) from error


def part_of_window(whole: Window, start: str | None, end: str | None) -> Window | None:
    """The steps asked for with ``--from`` and ``--to``; None is the whole window."""
    first, last = moment(start) or whole.start, moment(end) or whole.end
    if not whole.start <= first < last <= whole.end:
        raise typer.BadParameter(
            say(
                f"时段须在 {whole.start} 与 {whole.end} 之间，且起早于止",
                f"--from and --to must lie between {whole.start} and {whole.end}, the first before the last",
            )
        )
    return None if (first, last) == (whole.start, whole.end) else replace(whole, start=first, end=last)
