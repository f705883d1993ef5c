"""What is published from: a run's folder, or a city's with the runs of its members."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from capacity import policy
from capacity.disclosure import Basis, basis_of, join_bases
from capacity.errors import PublicationError
from capacity.runs import read_run
from capacity.runs.city import CITY, CITY_MANIFEST, member_folder, read_city_manifest
from capacity.runs.swap import present
from capacity.tables._schema import empty
from capacity.tables.policy import Policy
from capacity.tables.results import ALL
from capacity.tables.run import Manifest, Run

Told = Callable[[int, int], None]
_NEVER_SHOWN = ("evidence", "transformer_curves", "feeder_curves", "feeder_voltages", "quality")


def basis_at(folder: Path, told: Told) -> tuple[Basis, Policy]:
    """The basis of a release from a run or a city's run, and the policy that it was run by.

    Raises
    ------
    RunError
        The run cannot be read.
    PublicationError
        It is not fit for publication: a scenario, not confirmed, a city with members that failed.
    PolicyError
        Its policy is not to be had.
    """
    if not _is_city(folder):
        run = read_run(folder)
        told(1, 1)
        return basis_of(run), policy_of(run.manifest)
    manifest = read_city_manifest(folder)
    members = _whole_members(folder)
    bases, rules = [], None
    for number, (name, place) in enumerate(members.items(), start=1):
        run = read_run(place)
        bases.append((name, basis_of(run)))
        rules = rules or policy_of(run.manifest)
        told(number, len(members))
    assert rules is not None  # a city has members
    return join_bases(bases, manifest.title_zh, manifest.title_en), rules


def runs_at(folder: Path, told: Told) -> dict[str, Run]:
    """The run by member (a case's is named ``""``), without the tables that no map shows."""
    members = _whole_members(folder) if _is_city(folder) else {"": folder}
    runs = {}
    for number, (name, place) in enumerate(members.items(), start=1):
        runs[name] = _slim(read_run(place))
        told(number, len(members))
    return runs


def basis_of_runs(runs: Mapping[str, Run], folder: Path) -> Basis:
    """The same basis as :func:`basis_at` from runs that have been read."""
    if not _is_city(folder):
        return basis_of(runs[""])
    manifest = read_city_manifest(folder)
    return join_bases([(name, basis_of(run)) for name, run in runs.items()], manifest.title_zh, manifest.title_en)


def policy_of(manifest: Manifest) -> Policy:
    """The policy of a run: the case's own file where it has one, else one of the package's."""
    folder = Path(manifest.case_folder) if manifest.case_folder else None
    return policy.load_policy(manifest.policy, folder if folder and folder.is_dir() else None)


def _is_city(folder: Path) -> bool:
    return (present(folder / CITY) / CITY_MANIFEST).is_file()


def _whole_members(folder: Path) -> dict[str, Path]:
    manifest = read_city_manifest(folder)
    if not manifest.complete:
        names = ", ".join(facts.member for facts in manifest.failed)
        raise PublicationError(
            f"members of the city failed: {names}. Correct them and run the city again, then publish.",
            f"全市计算中有成员失败：{names}。请更正并重新计算后再公布。",
        )
    return {facts.member: member_folder(folder, facts.member) for facts in manifest.members}


def _slim(run: Run) -> Run:
    return replace(run, **{name: empty(ALL[name]) for name in _NEVER_SHOWN})
