"""``python -m benchmarks``: measure, print the tables, and with ``--write`` put them into the manual."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import city, connections, engineers, feeder, load_flow, nodes, page, scaling
from benchmarks.machine import this_machine
from benchmarks.question import Question, ask
from benchmarks.table import Table
from capacity.errors import CapacityError

PARTS = {
    "loadflow": ("network", "steps", "drawn_steps", "workers", "repetitions", "no_memory"),
    "nodes": ("network", "steps", "drawn_nodes", "workers"),
    "scaling": ("network", "steps", "workers", "repetitions", "scaling_network"),
    "city": ("city", "city_size", "members", "workers"),
    "feeder": ("network", "steps", "workers"),
    "connections": ("network", "steps", "drawn_applications", "workers"),
    "engineers": ("network", "workers"),
}
"""The tables, and which options each of them heeds."""
NETWORK = "1-MVLV-urban-all-0-sw"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks that were asked for."""
    told = _parser().parse_args(arguments)
    logging.getLogger("pandapower").setLevel(logging.ERROR)
    machine, done = this_machine(), []
    print(machine.sentence())
    try:
        with tempfile.TemporaryDirectory(prefix="benchmarks-") as scratch:
            for table in _tables(told, Path(scratch)):
                done.append(table)
                print(f"\n{table.as_text()}\n\n{table.command}", flush=True)
    except CapacityError as error:
        print(error, file=sys.stderr)
        return 1
    if told.write:
        print(f"\nwrote {page.write(done, machine).name}")
    return 0


def _tables(told: argparse.Namespace, scratch: Path) -> Iterator[Table]:
    """The tables one by one, as they are measured."""
    asked: list[Question] = []
    for part in told.only or PARTS:
        if part == "city":
            yield _city(told, scratch)
            continue
        asked = asked or [ask(told.network, told.steps, scratch)]
        yield _measured(part, told, asked[0], scratch)


def _city(told: argparse.Namespace, scratch: Path) -> Table:
    folder = Path(told.city) if told.city else None
    found = city.measure(scratch, told.city_size, folder=folder, members=told.members, workers=told.workers)
    return city.table(found, command_of("city", told))


def _measured(part: str, told: argparse.Namespace, question: Question, scratch: Path) -> Table:
    command = command_of(part, told)
    if part == "loadflow":
        rows = load_flow.measure(
            question,
            drawn=told.drawn_steps,
            workers=told.workers,
            repetitions=told.repetitions,
            with_memory=not told.no_memory,
        )
        return load_flow.table(question, rows, command)
    if part == "nodes":
        return nodes.table(question, nodes.measure(question, drawn=told.drawn_nodes, workers=told.workers), command)
    if part == "scaling":
        others = [ask(code, told.steps, scratch) for code in told.scaling_network or scaling.NETWORKS]
        sizes = scaling.measure(question, others, workers=told.workers, repetitions=told.repetitions)
        return scaling.table(question, sizes, command)
    if part == "connections":
        found = connections.measure(question, drawn=told.drawn_applications, workers=told.workers)
        return connections.table(question, found, command)
    if part == "engineers":
        return engineers.table(question, engineers.measure(question, workers=told.workers), command)
    return feeder.table(question, command)


def command_of(part: str, told: argparse.Namespace) -> str:
    """The command that makes one table again: the options it heeds that are not the defaults, never a path."""
    plain, words = _parser(), ["python -m benchmarks", f"--only {part}"]
    for name in PARTS[part]:
        value, option = getattr(told, name), f"--{name.replace('_', '-')}"
        if value == plain.get_default(name):
            continue
        if value is True:
            words.append(option)
        else:
            values = value if isinstance(value, list) else [value]
            repeated = name == "scaling_network"
            shown = [_without_folder(one) for one in values]
            words += [f"{option} {one}" for one in shown] if repeated else [f"{option} {' '.join(shown)}"]
    return " ".join(words)


def _without_folder(value: object) -> str:
    """A case folder by its name; the repository's own by where they are found from its root."""
    path = Path(str(value))
    if not (path / "case.toml").is_file():
        return str(value)
    inside = not path.is_absolute() and ".." not in path.parts
    return path.as_posix() if inside else path.resolve().name


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--network", default=NETWORK, metavar="SIMBENCH_CODE|CASE_DIR", help="default %(default)s")
    parser.add_argument("--steps", type=int, help="only the first steps of the case's window; all by default")
    parser.add_argument("--drawn-steps", type=int, default=96, help="steps the slow peers solve (%(default)s)")
    parser.add_argument("--drawn-nodes", type=int, default=50, help="nodes the bisection answers (%(default)s)")
    parser.add_argument("--drawn-applications", type=int, default=100, help="connections checked (%(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="most threads, beside one (%(default)s)")
    parser.add_argument("--repetitions", type=int, default=3, help="passes of what takes less than a minute")
    parser.add_argument("--only", action="append", choices=list(PARTS), help="one table; may be given several times")
    parser.add_argument("--scaling-network", action="append", metavar="CODE|DIR", help="instead of the usual ones")
    parser.add_argument(
        "--city-size",
        type=int,
        nargs=5,
        default=list(city.SIZE),
        metavar="N",
        help="substations, feeders, transformers, nodes, months",
    )
    parser.add_argument("--city", metavar="DIR", help="a city folder to take instead of making one")
    parser.add_argument("--members", type=int, default=4, help="of the city, so many are run (%(default)s)")
    parser.add_argument("--no-memory", action="store_true", help="leave out the processes that measure memory")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
