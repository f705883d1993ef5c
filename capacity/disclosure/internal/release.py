"""The planners' release: the tables of a public one with nothing withheld, areas under their own ids."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd

from capacity.disclosure.basis import Basis
from capacity.disclosure.prepare import prepare_unprotected
from capacity.tables.policy import Policy
from capacity.tables.release import DisclosureRules, Release


def internal_release(
    basis: Basis, rules: DisclosureRules, policy: Policy, terms: pd.DataFrame, today: dt.date
) -> Release:
    """A release with every area in it, under its own id as ``area_code``; it must never leave the company."""
    release, area_ids = prepare_unprotected(basis, rules, policy, terms, today)
    id_of = dict(zip(release.areas["area_code"], area_ids, strict=True))
    return replace(
        release,
        areas=_under_ids(release.areas, id_of),
        hours=_under_ids(release.hours, id_of),
        shapes=_under_ids(release.shapes, id_of),
    )


def _under_ids(frame: pd.DataFrame, id_of: dict[str, str]) -> pd.DataFrame:
    return frame.assign(area_code=frame["area_code"].map(id_of).astype("string"))
