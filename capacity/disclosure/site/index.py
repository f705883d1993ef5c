"""The machine-readable index: which releases a site holds, and every file of each with size and SHA-256.

``releases/<id>/release.json`` describes one release and never changes again; ``releases/index.json`` is put together
from all of them, so that others can harvest every release. Its schema lies beside it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from capacity.tables.release import ReleaseAbout

INDEX_FORMAT = 1
RELEASES, INDEX, INDEX_SCHEMA = "releases", "index.json", "index.schema.json"
RELEASE_FILE, CHECKSUMS = "release.json", "checksums.sha256"
_SELF_DESCRIBING = frozenset({RELEASE_FILE, CHECKSUMS})  # cannot state their own hash
_MEDIA_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".sha256": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}
_ID = re.compile(r"^(\d{4}-\d{2})(?:-r(\d+))?$")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SiteFile(_Frozen):
    """One file of a release."""

    path: str = Field(description="below the release's folder, with forward slashes")
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    media_type: str
    title_zh: str = Field(default="", description="of files meant for people; empty for the page's own data")
    title_en: str = ""
    kind: str = Field(default="", description="of files meant for people, e.g. csv, xlsx, gpkg, pdf")
    branch: str | None = Field(default=None, description="the branch that a notice is about")


class ReleaseFiles(_Frozen):
    """``release.json``: what a release says about itself, and its files but for the two that list files."""

    format_version: int = INDEX_FORMAT
    about: ReleaseAbout
    files: tuple[SiteFile, ...]


class IndexedRelease(_Frozen):
    """One release of the site."""

    id: str = Field(description="YYYY-MM of the as-of date, with -rN for corrections of that month")
    path: str = Field(description="the release's folder, below the folder of this index, with a slash at the end")
    as_of: dt.date
    published_on: dt.date
    stale: bool = Field(description="its data were older than allowed when it was published")
    synthetic: bool = Field(description="the data are invented and describe no real grid")
    previous_id: str | None = Field(description="the release that its changes are told against")
    areas_total: int = Field(ge=0)
    areas_withheld: int = Field(ge=0)
    licence: str
    files: tuple[SiteFile, ...]


class SiteIndex(BaseModel):
    """``index.json``: every release of the site, newest first."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_file: str = Field(default=INDEX_SCHEMA, alias="$schema")
    format_version: int = INDEX_FORMAT
    title_zh: str
    title_en: str
    releases: tuple[IndexedRelease, ...]


def order_of(release_id: str) -> tuple[str, int]:
    """What releases are sorted by: the month, then the number of the correction.

    >>> sorted(["2026-10-r10", "2026-11", "2026-10", "2026-10-r2"], key=order_of)
    ['2026-10', '2026-10-r2', '2026-10-r10', '2026-11']
    """
    match = _ID.match(release_id)
    if match is None:
        raise ValueError(f"'{release_id}' is not the id of a release")
    return match[1], int(match[2] or 1)


def is_release_id(name: str) -> bool:
    """Whether a folder's name is that of a release."""
    return _ID.match(name) is not None


def described(path: Path, folder: Path, said: dict[str, SiteFile] | None = None) -> SiteFile:
    """One file with its size and hash; titles and kind come from ``said``, by path."""
    content = path.read_bytes()
    name = path.relative_to(folder).as_posix()
    known = (said or {}).get(name)
    return SiteFile(
        path=name,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        media_type=_MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
        **({"title_zh": known.title_zh, "title_en": known.title_en, "kind": known.kind, "branch": known.branch}
           if known else {}),
    )  # fmt: skip


def files_below(folder: Path) -> list[Path]:
    """Every file below a folder, in the order of their names."""
    return sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.as_posix())


def write_release_files(about: ReleaseAbout, folder: Path, said: dict[str, SiteFile]) -> ReleaseFiles:
    """Describe a finished release's folder: ``release.json`` and ``checksums.sha256``."""
    listed = ReleaseFiles(about=about, files=tuple(described(path, folder, said) for path in files_below(folder)))
    release_file = folder / RELEASE_FILE
    _write_json(listed, release_file)
    sums = [(file.sha256, file.path) for file in (*listed.files, described(release_file, folder))]
    lines = "".join(f"{digest}  {path}\n" for digest, path in sums)
    (folder / CHECKSUMS).write_text(lines, encoding="utf-8", newline="\n")
    return listed


def read_release_files(folder: Path) -> ReleaseFiles:
    """What a release's folder says about itself.

    Raises
    ------
    ValueError, OSError
        It says nothing readable.
    """
    return ReleaseFiles.model_validate_json((folder / RELEASE_FILE).read_text(encoding="utf-8"))


def damage_of(folder: Path) -> list[tuple[str, str]]:
    """Files of a published release that are not as they were published, each with what is wrong (a code).

    ``unreadable``: its description cannot be read; ``missing``, ``changed``, ``added``: a file against it.
    """
    try:
        listed = {file.path: file for file in read_release_files(folder).files}
    except (OSError, ValidationError, ValueError):
        return [(RELEASE_FILE, "unreadable")]
    there = {path.relative_to(folder).as_posix(): path for path in files_below(folder)}
    wrong = [(name, "missing") for name in sorted((listed.keys() | _SELF_DESCRIBING) - there.keys())]
    for name, path in there.items():
        if name in _SELF_DESCRIBING:
            continue
        if name not in listed:
            wrong.append((name, "added"))
        elif described(path, folder).sha256 != listed[name].sha256:
            wrong.append((name, "changed"))
    return wrong


def write_index(releases_folder: Path) -> SiteIndex:
    """``index.json`` and its schema, from the releases that lie in the folder.

    Titles are those of the newest release. Every release is listed with all its files, the two that describe it too.
    """
    described_releases = [
        (name, read_release_files(releases_folder / name)) for name in release_folders(releases_folder)
    ]
    newest = described_releases[0][1].about
    index = SiteIndex(
        title_zh=newest.title_zh,
        title_en=newest.title_en,
        releases=tuple(_indexed(name, listed, releases_folder / name) for name, listed in described_releases),
    )
    _write_json(index, releases_folder / INDEX)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema |= SiteIndex.model_json_schema(by_alias=True)
    text = json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
    (releases_folder / INDEX_SCHEMA).write_text(text, encoding="utf-8", newline="\n")
    return index


def release_folders(releases_folder: Path) -> list[str]:
    """The ids of the releases that lie in ``releases/``, newest first."""
    if not releases_folder.is_dir():
        return []
    names = [path.name for path in releases_folder.iterdir() if path.is_dir() and is_release_id(path.name)]
    return sorted(names, key=order_of, reverse=True)


def _indexed(name: str, listed: ReleaseFiles, folder: Path) -> IndexedRelease:
    about = listed.about
    themselves = tuple(described(folder / own, folder) for own in (RELEASE_FILE, CHECKSUMS))
    return IndexedRelease(
        id=name,
        path=f"{name}/",
        as_of=about.as_of,
        published_on=about.published_on,
        stale=about.stale,
        synthetic=about.synthetic,
        previous_id=about.previous_id,
        areas_total=about.areas_total,
        areas_withheld=about.areas_withheld,
        licence=about.licence,
        files=(*listed.files, *themselves),
    )


def _write_json(model: BaseModel, path: Path) -> None:
    path.write_text(model.model_dump_json(indent=1, by_alias=True) + "\n", encoding="utf-8", newline="\n")
