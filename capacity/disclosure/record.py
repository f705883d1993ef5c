"""The record of releases: what the next release has to be compared with. Internal; it never leaves the company.

::

    SITE.record/
      README.txt, codes.json          the areas' public codes and the key they are made with
      <release>/entry.json            which run, in which order, which files with SHA-256
      <release>/about.json            what the release says about itself
      <release>/*.parquet             exact figures, customers and applications with kVA; what was published
      <release>/approvals.csv         the jumps that were approved, as filled in
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from capacity.disclosure.codes import new_key
from capacity.disclosure.protection import Facts
from capacity.errors import PublicationError
from capacity.tables.release import ReleaseAbout

RECORD_FORMAT = 1
README, CODES, ENTRY, ABOUT, APPROVALS = "README.txt", "codes.json", "entry.json", "about.json", "approvals.csv"
_FACTS = ("areas", "places", "transformers", "feeders", "customers", "applications")
_README_TEXT = """内部资料，不得对外发布，不得上传到网站服务器。
本文件夹记录已公布各期所依据的准确数值、用户和申请容量，下一期公布时用于防止通过相减推出单个用户的用电情况，
并保存网格公开编号的密钥。请与网站分开保管并备份；丢失后无法判断与已公布各期相减是否安全。

Internal: never publish it, never upload it to the web server.
This folder keeps the exact figures behind every release, with the capacity of customers and applications. The next
release is compared with them, so that no subtraction tells of one customer. The key of the public area codes is here.
Keep it apart from the site and back it up: without it nobody can tell whether a subtraction is safe.
"""


class _Codes(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int = RECORD_FORMAT
    key: str = Field(pattern="^[0-9a-f]{64}$")
    codes: dict[str, str]


class EntryFacts(BaseModel):
    """``entry.json``: where a release stands in the record, and what it was made from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int = RECORD_FORMAT
    release_id: str
    number: int = Field(ge=1, description="order of publication, from 1")
    run_name: str
    manifest_sha256: str
    policy_values: dict[str, float]
    voltage_standard: str
    approvals_sha256: str = ""
    files: dict[str, str] = Field(default_factory=dict, description="SHA-256 of every file of the entry")


@dataclass(frozen=True)
class RecordEntry:
    """One release in the record.

    Attributes
    ----------
    facts : the exact figures.
    areas : ``tables.public.areas`` as published, index ``area_id``.
    hours : index ``area_id``: 288 rounded figures per area whose hours were published, missing ones -1.
    shared : by ``feeder_id``: the rounded figures of the lines that were published.
    codes : ``area_id`` → public code, of all areas ever; ``key`` makes new ones.
    approvals : the filled list of jumps, byte for byte; empty where none was needed.
    """

    entry: EntryFacts
    about: ReleaseAbout
    facts: Facts
    areas: pd.DataFrame
    hours: pd.DataFrame
    shared: pd.Series
    codes: dict[str, str] = field(default_factory=dict)
    key: str = ""
    approvals: bytes = b""


@dataclass(frozen=True)
class Record:
    """The record of a site, as found on disk; entries are read when they are asked for.

    Attributes
    ----------
    folder : where it lies.
    entries : of every release, in the order of publication.
    abouts : what each says about itself, in the same order.
    """

    folder: Path
    key: str
    codes: dict[str, str]
    entries: tuple[EntryFacts, ...]
    abouts: tuple[ReleaseAbout, ...]

    @property
    def newest(self) -> ReleaseAbout | None:
        """The release published last."""
        return self.abouts[-1] if self.abouts else None

    def read(self, release_id: str) -> RecordEntry:
        """One entry, with all its tables.

        Raises
        ------
        PublicationError
            A file is missing, or is not as it was written.
        """
        position = [entry.release_id for entry in self.entries].index(release_id)
        return _read_entry(self.folder / release_id, self.entries[position], self.abouts[position])

    def read_all(self) -> Iterator[RecordEntry]:
        """Every entry, one at a time."""
        for entry in self.entries:
            yield self.read(entry.release_id)


def read_record(folder: Path) -> Record:
    """The record in ``folder``.

    Raises
    ------
    PublicationError
        It is missing, not a record, of another format or damaged: every problem at once.
    """
    if not folder.is_dir():
        raise PublicationError(
            f"'{folder}' is missing: the record of former releases. Without it nobody can tell whether a subtraction "
            f"of releases is safe. Give its place with --record, restore it from your backup, or publish to a new "
            f"folder.",
            f"缺少“{folder}”（已公布各期的内部记录），"
            f"无法判断与已公布各期相减是否安全。请用 --record 指明其位置、从备份恢复，或公布到新的文件夹。",
        )
    problems: list[tuple[str, str]] = []
    codes = _parsed(folder / CODES, _Codes, problems)
    found: list[tuple[EntryFacts, ReleaseAbout]] = []
    for place in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        entry = _parsed(place / ENTRY, EntryFacts, problems)
        about = _parsed(place / ABOUT, ReleaseAbout, problems)
        if entry is None or about is None:
            continue
        if entry.release_id != place.name or about.release_id != place.name:
            problems.append(
                (f"{place.name}: is the entry of {entry.release_id}; was the folder renamed?",
                 f"{place.name}：内容属于 {entry.release_id}，文件夹是否被改名？")
            )  # fmt: skip
        found.append((entry, about))
    found.sort(key=lambda one: one[0].number)
    if [entry.number for entry, _ in found] != list(range(1, len(found) + 1)):
        numbers = ", ".join(str(entry.number) for entry, _ in found)
        problems.append(
            (f"the releases are not numbered without gaps ({numbers}): an entry is missing or there twice",
             f"各期序号不连续（{numbers}）：缺少某一期或有重复")
        )  # fmt: skip
    if problems or codes is None:
        raise _damaged(folder, problems)
    return Record(folder, codes.key, codes.codes, tuple(e for e, _ in found), tuple(a for _, a in found))


def write_record(entry: RecordEntry, folder: Path) -> None:
    """Add an entry to the record in ``folder``: a copy of the former one, or an empty folder for the first release.

    The caller puts the folder in the place of the former record when it is whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_entry(entry, folder / entry.entry.release_id)
    codes = _Codes(key=entry.key, codes=entry.codes)
    (folder / CODES).write_text(codes.model_dump_json(indent=1) + "\n", encoding="utf-8")
    (folder / README).write_text(_README_TEXT, encoding="utf-8")


def key_of(former: Record | None) -> str:
    """The key of the area codes: the record's, or a new one."""
    return former.key if former is not None else new_key()


def _write_entry(entry: RecordEntry, folder: Path) -> None:
    folder.mkdir()
    for name in _FACTS:
        _write(getattr(entry.facts, name), folder / f"{name}.parquet")
    _write(entry.areas.reset_index(), folder / "published_areas.parquet")
    hours = entry.hours.set_axis([f"c{number}" for number in range(entry.hours.shape[1])], axis=1)
    _write(hours.rename_axis("area_id").reset_index(), folder / "published_hours.parquet")
    shared = entry.shared.rename("shared_kva").rename_axis("feeder_id").astype("float64")
    _write(shared.reset_index(), folder / "published_shared.parquet")
    (folder / ABOUT).write_text(entry.about.model_dump_json(indent=1) + "\n", encoding="utf-8")
    if entry.approvals:
        (folder / APPROVALS).write_bytes(entry.approvals)
    files = {path.name: _sha256(path) for path in sorted(folder.iterdir())}
    stated = entry.entry.model_copy(
        update={"files": files, "approvals_sha256": files.get(APPROVALS, "")}
    )  # fmt: skip
    (folder / ENTRY).write_text(stated.model_dump_json(indent=1) + "\n", encoding="utf-8")


def _write(frame: pd.DataFrame, path: Path) -> None:
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, compression="zstd")


def _read_entry(folder: Path, entry: EntryFacts, about: ReleaseAbout) -> RecordEntry:
    problems = [
        (f"{folder.name}/{name}: {why_en}", f"{folder.name}/{name}：{why_zh}")
        for name, digest in entry.files.items()
        if (why_en := _wrong(folder / name, digest)) and (why_zh := _ZH[why_en])
    ]
    if problems:
        raise _damaged(folder.parent, problems)
    facts = Facts(**{name: _read(folder / f"{name}.parquet") for name in _FACTS})
    hours = _read(folder / "published_hours.parquet").set_index("area_id")
    return RecordEntry(
        entry=entry,
        about=about,
        facts=facts,
        areas=_read(folder / "published_areas.parquet").set_index("area_id"),
        hours=hours.set_axis(range(hours.shape[1]), axis=1),
        shared=_read(folder / "published_shared.parquet").set_index("feeder_id")["shared_kva"],
        approvals=(folder / APPROVALS).read_bytes() if APPROVALS in entry.files else b"",
    )


def _read(path: Path) -> pd.DataFrame:
    try:
        return pq.read_table(path).to_pandas()
    except (OSError, pa.ArrowException) as error:
        raise _damaged(
            path.parent.parent, [(f"{path.parent.name}/{path.name}: {error}", f"{path.name}：{error}")]
        ) from error


_ZH = {"is missing": "缺失", "is not as it was written": "与写入时不一致"}


def _wrong(path: Path, digest: str) -> str:
    if not path.is_file():
        return "is missing"
    return "" if _sha256(path) == digest else "is not as it was written"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parsed(path: Path, model: type[Any], problems: list[tuple[str, str]]) -> Any:
    """The file as ``model``; None, and a problem more, where it is none."""
    name = f"{path.parent.name}/{path.name}"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version = content.get("format_version") if isinstance(content, dict) else None
        known = RECORD_FORMAT if model is not ReleaseAbout else model.model_fields["format_version"].default
        if version != known:
            problems.append(
                (f"{name}: format version {version}; this program knows {known}",
                 f"{name}：格式版本 {version}，本程序支持 {known}")
            )  # fmt: skip
            return None
        return model.model_validate(content)
    except FileNotFoundError:
        problems.append((f"{name}: is missing", f"{name}：缺失"))
    except (OSError, ValueError, ValidationError) as error:
        why = type(error).__name__
        problems.append((f"{name}: damaged ({why})", f"{name}：损坏（{why}）"))
    return None


def _damaged(folder: Path, problems: list[tuple[str, str]]) -> PublicationError:
    en = "\n".join(f"  - {one}" for one, _ in problems)
    zh = "\n".join(f"  - {one}" for _, one in problems)
    return PublicationError(
        f"'{folder}' is not a whole record of releases; nothing is published without it. Restore it from your backup:"
        f"\n{en}",
        f"“{folder}”不是完整的公布记录，无法据以公布。请从备份恢复：\n{zh}",
    )
