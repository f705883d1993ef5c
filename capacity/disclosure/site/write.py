"""A whole site: the page, the new release, the former releases byte for byte, and the index of all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from capacity.disclosure.site.hours import chunks_of, write_chunk
from capacity.disclosure.site.index import (
    RELEASES,
    SiteFile,
    SiteIndex,
    damage_of,
    described,
    read_release_files,
    release_folders,
    write_index,
    write_release_files,
)
from capacity.disclosure.site.payload import payload_of, write_payload
from capacity.disclosure.site.script import call
from capacity.disclosure.site.shells import TEMPLATES, Shell, write_shell
from capacity.errors import PublicationError
from capacity.tables.release import Release

ASSETS, INDEX_SCRIPT, INTERNAL_SCRIPT, INTERNAL_MARK = "assets", "index.js", "internal.js", "INTERNAL.txt"
PAGE, GUIDE = "index.html", "guide.html"
Progress = Callable[[str, int, int], None]


class Offered(Protocol):
    """A file for people that a writer has put into a release's folder."""

    @property
    def path(self) -> str:
        """Below the release's folder, with forward slashes."""

    @property
    def title_zh(self) -> str:
        """What it is."""

    @property
    def title_en(self) -> str:
        """The same in English."""

    @property
    def kind(self) -> str:
        """csv, xlsx, geojson, gpkg, pdf, png, txt, json or html."""

    @property
    def branch(self) -> str | None:
        """The branch it is about, if it is about one."""


Writer = Callable[[Release, Path], Sequence[Offered]]


def write_site(
    release: Release,
    assets: Path,
    writers: Sequence[Writer],
    folder: Path,
    former_site: Path | None = None,
    progress: Progress | None = None,
) -> SiteIndex:
    """Write a public site into an empty folder; the same input gives the same bytes.

    Parameters
    ----------
    release : all that is published; nothing else reaches the site.
    assets : the built page (:func:`capacity.disclosure.site.built_page`).
    writers : of the files offered for download, each called with the release and the release's folder.
    folder : empty.
    former_site : its releases are taken over byte for byte.
    progress : called as ``progress(stage, done, total)``.

    Raises
    ------
    PublicationError
        A release of the former site is not as it was published, or has the new release's id.
    ValueError
        The release's tables do not fit together: a fault of the program.
    """
    tell = progress or (lambda stage, done, total: None)
    releases = folder / RELEASES
    releases.mkdir()
    if former_site is not None:
        take_over_releases(former_site, releases, tell)
    if (releases / release.about.release_id).exists():
        raise PublicationError(
            f"the site holds a release {release.about.release_id} already.",
            f"网站中已有 {release.about.release_id} 期。",
        )
    _copy_assets(assets, folder)
    _write_release(release, assets, writers, releases / release.about.release_id, tell)
    return _write_front(assets, folder)


def write_internal_site(
    release: Release, internal: Mapping[str, object], assets: Path, folder: Path, progress: Progress | None = None
) -> SiteIndex:
    """Write the planners' site into an empty folder: the same page with exact figures, nodes, feeders and alerts.

    Parameters
    ----------
    release : with nothing withheld; it never leaves the company.
    internal : what ``CAPACITY.internal`` is handed.
    """
    tell = progress or (lambda stage, done, total: None)
    (folder / RELEASES).mkdir()
    _copy_assets(assets, folder)
    _write_release(release, assets, (), folder / RELEASES / release.about.release_id, tell, internal=True)
    (folder / INTERNAL_SCRIPT).write_text(call("internal", internal), encoding="utf-8", newline="\n")
    (folder / INTERNAL_MARK).write_text(
        "内部资料，严禁外传：含设备位置、用户相关数据和未经保护处理的数值。\n"
        "Internal: holds where equipment stands and figures that are not protected. Never publish or pass on.\n",
        encoding="utf-8",
        newline="\n",
    )
    return _write_front(assets, folder, internal=True)


def is_public_site(folder: Path) -> bool:
    """Whether a folder holds a public site."""
    return (folder / RELEASES / INDEX_SCRIPT).is_file() and not is_internal_site(folder)


def is_internal_site(folder: Path) -> bool:
    """Whether a folder holds the planners' site."""
    return (folder / INTERNAL_SCRIPT).is_file() or (folder / INTERNAL_MARK).is_file()


def take_over_releases(former_site: Path, releases: Path, tell: Progress) -> None:
    """Copy every release of a site, each looked at whether it is as it was published.

    Raises
    ------
    PublicationError
        Naming every file that is not.
    """
    names = release_folders(former_site / RELEASES)
    damage = [(f"{name}/{file}", what) for name in names for file, what in damage_of(former_site / RELEASES / name)]
    if damage:
        listed_en, listed_zh = (
            "".join(f"\n  - {file}: {_WRONG[what][language]}" for file, what in damage) for language in (0, 1)
        )
        raise PublicationError(
            f"former releases in '{former_site}' are not as they were published; restore them from the web server or a "
            f"backup (or remove the whole folder of a release that is withdrawn):{listed_en}",
            f"“{former_site}”中的往期发布内容与发布时不一致，请从网站服务器或备份恢复（如需撤回某期，请删除该期整个文件夹）：{listed_zh}",
        )
    for number, name in enumerate(names, start=1):
        shutil.copytree(former_site / RELEASES / name, releases / name)
        tell("former releases", number, len(names))


_WRONG = {
    "missing": ("missing", "缺失"),
    "changed": ("changed", "已被改动"),
    "added": ("does not belong there", "多余文件"),
    "unreadable": ("missing or damaged", "缺失或损坏"),
}


def _copy_assets(assets: Path, folder: Path) -> None:
    shutil.copytree(
        assets, folder / ASSETS, ignore=shutil.ignore_patterns(TEMPLATES, "build.json", ".*", "__pycache__")
    )


def _write_release(
    release: Release,
    assets: Path,
    writers: Sequence[Writer],
    folder: Path,
    tell: Progress,
    *,
    internal: bool = False,
) -> None:
    folder.mkdir()
    offered: list[SiteFile] = []
    for number, write in enumerate(writers):
        tell("downloads", number, len(writers))
        offered += [_offered_file(entry, folder) for entry in write(release, folder)]
    tell("page data", 0, 0)
    chunks = chunks_of(release)
    for chunk in chunks:
        write_chunk(chunk, release, folder)
    shown = [file.model_dump(exclude={"media_type"}) for file in offered]
    write_payload(payload_of(release, chunks, shown), folder)
    shell = Shell("../..", release.about.release_id, *_titles(release.about.title_zh, internal), internal)
    write_shell(assets, PAGE, shell, folder / PAGE)
    write_release_files(release.about, folder, {file.path: file for file in offered})


def _offered_file(entry: Offered, folder: Path) -> SiteFile:
    measured = described(folder / entry.path, folder)
    titles = {"title_zh": entry.title_zh, "title_en": entry.title_en, "kind": entry.kind, "branch": entry.branch}
    return measured.model_copy(update=titles)


def _write_front(assets: Path, folder: Path, *, internal: bool = False) -> SiteIndex:
    """The index of all releases and the pages that show the newest."""
    index = write_index(folder / RELEASES)
    listed = [
        {
            "id": entry.id,
            "as_of": str(entry.as_of),
            "published_on": str(entry.published_on),
            "areas_total": entry.areas_total,
            "areas_withheld": entry.areas_withheld,
        }
        for entry in index.releases
    ]
    (folder / RELEASES / INDEX_SCRIPT).write_text(call("releases", listed), encoding="utf-8", newline="\n")
    newest = read_release_files(folder / RELEASES / index.releases[0].id).about
    shell = Shell(".", "", *_titles(index.title_zh, internal), internal, newest.rules)
    for page in (PAGE, GUIDE):
        write_shell(assets, page, shell, folder / page)
    return index


def _titles(title_zh: str, internal: bool) -> tuple[str, str]:
    """Title and description of a page, in Chinese as the page begins."""
    if internal:
        return f"【内部资料】{title_zh}", "内部资料，严禁外传。"
    return title_zh, f"{title_zh}：各低压网格可接入容量、受阻情况及原因。"
