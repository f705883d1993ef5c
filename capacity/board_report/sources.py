"""The folders that a report is made from: what each of them is, and every reason why they cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from capacity.errors import RequestError, RunError
from capacity.matrix.store import FACTS, read_record
from capacity.matrix.store import RECORD as MATRIX_RECORD
from capacity.matrix.summary import cell_files, fan_of, outlook_of
from capacity.runs import read_manifest, read_run
from capacity.runs.plan_store import RECORD as PLAN_RECORD
from capacity.runs.plan_store import read_plan
from capacity.runs.plan_store import read_record as read_plan_record
from capacity.runs.store import MANIFEST
from capacity.tables._schema import conform, empty
from capacity.tables.matrix import CELLS, CellFacts, MatrixRecord
from capacity.tables.plan import PlanRecord
from capacity.tables.report import Inputs, Kind, MatrixInput, PlanInput, RunInput, Source, fingerprint_of
from capacity.tables.run import Manifest
from capacity.tables.words import Word

NO_GROWTH = Word("现有电网，无增长", "present grid, no growth")
_UNFINISHED = "cells"
_AREAS = [("level", "==", "area")]


@dataclass
class Faults:
    """Reasons why a report cannot be made, gathered so that all are said at once."""

    zh: list[str] = field(default_factory=list)
    en: list[str] = field(default_factory=list)

    def add(self, zh: str, en: str) -> None:
        """One more."""
        self.zh.append(zh)
        self.en.append(en)

    def stop(self) -> None:
        """Raise ``RequestError`` if there is any."""
        if self.zh:
            raise RequestError(self.zh, self.en)


@dataclass(frozen=True)
class Found:
    """A folder with what it says about itself; ``source`` has no key yet."""

    folder: Path
    source: Source
    about: Manifest | MatrixRecord | PlanRecord
    made: str

    @property
    def order(self) -> tuple[object, ...]:
        """Runs first, then matrices and plans; by case, scenario, date."""
        kinds: tuple[Kind, ...] = ("run", "matrix", "plan")
        scenario = getattr(self.about, "scenario", None) or ""
        return (kinds.index(self.source.kind), self.source.case_name, scenario, str(self.source.as_of), self.made)

    @property
    def same_as(self) -> tuple[object, ...]:
        """What two folders with the same contents have in common."""
        one = self.source
        return one.kind, one.name if one.kind == "run" else "", one.case_name, self.made, one.fingerprint


def look_at(folders: Sequence[Path], faults: Faults) -> list[Found]:
    """What the folders are, by their records alone, in the order of the report; what is wrong goes to ``faults``."""
    found: dict[Path, Found] = {}
    for folder in folders:
        place = folder.resolve()
        if place in found:
            faults.add(f"“{folder}”给了两次。", f"'{folder}' is given twice.")
            continue
        one = _looked_at(folder, faults)
        if one is None:
            continue
        twin = next((other for other in found.values() if other.same_as == one.same_as), None)
        if twin is not None:
            faults.add(
                f"“{folder}”与“{twin.folder}”是同一结果，请去掉一个。",
                f"'{folder}' and '{twin.folder}' are the same result: leave one out.",
            )
            continue
        found[place] = one
    ordered = sorted(found.values(), key=lambda one: one.order)
    return [replace(one, source=replace(one.source, key=f"S{n}")) for n, one in enumerate(ordered, start=1)]


def _looked_at(folder: Path, faults: Faults) -> Found | None:
    if not folder.is_dir():
        faults.add(f"没有文件夹“{folder}”。", f"there is no folder '{folder}'.")
        return None
    readers: dict[str, Callable[[Path], Found]] = {MANIFEST: _run, MATRIX_RECORD: _matrix, PLAN_RECORD: _plan}
    reader = next((read for name, read in readers.items() if (folder / name).is_file()), None)
    if reader is None:
        if (folder / _UNFINISHED).is_dir():
            faults.add(
                f"“{folder}”中的情景矩阵尚未算完，请先用 capacity matrix 算完。",
                f"the matrix in '{folder}' is not finished: let capacity matrix finish it first.",
            )
        else:
            faults.add(
                f"“{folder}”中没有计算结果、情景矩阵或规划（{MANIFEST}、{MATRIX_RECORD}、{PLAN_RECORD}）。",
                f"'{folder}' holds no run, matrix or plan ({MANIFEST}, {MATRIX_RECORD}, {PLAN_RECORD}).",
            )
        return None
    try:
        return reader(folder)
    except RunError as error:
        _unreadable(error, faults)
        return None


def _unreadable(error: RunError, faults: Faults) -> None:
    told = " ".join(line.strip() for line in str(error).splitlines())  # such errors are in both languages
    faults.add(told, told)


def _run(folder: Path) -> Found:
    m = read_manifest(folder)
    scenario = Word(m.scenario_title_zh or m.scenario or "", m.scenario_title_en or m.scenario or "")
    basis = Word(
        f"窗口 {m.window_start:%Y-%m-%d} 至 {m.window_end:%Y-%m-%d}，{m.steps_total:,} 步",
        f"window {m.window_start:%Y-%m-%d} to {m.window_end:%Y-%m-%d}, {m.steps_total:,} steps",
    )
    source = Source(
        "", "run", m.run_name, m.case_name, Word(m.case_title_zh, m.case_title_en), scenario, m.as_of,
        fingerprint_of(m.input_hashes), m.synthetic, basis, f"capacity {m.package_versions.get('capacity', '?')}",
    )  # fmt: skip
    return Found(folder, source, m, str(m.created_at))


def _matrix(folder: Path) -> Found:
    r = read_record(folder)
    hashes = r.input_hashes | {f"scenario {name}": digest for name, digest in r.scenarios.items()}
    basis = Word(f"每个单元 {r.draws} 次抽样；{r.basis_zh}", f"{r.draws} draws per cell; {r.basis_en}")
    title = Word(r.case_title_zh or r.case_name, r.case_title_en or r.case_name)
    source = Source(
        "", "matrix", folder.resolve().name, r.case_name, title, Word("", ""), r.as_of, fingerprint_of(hashes),
        r.synthetic, basis, r.program,
    )  # fmt: skip
    return Found(folder, source, r, f"{r.seed}/{r.draws}/{r.years}/{r.full_year}")


def _span(years: Sequence[int]) -> str:
    return f"{years[0]}–{years[-1]}" if years[0] != years[-1] else str(years[0])


def _plan(folder: Path) -> Found:
    r = read_plan_record(folder)
    hashes = r.input_hashes | {"scenario": r.scenario_sha256}
    scenario = Word(r.scenario_title_zh or r.scenario, r.scenario_title_en or r.scenario) if r.scenario else NO_GROWTH
    basis = Word(
        f"{_span(r.years)} 年，抽样 {r.draw}，校核 {r.verified_sets} 组",
        f"{_span(r.years)}, draw {r.draw}, {r.verified_sets} sets verified",
    )
    source = Source(
        "", "plan", folder.resolve().name, r.case_name, Word(r.case_title_zh, r.case_title_en), scenario, r.as_of,
        fingerprint_of(hashes), r.synthetic, basis, r.program,
    )  # fmt: skip
    return Found(folder, source, r, str(r.created_at))


def read_all(found: Sequence[Found], faults: Faults, progress: Callable[[str, int, int], None] | None = None) -> Inputs:
    """Read everything; what cannot be read goes to ``faults``."""
    runs: list[RunInput] = []
    matrices: list[MatrixInput] = []
    plans: list[PlanInput] = []
    for number, one in enumerate(found):
        if progress is not None:
            progress("reading", number, len(found))
        try:
            if one.source.kind == "run":
                runs.append(_read_run(one))
            elif one.source.kind == "matrix":
                matrices.append(_read_matrix(one))
            else:
                plans.append(PlanInput(one.source, read_plan(one.folder)))
        except RunError as error:
            _unreadable(error, faults)
    return Inputs(tuple(runs), tuple(matrices), tuple(plans))


def _read_run(one: Found) -> RunInput:
    """A run without its curves: millions of rows that no report shows."""
    run = read_run(one.folder)
    short = replace(run, transformer_curves=run.transformer_curves.head(0), feeder_curves=run.feeder_curves.head(0))
    return RunInput(one.source, short)


def _read_matrix(one: Found) -> MatrixInput:
    """A matrix, its cells checked once together: one by one takes ten times as long."""
    record = read_record(one.folder)
    tables = [pq.read_table(file, filters=_AREAS) for file in cell_files(one.folder, record)]
    facts = [CellFacts.model_validate_json(table.schema.metadata[FACTS]) for table in tables]
    frames = [table.to_pandas() for table in tables]
    cells = conform(pd.concat(frames, ignore_index=True), CELLS) if frames else empty(CELLS)
    columns = ("scenario", "year", "draw", "adopters", "steps_failed")
    adopters = pd.DataFrame([{name: getattr(fact, name) for name in columns} for fact in facts], columns=list(columns))
    return MatrixInput(one.source, record, fan_of(cells), outlook_of(cells), adopters)
