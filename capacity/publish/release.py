"""``capacity publish``: the one place that knows the order in which a release is made."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from capacity.disclosure import (
    Approvals,
    Prepared,
    prepare,
    read_approvals,
    read_record,
    write_jumps,
    write_record,
)
from capacity.disclosure.site import built_page, write_site
from capacity.errors import PolicyError, UnexplainedJumps
from capacity.policy import connection_terms
from capacity.publish.keeping import after_failure, confirm, leave_pending, settle_another, sole_keeper
from capacity.publish.offers import writers
from capacity.publish.places import Places, absolute, beside, bond_of, places_of, targets_of, write_bond
from capacity.publish.sources import basis_at
from capacity.runs.swap import present, replace_whole
from capacity.tables.policy import Policy
from capacity.tables.release import DisclosureRules, Release

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Published:
    """What was published, and where it lies.

    ``releases`` are the ids of all releases of the site, newest first; ``approved`` counts the moves that a person
    approved.
    """

    release: Release
    releases: tuple[str, ...]
    site: Path
    record: Path | None
    approved: int = 0


def publish(
    run: Path,
    to: Path,
    *,
    previous: Path | None = None,
    record: Path | None = None,
    accept: Path | None = None,
    today: dt.date | None = None,
    progress: Progress | None = None,
) -> Published:
    """Publish a run: a site with the new release and all former ones, and its record beside it.

    The site and its record change together or not at all.

    Parameters
    ----------
    run : a run's folder, or that of a city's run.
    to : the site's folder; one that this program has published is replaced, its releases stay.
    previous : the site whose releases are taken up, if not ``to``.
    record : the internal record, by default ``<to>.record``.
    accept : the list of moves that a person has approved (P22).
    today : the day of publication, by default the day it is.
    progress : called as ``progress(stage, done, total)``; ``total`` is 0 where a stage only begins.

    Raises
    ------
    PublicationError
        Nothing may be published from this run, or not there. Nothing has changed then.
    UnexplainedJumps
        Figures moved by more than is known to explain it; the list to approve has been written into the record.
    InputError
        The list of approvals does not fit the moves; every problem is in ``.issues``.
    RunError, PolicyError
        The run, or its policy, cannot be read; another process publishes there.
    """
    tell = progress or (lambda stage, done, total: None)
    assets = built_page()
    site, ours = targets_of(to, record, run)
    approvals = read_approvals(accept) if accept else None
    made: list[tuple[Prepared, tuple[str, ...]]] = []

    with sole_keeper(ours):
        if previous is not None:
            settle_another(beside(absolute(previous)), ours)
        places = places_of(site, ours, previous)

        def fill(growing: Path) -> None:
            prepared = _prepared(run, places, approvals, today or dt.date.today(), tell)
            former_site = present(places.former_site) if places.former_site else None
            index = write_site(prepared.release, assets, writers(), growing, former_site, tell)
            tell("record", 0, 0)
            leave_pending(ours, lambda folder: _fill_record(folder, places, prepared, growing))
            made.append((prepared, tuple(entry.id for entry in index.releases)))

        try:
            replace_whole(site, fill)
        except BaseException:
            after_failure(ours)
            raise
        confirm(ours)
    prepared, releases = made[0]
    return Published(prepared.release, releases, site, ours, len(approvals.rows) if approvals else 0)


def rules_of(policy: Policy) -> DisclosureRules:
    """The rules of disclosure.

    Raises
    ------
    PolicyError
        The policy has none.
    """
    if policy.disclosure is None:
        raise PolicyError(
            f"policy '{policy.name}' has no section 'disclosure' (P22, P23): copy it from a bundled policy.\n"
            f"政策文件“{policy.name}”缺少 disclosure 一节（P22、P23），请从内置政策文件中复制。"
        )
    return policy.disclosure


def _prepared(run: Path, places: Places, approvals: Approvals | None, today: dt.date, tell: Progress) -> Prepared:
    """The release as it may be published; every move of it is explained or approved."""
    tell("reading run", 0, 0)
    basis, policy = basis_at(run, lambda done, total: tell("reading run", done, total))
    tell("protection", 0, 0)
    former = read_record(present(places.former_record)) if places.former_record else None
    terms = connection_terms(policy, today)
    prepared = prepare(basis, rules_of(policy), policy, terms, former, today, approvals)
    if prepared.unapproved:
        places.record.mkdir(parents=True, exist_ok=True)
        path = places.record / f"jumps-{prepared.release.about.release_id}.csv"
        write_jumps(prepared.unapproved, path)
        raise UnexplainedJumps(len(prepared.unapproved), str(path))
    return prepared


def _fill_record(folder: Path, places: Places, prepared: Prepared, site: Path) -> None:
    """The former record, the new entry, and the bond between record and site."""
    former = present(places.former_record) if places.former_record else None
    if former:
        shutil.copytree(former, folder, dirs_exist_ok=True)
    for listed in sorted(places.record.glob("jumps-*.csv")):
        shutil.copy2(listed, folder / listed.name)
    write_record(prepared.record, folder)
    bond = bond_of(former) if former else None
    write_bond(places.site, site, bond, prepared.release.about.release_id, folder)
