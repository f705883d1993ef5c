"""Scenarios: read a file of changes, and lay it over a case without touching it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import yaml
from pydantic import ValidationError

from capacity.case.folder.tabular import decode
from capacity.case.scenarios.charging import manage_charging
from capacity.case.scenarios.flexible_problems import flexible_fits
from capacity.case.scenarios.following import modelled, shift_between
from capacity.case.scenarios.future import changed_by, future_of
from capacity.case.scenarios.growing import Rates, bare_factors, grow, growth_factors
from capacity.case.scenarios.meters import Meters, readings_after
from capacity.case.scenarios.network import draft_of
from capacity.case.scenarios.points import add_point_loads
from capacity.case.scenarios.problems import doubled_ids, field_problem, file_problem, unknown_ids
from capacity.case.scenarios.rederiving import rederived
from capacity.case.scenarios.staging import lay_switches_and_transformers
from capacity.case.scenarios.storage import with_storages
from capacity.errors import InputError
from capacity.tables.case import Case
from capacity.tables.network_change import AddStorage, ManageCharging
from capacity.tables.scenario import Scenario


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file (YAML).

    Raises
    ------
    InputError
        With every problem of the file: unreadable, unknown or missing fields, values out of range, doubled ids.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as why:
        raise InputError([file_problem(path, str(why.strerror), f"{why.strerror}")]) from why
    text, issues = decode(data, path.name)
    if text is None:
        raise InputError(issues)
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as why:
        place = str(why).replace("\n", " ")[:300]
        raise InputError([file_problem(path, f"it is no valid YAML: {place}", f"YAML 语法错误：{place}")]) from why
    if not isinstance(content, dict):
        raise InputError([file_problem(path, "it holds no fields", "没有任何字段")])
    try:
        scenario = Scenario.model_validate(content)
    except ValidationError as why:
        raise InputError([field_problem(path, error) for error in why.errors()]) from why
    doubled = doubled_ids(path, scenario)
    if doubled:
        raise InputError(doubled)
    return scenario


def apply_scenario(case: Case, scenario: Scenario) -> Case:
    """The case as it would be under the scenario; the given case stays as it is.

    A scenario that describes a future (``horizon_years``) is laid as of ``scenario.year`` (the last of its horizon by
    default) in ``scenario.draw``, see :func:`future_of`. Any other changes the present case:

    Growth compounds over ``scenario.years``: the loads below public transformers in areas of the class grow in p and
    q, and so do their readings (powers and currents, generation added back); generators do not. Point loads become
    rows of ``net.load`` with ``metered`` False, since no meter has seen them: they come on top of a metered curve.
    An exchanged transformer keeps its impedance and no-load current in percent and its iron losses grow with its
    rating, unless a standard type says otherwise; the ratings in the transformers table and of its substation follow.
    Topology and the feeders of transformers are derived anew. Storages come last: they follow what has become of it.

    Raises
    ------
    InputError
        Naming every id that the case does not have, or has more than once.
    RequestError
        The future asked for lies before the case's as-of date.
    """
    issues = unknown_ids(case, scenario)
    if issues:
        raise InputError(issues)
    if scenario.is_future:
        year = scenario.year or case.settings.as_of.year + scenario.horizon_years
        return future_of(case, scenario, year, scenario.draw, scenario.seed)
    storages = tuple(one for one in scenario.changes if isinstance(one, AddStorage))
    managed = tuple(one for one in scenario.changes if isinstance(one, ManageCharging))
    if scenario.changes:
        plain = scenario.model_copy(update={"switches": (), "transformers": ()})
        case = changed_by(case, plain, [one for one in scenario.changes if one not in storages])
    draft = draft_of(case, ())
    before, still = modelled(case.net, case.topology), modelled(case.net, case.topology, "sgen")
    rates: Rates = {(area_class, None): rate for area_class, rate in scenario.growth_percent_per_year.items()}
    grow(draft.net, growth_factors(case, before, rates, scenario.years))
    bare = bare_factors(case, before, rates, scenario.years)
    shift = shift_between(before, modelled(draft.net, case.topology), (still, still), {}, bare)
    add_point_loads(draft.net, scenario.point_loads)
    lay_switches_and_transformers(draft, scenario)
    changed = rederived(case, draft.net, draft.transformers)
    readings = readings_after(case.measurements, case.profiles, shift)
    profiles = manage_charging(changed, draft.net, case.profiles, managed) if managed else case.profiles
    changed = replace(changed, profiles=profiles, measurements=readings)
    issues = flexible_fits(changed, scenario, (), storages)
    if issues:
        raise InputError(issues)
    return with_storages(changed, storages, Meters.of(readings, [one.transformer_id for one in storages]))
