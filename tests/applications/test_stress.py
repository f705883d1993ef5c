"""Many desks, killed in the middle: nothing is promised twice, nothing is lost, and the history tells all of it."""

from __future__ import annotations

import random
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import desks
import pytest

from capacity.applications import register as reg
from capacity.tables.register import Application


@pytest.mark.parametrize(
    ("processes", "operations"),
    [(3, 100), pytest.param(8, 1000, marks=pytest.mark.whole)],
    ids=["3 desks, 100 steps", "8 desks, 1000 steps"],
)
def test_register__survives_random_steps_of_many_desks_with_kills(
    register: reg.Register, url: str, processes: int, operations: int, tmp_path: Path
) -> None:
    names = [
        desks.offered(register, power, transformer).application_id
        for transformer in desks.TRANSFORMERS
        for power in (60.0, 30.0, 20.0)
    ]
    told, killed = _let_desks_work(url, names, processes, operations, tmp_path)

    assert killed >= processes // 2
    assert len(told) >= operations
    found = reg.applications(register)
    versions = {one.application_id: one.version for one in found}
    lost = [line for line in told if line != "-" and versions.get(line.split()[0], 0) < int(line.split()[1])]
    assert lost == []
    assert reg.verify_history(register) == ()
    assert _promised_twice(found) == []
    accepted = [stamp for one in found for stamp in one.stamps if stamp.event == "accepted"]
    assert len(accepted) >= operations // 12
    assert sum(line != "-" for line in told) > operations // 3


def _let_desks_work(url: str, names: list[str], processes: int, operations: int, folder: Path) -> tuple[list[str], int]:
    """Desks at work until all steps are done; a new one takes the place of each that was killed or is done."""
    chance, killed = random.Random(5), 0
    share, kills = operations // processes, max(processes // 2, operations // 100)
    working: dict[Path, BaseProcess] = {}
    files: list[Path] = []
    while (done := sum(_steps(file) for file in files)) < operations or killed < kills:
        working = {file: process for file, process in working.items() if process.is_alive()}
        while len(working) < processes:
            file = folder / f"desk-{len(files)}.txt"
            process = desks.PROCESSES.Process(target=desks.work, args=(url, len(files), share, names, file))
            process.start()
            working[file] = process
            files.append(file)
        busy = [file for file in working if _steps(file)]
        if busy and killed < kills and done > (killed + 1) * operations / (kills + 1):
            working.pop(chance.choice(busy)).kill()  # as when the power fails: nothing is tidied up
            killed += 1
        time.sleep(0.05)
    for process in working.values():
        process.kill()
        process.join()
    return [line for file in files if file.exists() for line in file.read_text(encoding="utf-8").splitlines()], killed


def _steps(file: Path) -> int:
    return len(file.read_bytes().splitlines()) if file.exists() else 0


def _promised_twice(found: list[Application]) -> list[str]:
    """Every acceptance held against all that was reserved on its transformer at that moment, by the history alone."""
    entries = sorted(
        ((stamp, one) for one in found for stamp in one.stamps), key=lambda entry: entry[0].entry
    )  # the order in which the database took them
    reserved: dict[str, dict[str, float]] = {}
    wrong = []
    for stamp, one in entries:
        here = reserved.setdefault(str(one.facts.transformer_id), {})
        if stamp.event == "accepted":
            claim = reg.claim_of_json(stamp.details)
            room = desks.ROOM_KVA - sum(here.values())
            if claim.reserved_kva > room or claim.figure_kva != room:
                wrong.append(f"{one.application_id}: {claim.reserved_kva} of {room} kVA (claimed {claim.figure_kva})")
            here[one.application_id] = claim.reserved_kva
        elif stamp.event in ("withdrawn", "expired", "taken_up"):
            here.pop(one.application_id, None)
    return wrong
