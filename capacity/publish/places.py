"""Where a publication goes and what it takes up, with the refusal of places that must not be mixed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from capacity.disclosure.site import (
    RELEASES,
    is_internal_site,
    is_public_site,
    read_release_files,
    release_folders,
)
from capacity.disclosure.site.index import RELEASE_FILE
from capacity.errors import PublicationError
from capacity.runs.swap import left_unfinished, present

BOND = "site.json"
RECORD_SUFFIX = ".record"
_WEB_ROOTS = frozenset({"www", "wwwroot", "htdocs", "public_html"})
_WEB_FILES = ("index.html", "index.htm", "web.config", ".htaccess")


class Bond(BaseModel):
    """``site.json`` in a record: the site that it belongs to, and by what each of its releases is known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    site: str
    newest: str
    releases: dict[str, str]
    """SHA-256 of ``release.json`` by release."""


@dataclass(frozen=True)
class Places:
    """The site to write and its record; the site and the record whose releases are taken up (None: there are none)."""

    site: Path
    record: Path
    former_site: Path | None
    former_record: Path | None


def targets_of(site: Path, record: Path | None, run: Path) -> tuple[Path, Path]:
    """The site and the record to write, as absolute paths.

    Raises
    ------
    PublicationError
        A place holds something else, the planners' site, or lies inside another; the record would be served.
    """
    place = absolute(site)
    ours = absolute(record) if record is not None else beside(place)
    _refuse_nesting(place, ours, absolute(run))
    _refuse_foreign(place)
    _refuse_served(ours)
    return place, ours


def places_of(site: Path, record: Path, previous: Path | None) -> Places:
    """What is taken up by a publication to ``site`` with ``record``, which its keeper has settled.

    Raises
    ------
    PublicationError
        The former site is none of ours, has no record, or does not fit the record; or ``site`` holds releases that
        would be lost.
    """
    former = absolute(previous) if previous is not None else site
    if former != site:
        _refuse_internal(former)
        if not is_public_site(present(former)):
            raise PublicationError(
                f"'{former}' (--previous) is not a site that this program has published.",
                f"“{former}”（--previous）不是本程序发布的网站。",
            )
    theirs = record if former == site or not _is_record(beside(former)) else beside(former)
    has_site, has_record = is_public_site(present(former)), _is_record(theirs)
    if has_site and not has_record:
        raise PublicationError(
            f"the site '{former}' has no record at '{theirs}': without it nobody can tell whether differences to "
            "former releases betray a customer. Name the record with --record, or restore it from a backup.",
            f"网站“{former}”没有发布档案“{theirs}”：缺少档案就无法判断与往期之差是否会泄露用户信息。"
            "请用 --record 指定档案，或从备份恢复。",
        )
    places = Places(site, record, former if has_site else None, theirs if has_record else None)
    if places.former_site is not None and places.former_record is not None:
        _refuse_strangers(present(places.former_site), present(places.former_record))
    _refuse_losing(site, places.former_site)
    return places


def forget_synthetic(site: Path) -> None:
    """Remove a site of invented data with its record, so that a demonstration begins anew.

    Raises
    ------
    PublicationError
        The site tells of a real grid.
    """
    place = absolute(site)
    if not is_public_site(place):
        return
    releases = place / RELEASES
    if not all(read_release_files(releases / name).about.synthetic for name in release_folders(releases)):
        raise PublicationError(
            f"'{place}' is the site of a real grid: the demonstration does not go there. Choose another folder.",
            f"“{place}”是真实电网的网站，演示不得写入，请另选文件夹。",
        )
    shutil.rmtree(place)
    shutil.rmtree(beside(place), ignore_errors=True)


def internal_place(site: Path, run: Path) -> Path:
    """The folder of the planners' site.

    Raises
    ------
    PublicationError
        It is, or lies in, a public site, or holds something else.
    """
    place = absolute(site)
    for folder in (place, *place.parents):
        if is_public_site(present(folder)):
            raise PublicationError(
                f"'{folder}' is a public site: the internal one must never lie there. Choose a folder elsewhere.",
                f"“{folder}”是公开网站，内部网站不得放在其中，请另选文件夹。",
            )
    _refuse_nesting(place, beside(place), absolute(run))
    now = present(place)
    if _there(now) and not is_internal_site(now):
        raise _occupied(place)
    return place


def beside(site: Path) -> Path:
    """Where the record of a site lies unless told otherwise: beside it, never in it."""
    return site.with_name(site.name + RECORD_SUFFIX)


def bond_of(record: Path) -> Bond | None:
    """Which site a record belongs to; None where it does not say."""
    try:
        return Bond.model_validate_json((record / BOND).read_text(encoding="utf-8"))
    except (OSError, ValidationError, ValueError):
        return None


def write_bond(site: Path, contents: Path, former: Bond | None, newest: str, record: Path) -> None:
    """Bind a record to the site whose new contents lie in ``contents``; releases withdrawn from it stay known."""
    releases = {**(former.releases if former else {}), **_known_releases(contents)}
    bond = Bond(site=str(site), newest=newest, releases=releases)
    text = json.dumps(bond.model_dump(), ensure_ascii=False, indent=1) + "\n"
    (record / BOND).write_text(text, encoding="utf-8", newline="\n")


def holds_newest(bond: Bond) -> bool:
    """Whether the site holds the release that a record was made with.

    A site that is gone counts as holding it: it may have been moved to a web server, and too much protection harms
    nobody. One that never came about does not.
    """
    place = Path(bond.site)
    site = present(place)
    if not site.is_dir():
        return not left_unfinished(place)
    return _known_releases(site).get(bond.newest) == bond.releases[bond.newest]


def _refuse_strangers(former_site: Path, former_record: Path) -> None:
    """Every release of a site must be the one that its record knows.

    Raises
    ------
    PublicationError
        Naming those that are not.
    """
    bond = bond_of(former_record)
    known = bond.releases if bond else {}
    strange = [name for name, digest in _known_releases(former_site).items() if known.get(name) != digest]
    if strange:
        names = ", ".join(sorted(strange))
        raise PublicationError(
            f"the record '{former_record}' does not belong to the site '{former_site}': it does not know {names}. "
            "Name the right record with --record, or restore both from the same backup.",
            f"发布档案“{former_record}”与网站“{former_site}”不符：其中没有 {names}。请用 --record 指定正确的档案，"
            "或从同一备份中一并恢复。",
        )


def _refuse_losing(site: Path, former_site: Path | None) -> None:
    """A site that is replaced must not hold a release that is not taken up.

    Raises
    ------
    PublicationError
        Naming those that would be lost.
    """
    if not is_public_site(site) or former_site == site:
        return
    kept = _known_releases(former_site) if former_site else {}
    lost = sorted(name for name, digest in _known_releases(site).items() if kept.get(name) != digest)
    if lost:
        raise PublicationError(
            f"'{site}' holds releases that '{former_site}' (--previous) does not have: {', '.join(lost)}. Leave out "
            "--previous, or choose a new folder.",
            f"“{site}”中有 --previous 网站“{former_site}”所没有的往期：{'、'.join(lost)}。"
            "请去掉 --previous，或另选文件夹。",
        )


def _known_releases(site: Path) -> dict[str, str]:
    folder = site / RELEASES
    files = {name: folder / name / RELEASE_FILE for name in release_folders(folder)}
    return {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items() if file.is_file()}


def absolute(path: Path) -> Path:
    """The path as it is recorded, without following links."""
    return Path(os.path.abspath(path))


def _is_record(folder: Path) -> bool:
    return bond_of(present(folder)) is not None


def _there(folder: Path) -> bool:
    now = present(folder)
    return now.is_dir() and any(not path.name.startswith(".") for path in now.iterdir())


def _refuse_internal(site: Path) -> None:
    if is_internal_site(present(site)):
        raise PublicationError(
            f"'{site}' is an internal site: nothing public may be mixed with it. Choose another folder.",
            f"“{site}”是内部网站，不得与公开内容混放，请另选文件夹。",
        )


def _refuse_foreign(site: Path) -> None:
    for folder in (site, *site.parents):
        _refuse_internal(folder)
    if site.is_file() or (_there(site) and not is_public_site(present(site))):
        raise _occupied(site)


def _occupied(site: Path) -> PublicationError:
    return PublicationError(
        f"'{site}' holds something else than a published site and will not be replaced. Choose another folder.",
        f"“{site}”中有其他内容，不是已发布的网站，不会覆盖。请另选文件夹。",
    )


def _refuse_served(record: Path) -> None:
    """The record must not lie where a web server shows it."""
    for folder in record.parents:
        if folder.name.lower() in _WEB_ROOTS or any((folder / name).is_file() for name in _WEB_FILES):
            raise PublicationError(
                f"the record '{record}' would lie in '{folder}', which looks like a folder that a web server shows: "
                "it holds customers' data. Name another place with --record, or publish to a folder of your own and "
                "copy the site to the server.",
                f"发布档案“{record}”将位于“{folder}”，该文件夹看起来由网站服务器对外展示，而档案含用户数据。"
                "请用 --record 另指位置，或发布到自己的文件夹后再把网站复制到服务器。",
            )


def _refuse_nesting(site: Path, record: Path, run: Path) -> None:
    for inner, outer in ((record, site), (site, record), (run, site), (site, run)):
        if inner == outer or outer in inner.parents:
            raise PublicationError(
                f"'{inner}' must not lie inside '{outer}': the site is public, the run and the record are not. "
                "Choose separate folders.",
                f"“{inner}”不得位于“{outer}”之内：网站是公开的，计算结果和发布档案不公开。请分开存放。",
            )
