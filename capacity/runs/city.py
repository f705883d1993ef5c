"""A city's results on disk: the runs of its members, and beside them ``city/`` with their tables put together.

::

    OUT/members/<member>/    the run of a member, as ``capacity run`` writes it, and ``member.json``
    OUT/city/                one Parquet file per table, ``city.json``, three CSV files for people

Tables are put together batch by batch: never more than one member's rows of one table are in memory.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from capacity.errors import RunError
from capacity.runs.city_summary import write_summaries
from capacity.runs.store import MANIFEST, SHAPES, read_manifest
from capacity.runs.swap import only_writer, present, recover, replace_whole
from capacity.runs.table_files import ROWS_PER_GROUP, arrow_schema
from capacity.tables.city_run import CITY_FORMAT_VERSION, CityManifest, MemberFacts, MemberRecord
from capacity.tables.results import ALL

CITY, MEMBERS, CITY_MANIFEST, MEMBER_RECORD = "city", "members", "city.json", "member.json"
CITY_TABLES = (
    "areas", "transformers", "feeders", "substations", "lines", "alerts", "nodes", "quality", "capacity_12x24",
)  # fmt: skip
"""The tables of a city; curves and evidence stay with the members."""
WITH_MEMBER = frozenset({"lines", "alerts", "nodes", "quality"})
"""Tables that name the member of each row: the ids of their rows are compared within a member only."""


def member_folder(out: Path, member: str) -> Path:
    """Where a member's run lies."""
    return out / MEMBERS / member


def sole_writer(out: Path) -> AbstractContextManager[None]:
    """Hold a city's results while its members are run.

    Raises
    ------
    RunError
        When another process does, or ``out`` holds a run or something else that is no city's result.
    """
    if out.exists() and not out.is_dir():
        raise RunError(f"'{out}' is a file, not a folder.\n“{out}”是文件，不是文件夹。")
    whole = present(out / CITY)
    foreign = whole.exists() and not (whole / CITY_MANIFEST).is_file()
    if foreign or (out.is_dir() and any(_visible(out)) and not (out / MEMBERS).is_dir()):
        raise RunError(
            f"'{out}' holds other files and no results of a city. Choose another folder, or empty this one.\n"
            f"“{out}”中已有其他文件，不是城市计算结果。请另选文件夹或先清空。"
        )
    (out / MEMBERS).mkdir(parents=True, exist_ok=True)
    return only_writer(out / MEMBERS)


def _visible(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if not path.name.startswith("."))


def write_record(record: MemberRecord, folder: Path) -> None:
    """``member.json`` in a run's growing folder."""
    (folder / MEMBER_RECORD).write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_record(folder: Path) -> MemberRecord | None:
    """By what a member's run is known; None where there is no whole run of a member."""
    place = present(folder)
    names = [MANIFEST, *(f"{name}.parquet" for name in (*ALL, *SHAPES))]
    if not all((place / name).is_file() for name in names):
        return None
    try:
        return MemberRecord.model_validate_json((place / MEMBER_RECORD).read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        return None


def facts_of(folder: Path, *, kept: bool) -> MemberFacts:
    """What a member's stored run says about itself.

    Raises
    ------
    RunError
        It is not whole.
    """
    record, manifest = read_record(folder), read_manifest(folder)
    if record is None:
        raise RunError(f"'{folder}' is not a whole run of a member.\n“{folder}”不是完整的成员计算结果。")
    copied = {name: getattr(manifest, name) for name in MemberFacts.model_fields.keys() & type(manifest).model_fields}
    copied |= {
        "member": record.member,
        "state": "kept" if kept else "computed",
        "inputs_sha256": digest_of(manifest.input_hashes),
        "engines": sorted({engine.split(":")[0] for engine in manifest.engines.values()}),
        "rows": record.rows,
        "wall_time_s": record.wall_time_s,
        "wall_time_by_stage_s": manifest.wall_time_s,
    }
    return MemberFacts.model_validate(copied)


def digest_of(hashes: Mapping[str, str]) -> str:
    """One hash for the names and hashes of several files."""
    lines = "\n".join(f"{name} {sha}" for name, sha in sorted(hashes.items()))
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()


def write_city(manifest: CityManifest, out: Path, progress: Callable[[int, int], None] | None = None) -> CityManifest:
    """Put the members' tables together in ``OUT/city/``, which appears whole or not at all.

    Parameters
    ----------
    manifest : of the city; its members that failed are left out of the tables.
    progress : called with (tables done, tables in all).

    Returns
    -------
    CityManifest
        With the rows of every table.

    Raises
    ------
    RunError
        A member's run cannot be read, or another process is writing the folder.
    """
    folders = {facts.member: member_folder(out, facts.member) for facts in manifest.members if facts.state != "failed"}
    written: list[CityManifest] = []

    def fill(growing: Path) -> None:
        rows = {}
        for number, name in enumerate(CITY_TABLES, start=1):
            rows[name] = _put_together(name, folders, growing / f"{name}.parquet")
            if progress:
                progress(number, len(CITY_TABLES))
        whole = manifest.model_copy(update={"rows": rows})
        write_summaries(whole, growing)
        (growing / CITY_MANIFEST).write_text(whole.model_dump_json(indent=2) + "\n", encoding="utf-8")
        written.append(whole)

    replace_whole(out / CITY, fill)
    return written[0]


def read_city_manifest(out: Path) -> CityManifest:
    """What a city's run says about itself.

    Raises
    ------
    RunError
        There is none, or it is damaged or of another format version.
    """
    path = present(out / CITY) / CITY_MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format_version"] == CITY_FORMAT_VERSION:
            return CityManifest.model_validate(content)
        why = f"format version {content['format_version']}"
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = type(error).__name__
    raise RunError(f"'{out}' holds no readable results of a city ({why}).\n“{out}”中没有可读的城市计算结果（{why}）。")


def clear_leftovers(out: Path, members: tuple[str, ...]) -> None:
    """Put back or clear away what a killed run left beside its members; for the one writer of ``out``."""
    for member in members:
        recover(member_folder(out, member))


def _put_together(name: str, folders: Mapping[str, Path], target: Path) -> int:
    """One table of all members, in their order; returns its rows."""
    stored = arrow_schema(ALL[name])
    metadata = stored.metadata
    fields = [pa.field("member", pa.string()), *stored] if name in WITH_MEMBER else list(stored)
    schema, rows = pa.schema(fields, metadata=metadata), 0
    with pq.ParquetWriter(target, schema, compression="zstd", write_page_checksum=True) as writer:
        for part in _grouped(_members_batches(name, folders, stored, schema)):
            writer.write_table(pa.Table.from_batches(part, schema=schema), row_group_size=ROWS_PER_GROUP)
            rows += sum(batch.num_rows for batch in part)
    return rows


def _members_batches(
    name: str, folders: Mapping[str, Path], stored: pa.Schema, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    for member, folder in folders.items():
        path = present(folder) / f"{name}.parquet"
        try:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                if file.schema_arrow.names != stored.names:
                    raise RunError(
                        f"'{path}' has other columns than this program writes; run the city again.\n"
                        f"“{path}”的列与本程序不一致，请重新计算。"
                    )
                for batch in file.iter_batches(batch_size=ROWS_PER_GROUP):
                    columns = [batch.column(field.name).cast(field.type) for field in stored]
                    if name in WITH_MEMBER:
                        columns.insert(0, pa.array([member] * batch.num_rows, pa.string()))
                    yield pa.RecordBatch.from_arrays(columns, schema=schema)
        except (pa.ArrowException, OSError) as error:
            raise RunError(
                f"'{path}' cannot be read ({type(error).__name__}); delete that member's folder and run again.\n"
                f"“{path}”无法读取，请删除该成员的结果文件夹后重新计算。"
            ) from error


def _grouped(batches: Iterator[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Batches gathered into groups worth a row group of their own, so that small tables are not fifty small groups."""
    group: list[pa.RecordBatch] = []
    for batch in batches:
        group.append(batch)
        if sum(part.num_rows for part in group) >= ROWS_PER_GROUP:
            yield group
            group = []
    if group:
        yield group
