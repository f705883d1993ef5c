"""Peak memory of one contestant, measured in a process of its own: ``python -m benchmarks.memory …``.

A process that measured time before has memory of other contestants in it. The child loads the case, prepares and warms
up the contestant, sets the system's high-water mark of resident memory back, runs it, and reads the mark. That needs
Linux; elsewhere memory is not measured.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import ours
from benchmarks.peers import pandapower_series, pgm
from benchmarks.question import Question, ask

CONTESTANTS = ("ours", "pgm", "pandapower", "pandapower-recycle")
PGM_CHUNKS = 4
"""Beyond a chunk and the transformers' curves power-grid-model's memory does not grow, so a few chunks are run."""
_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Memory:
    """Resident memory, MB (10⁶ bytes): before the run with everything prepared, and the highest during it."""

    before_mb: float
    peak_mb: float


def of_contestant(question: Question, who: str, threads: int, drawn: int) -> Memory | None:
    """What a child process finds; None for no contestant, and where the system does not tell."""
    command = [sys.executable, "-m", "benchmarks.memory", str(question.folder), who]
    command += ["--steps", str(question.n_steps), "--threads", str(threads), "--drawn-steps", str(drawn)]
    if not who or not _CLEAR.exists():
        return None
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1])
    if done.returncode != 0:
        raise RuntimeError(f"measuring the memory of {who} failed:\n{done.stderr}")
    return Memory(**json.loads(done.stdout.splitlines()[-1]))


def _runner(question: Question, who: str, threads: int, drawn: int) -> Callable[[], object]:
    """The contestant, prepared and warmed up."""
    flow = question.load_flow(threads)
    if who == "ours":
        ours.year_statistics(question.shortened(64).load_flow(threads))
        return lambda: ours.year_statistics(flow)
    if who == "pgm":
        peer = pgm.prepare(flow)
        pgm.solve_year(peer, threads, last=min(16, question.n_steps))
        return lambda: pgm.solve_year(peer, threads, last=min(PGM_CHUNKS * peer.chunk_steps, question.n_steps))
    series = pandapower_series.prepare(flow, question.drawn_steps(drawn))
    pandapower_series.solve(pandapower_series.prepare(flow, question.drawn_steps(2)), recycle=True)
    return lambda: pandapower_series.solve(series, recycle=who == "pandapower-recycle")


def _resident_mb(field: str) -> float:
    found = re.search(rf"{field}:\s*(\d+) kB", _STATUS.read_text(encoding="ascii"))
    return int(found[1]) * 1024 / 1e6 if found else float("nan")


def main() -> None:
    """Run one contestant and print its memory as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("network")
    parser.add_argument("who", choices=CONTESTANTS)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--drawn-steps", type=int, default=96)
    told = parser.parse_args()
    question = ask(told.network, told.steps, Path(told.network).parent)
    run = _runner(question, told.who, told.threads, told.drawn_steps)
    before_mb = _resident_mb("VmRSS")
    _CLEAR.write_text("5", encoding="ascii")
    run()
    print(json.dumps(asdict(Memory(before_mb, _resident_mb("VmHWM")))))


if __name__ == "__main__":
    main()
