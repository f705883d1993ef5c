"""From a run to a release: the one place where exact figures become public ones (P21–P23)."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from capacity.disclosure import figures_of
from capacity.disclosure.areas import public_areas
from capacity.disclosure.basis import Basis
from capacity.disclosure.changes import changes
from capacity.disclosure.codes import new_key, with_codes
from capacity.disclosure.jumps import Approvals, Jump, check_approvals, find_jumps
from capacity.disclosure.moves import causes, moves
from capacity.disclosure.polygons import public_shapes
from capacity.disclosure.protection import Decision, Facts, Former, decide, facts_of
from capacity.disclosure.record import EntryFacts, Record, RecordEntry, key_of
from capacity.disclosure.rounding import wide_edges
from capacity.errors import InputError, PolicyError, PublicationError
from capacity.tables._schema import conform, empty
from capacity.tables.policy import Policy
from capacity.tables.policy_values import policy_value
from capacity.tables.public.branches import BRANCHES
from capacity.tables.public.changes import CHANGES
from capacity.tables.public.hours import HOURS
from capacity.tables.public.terms import TERMS
from capacity.tables.release import DisclosureRules, Release, ReleaseAbout

LICENCE = "CC BY 4.0"
_LIMITS = (
    "pre_control",
    "transformer_limit_percent",
    "lv_line_limit_percent",
    "section_limit_percent",
    "substation_limit_percent",
)
_STATES = ("open", "pre_control", "blocked", "no_data")


@dataclass(frozen=True)
class Prepared:
    """A release, and what the record keeps of it.

    Attributes
    ----------
    jumps : moves that nothing explains.
    unapproved : those of them that nobody approved. While there are any, nothing may be published.
    notes : what the publisher should know, each as (Chinese, English).
    """

    release: Release
    record: RecordEntry
    jumps: tuple[Jump, ...]
    unapproved: tuple[Jump, ...]
    notes: tuple[tuple[str, str], ...]


def prepare(
    basis: Basis,
    rules: DisclosureRules,
    policy: Policy,
    terms: pd.DataFrame,
    former: Record | None,
    today: dt.date,
    approvals: Approvals | None = None,
    *,
    licence: str = LICENCE,
) -> Prepared:
    """Make a release of a run.

    Parameters
    ----------
    basis : of the run (``basis_of``) or a city's members (``join_bases``).
    terms : ``tables.public.terms`` of the policy on the as-of date.
    former : the record of the releases so far; None for the first one.
    today : the day of publication.
    approvals : the filled list of jumps.

    Raises
    ------
    PublicationError
        The run is older than the newest release, or the record is damaged.
    PolicyError
        The ranges of the rules do not fit the policy.
    InputError
        The list of approvals does not fit the jumps; every problem is in ``.issues``.
    """
    _check_ranges(rules, policy)
    _refuse_older(basis, former)
    previous = former.read(former.entries[-1].release_id) if former is not None and former.entries else None
    key = key_of(former)
    codes = with_codes(basis.areas["area_id"].astype(str), former.codes if former is not None else {}, key)
    facts = facts_of(basis, rules, policy)
    table = figures_of.figures(basis, facts, rules)
    wanted = figures_of.wanted(basis, facts, table, rules)
    decision = decide(facts, wanted, _formers(former), rules)
    shared = wanted.shared[wanted.shared.index.isin(decision.shared)]
    areas = public_areas(basis, table, decision, codes, shared)
    hours = wanted.hours[wanted.hours.index.isin(decision.areas.index[decision.areas["hours"].to_numpy(dtype=bool)])]
    shared = _shown(shared, basis, areas)
    release_id = _release_id(basis.as_of, former)
    log, jumps = _told(basis, facts, decision, areas, previous, rules)
    about = _about(basis, rules, policy, previous, today, release_id, areas, licence)
    release = Release(
        about=about,
        areas=areas.reset_index(drop=True),
        hours=_long_hours(hours, areas),
        changes=log,
        branches=_branches(areas, basis),
        terms=conform(terms, TERMS),
        shapes=public_shapes(basis.shapes, codes, rules),
    )
    if approvals is not None and (issues := check_approvals(jumps, approvals)):
        raise InputError(issues)
    record = RecordEntry(
        entry=EntryFacts(
            release_id=release_id,
            number=1 if former is None else len(former.entries) + 1,
            run_name=basis.run_name,
            manifest_sha256=basis.manifest_sha256,
            policy_values=basis.policy_values,
            voltage_standard=basis.voltage_standard,
        ),
        about=about,
        facts=facts,
        areas=areas,
        hours=hours,
        shared=shared,
        codes=codes,
        key=key,
        approvals=approvals.content if approvals is not None else b"",
    )
    return Prepared(release, record, jumps, () if approvals is not None else jumps, _notes(about, areas))


def prepare_unprotected(
    basis: Basis,
    rules: DisclosureRules,
    policy: Policy,
    terms: pd.DataFrame,
    today: dt.date,
    *,
    licence: str = LICENCE,
) -> tuple[Release, tuple[str, ...]]:
    """The tables of a release with nothing withheld, for the planners' own map: internal, never published.

    Returns
    -------
    The release (areas without a place in any record, codes made for this time alone) and the ``area_id`` of each row
    of its areas.
    """
    codes = with_codes(basis.areas["area_id"].astype(str), {}, new_key())
    facts = facts_of(basis, rules, policy)
    table = figures_of.figures(basis, facts, rules)
    wanted = figures_of.wanted(basis, facts, table, rules)
    everything = pd.DataFrame(
        {"publication": "full", "reason": "", "hours": table.index.isin(wanted.hours.index), "elements": True},
        index=table.index,
    )
    decision = Decision(everything, wanted.shared.index)
    areas = public_areas(basis, table, decision, codes, wanted.shared)
    release = Release(
        about=_about(basis, rules, policy, None, today, _release_id(basis.as_of, None), areas, licence),
        areas=areas.reset_index(drop=True),
        hours=_long_hours(wanted.hours, areas),
        changes=empty(CHANGES),
        branches=_branches(areas, basis),
        terms=conform(terms, TERMS),
        shapes=public_shapes(basis.shapes.assign(derived=False), codes, rules),
    )
    return release, tuple(areas.index)


def _check_ranges(rules: DisclosureRules, policy: Policy) -> None:
    """Ranges ascend from 0, and P5's threshold is an edge: else a range and a status together would be narrower."""
    for name, edges in (
        ("capacity_bands_kva", rules.capacity_bands_kva),
        ("load_rate_bands_percent", rules.load_rate_bands_percent),
    ):
        if not edges or edges[0] != 0 or any(low >= high for low, high in pairwise(edges)):
            raise PolicyError(
                f"policy '{policy.name}': disclosure.{name} must ascend from 0\n"
                f"规则“{policy.name}”：disclosure.{name} 须从 0 起递增"
            )
    threshold = policy.triggers["pre_control"].threshold
    if threshold not in wide_edges(rules.capacity_bands_kva, rules.rounding_kva):
        raise PolicyError(
            f"policy '{policy.name}': the threshold of P5 ({threshold:g} kVA) must be an edge of "
            f"disclosure.capacity_bands_kva, at least 8 roundings above the one before\n"
            f"规则“{policy.name}”：P5 的阈值（{threshold:g} kVA）须是 disclosure.capacity_bands_kva "
            f"的分界，且比前一分界至少高 8 个取整步长"
        )


def _refuse_older(basis: Basis, former: Record | None) -> None:
    newest = former.newest if former is not None else None
    if newest is not None and basis.as_of < newest.as_of:
        raise PublicationError(
            f"the run is as of {basis.as_of}, the newest release ({newest.release_id}) as of {newest.as_of}: releases "
            f"only go forward. Publish a run of that day or later.",
            f"本次计算的数据截止日为 {basis.as_of}，早于最新一期（{newest.release_id}）的 {newest.as_of}："
            f"各期只能依次向后。请公布不早于该日的计算结果。",
        )


def _release_id(as_of: dt.date, former: Record | None) -> str:
    """``YYYY-MM``, with ``-rN`` for the second and later releases of a month."""
    month = f"{as_of:%Y-%m}"
    taken = {entry.release_id for entry in former.entries} if former is not None else set()
    number = 1
    while (name := month if number == 1 else f"{month}-r{number}") in taken:
        number += 1
    return name


def _formers(former: Record | None) -> Iterator[Former]:
    """Every former release, one at a time: a city's customers are many."""
    if former is not None:
        for entry in former.read_all():
            yield Former(entry.facts, figures_of.published(entry.areas, entry.hours, entry.shared))


def _shown(shared: pd.Series, basis: Basis, areas: pd.DataFrame) -> pd.Series:
    """The lines whose figure stands in the table."""
    told = areas.index[areas["shared_kva"].notna().to_numpy(dtype=bool)]
    feeders = basis.areas.loc[basis.areas["area_id"].isin(told), "feeder_ids"]
    return shared[shared.index.isin(feeders)]


def _told(
    basis: Basis, facts: Facts, decision: Decision, areas: pd.DataFrame, previous: RecordEntry | None,
    rules: DisclosureRules,
) -> tuple[pd.DataFrame, tuple[Jump, ...]]:  # fmt: skip
    """The change log, and the moves that nothing explains."""
    if previous is None:
        return changes(None, areas, pd.Series(dtype=object)), ()
    entry = previous.entry
    frame = moves(previous.facts, facts, basis.transformer_limit)
    limits_changed = (entry.policy_values, entry.voltage_standard) != (basis.policy_values, basis.voltage_standard)
    found = causes(frame, limits_changed)
    names = basis.areas.set_index(basis.areas["area_id"].astype(object))["name"]
    shown = decision.areas["publication"].ne("withheld")
    jumps = find_jumps(frame, found, names, shown, rules, limits_changed)
    told = causes(frame, limits_changed or previous.about.rules != rules)
    return changes(previous.areas, areas, told), jumps


def _long_hours(hours: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    ordered = hours.reindex(areas.index[areas["has_hours"].to_numpy(dtype=bool)])
    count = len(figures_of.CELLS)
    values = ordered.to_numpy(dtype=np.float64).ravel()
    return conform(
        pd.DataFrame(
            {
                "area_code": np.repeat(areas.loc[ordered.index, "area_code"].to_numpy(dtype=object), count),
                "month": np.tile(figures_of.CELLS.get_level_values("month"), len(ordered)),
                "hour": np.tile(figures_of.CELLS.get_level_values("hour"), len(ordered)),
                "allowed_kva": np.where(values < 0.0, np.nan, values),
            }
        ),
        HOURS,
    )


def _branches(areas: pd.DataFrame, basis: Basis) -> pd.DataFrame:
    """One row per branch, those not stated last; only counts."""
    state = areas["status"].astype(object).where(areas["publication"].ne("withheld"), "withheld")
    branch = areas["branch"].astype(object).where(areas["branch"].notna(), None)
    frame = pd.DataFrame({"branch": branch, "state": state})
    counts = frame.groupby("branch", dropna=False, sort=False)["state"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=[*_STATES, "withheld"], fill_value=0)
    counts.insert(0, "areas", counts.sum(axis=1))
    table = counts.rename_axis("branch").reset_index().sort_values("branch", na_position="last", kind="stable")
    table.insert(1, "phone", table["branch"].map(basis.services))
    return conform(table, BRANCHES)


def _about(
    basis: Basis, rules: DisclosureRules, policy: Policy, previous: RecordEntry | None, today: dt.date,
    release_id: str, areas: pd.DataFrame, licence: str,
) -> ReleaseAbout:  # fmt: skip
    values = {name: policy_value(basis.policy_values, name) for name in _LIMITS}
    return ReleaseAbout(
        release_id=release_id,
        title_zh=basis.title_zh,
        title_en=basis.title_en,
        synthetic=basis.synthetic,
        as_of=basis.as_of,
        window_start=basis.window_start,
        window_end=basis.window_end,
        published_on=today,
        stale=(today - basis.as_of).days > rules.stale_after_days,
        previous_id=previous.about.release_id if previous is not None else None,
        rules=rules,
        policy=policy.name,
        policy_title_zh=policy.title_zh,
        policy_title_en=policy.title_en,
        limits={name: value for name, value in values.items() if value is not None},
        power_factor=basis.power_factor,
        voltage_standard=basis.voltage_standard,
        services=basis.services,
        licence=licence,
        program_version=importlib.metadata.version("capacity"),
        areas_total=len(areas),
        areas_withheld=int(areas["publication"].eq("withheld").sum()),
    )


def _notes(about: ReleaseAbout, areas: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    kinds = areas["publication"].value_counts()
    full, band, withheld = (int(kinds.get(kind, 0)) for kind in ("full", "band", "withheld"))
    notes = [
        (
            f"共 {len(areas)} 个网格：公开 {full} 个，仅公开区间 {band} 个，不予公开 {withheld} 个。",
            f"{len(areas)} areas: {full} published, {band} as a range only, {withheld} withheld.",
        )
    ]
    if about.stale:
        notes.append(
            (
                f"数据截止 {about.as_of}，已超过 {about.rules.stale_after_days} 天，各页均会注明。",
                f"The data are of {about.as_of}, older than {about.rules.stale_after_days} days: every page says so.",
            )
        )
    return tuple(notes)
