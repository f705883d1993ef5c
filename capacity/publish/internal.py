"""``capacity publish --internal``: the planners' site, with exact figures and equipment, without a past."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from capacity.disclosure.internal import internal_payload, internal_release
from capacity.disclosure.site import built_page, write_internal_site
from capacity.policy import connection_terms
from capacity.publish.places import internal_place
from capacity.publish.release import Progress, Published, rules_of
from capacity.publish.sources import basis_of_runs, policy_of, runs_at
from capacity.runs.swap import replace_whole


def publish_internal(
    run: Path, to: Path, *, today: dt.date | None = None, progress: Progress | None = None
) -> Published:
    """Write the planners' site of a run.

    Parameters
    ----------
    run : a run's folder, or that of a city's run.
    to : the folder of an internal site; a public one is never touched.
    today : the day that is shown as the day of publication.
    progress : called as ``progress(stage, done, total)``.

    Raises
    ------
    PublicationError
        Nothing may be shown from this run, or not there.
    RunError, PolicyError
        The run, or its policy, cannot be read.
    """
    tell = progress or (lambda stage, done, total: None)
    assets, place = built_page(), internal_place(to, run)
    day = today or dt.date.today()
    tell("reading run", 0, 0)
    runs = runs_at(run, lambda done, total: tell("reading run", done, total))
    policy = policy_of(next(iter(runs.values())).manifest)
    terms = connection_terms(policy, day)
    release = internal_release(basis_of_runs(runs, run), rules_of(policy), policy, terms, day)
    keys = [_member_and_area(area_id, "" not in runs) for area_id in release.areas["area_code"]]
    payload = internal_payload(runs, keys)

    def fill(growing: Path) -> None:
        write_internal_site(release, payload, assets, growing, tell)

    replace_whole(place, fill)
    return Published(release, (release.about.release_id,), place, None)


def _member_and_area(area_id: str, of_city: bool) -> tuple[str, str]:
    member, _, area = area_id.partition("/") if of_city else ("", "", area_id)
    return member, area
