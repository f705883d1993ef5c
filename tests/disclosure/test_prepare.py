"""From a run to a release: every number is the run's after the stated rounding, and what is internal stays inside."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import Point, box
from test_attacker import HOUSES, THREE, applied, crowd, grown, line
from worlds import POLICY, RULES, Memory, World, basis_of_world, published

from capacity.disclosure import Prepared, basis_of, join_bases, prepare, prepare_unprotected
from capacity.disclosure.polygons import public_shapes
from capacity.errors import PolicyError, PublicationError
from capacity.tables._schema import conform, empty
from capacity.tables.public import ALL
from capacity.tables.public.terms import TERMS
from capacity.tables.public.words import CAUSE
from capacity.tables.results import ALL as RESULTS
from capacity.tables.run import Run, Verification

sys.path.insert(0, str(Path(__file__).parents[1] / "runs"))
from sample_run import Recipe, build_run

TODAY = dt.date(2026, 1, 5)


def released(run: Run, today: dt.date = TODAY, former: object = None) -> Prepared:
    return prepare(basis_of(run), RULES, POLICY, empty(TERMS), former, today)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def run() -> Run:
    """The sample with as many customers on record as its ledger counts."""
    made = build_run(Recipe(days=2))
    public = made.transformers[made.transformers["ownership"].eq("public")]
    rows = [
        {"customer_id": f"C-{one}-{number}", "transformer_id": one, "contract_kva": 8.0}
        for one, count in zip(public["transformer_id"], public["customer_count"].fillna(0), strict=True)
        for number in range(int(count))
    ]
    return replace(made, customers=conform(pd.DataFrame(rows), RESULTS["customers"]))


@pytest.fixture(scope="module")
def done(run: Run) -> Prepared:
    return released(run)


def by_area(done: Prepared) -> pd.DataFrame:
    """The release's areas by internal id, found through the record."""
    id_of = {code: area_id for area_id, code in done.record.codes.items()}
    areas = done.release.areas
    return areas.set_axis(pd.Index(areas["area_code"].map(id_of)))


def test_prepare__tables_follow_their_schemas(done: Prepared) -> None:
    for name, schema in ALL.items():
        table = getattr(done.release, name)
        pd.testing.assert_frame_equal(conform(table, schema), table)


def test_prepare__every_number_is_the_runs_after_rounding(run: Run, done: Prepared) -> None:
    areas, exact = by_area(done), run.areas.set_index("area_id")
    full = areas[areas["publication"].eq("full") & areas["allowed_kva"].notna()]
    assert len(full) >= 3
    for area_id, row in full.iterrows():
        true = exact.loc[area_id]
        assert row["allowed_kva"] == 5.0 * np.floor(true["allowed_kva"] / 5.0 + 1e-9)
        assert row["allowed_from_kva"] <= true["allowed_kva"]
        assert pd.isna(row["allowed_below_kva"]) or true["allowed_kva"] < row["allowed_below_kva"]
        assert row["load_rate_from_percent"] <= true["max_loading_percent"]
        assert pd.isna(row["load_rate_below_percent"]) or true["max_loading_percent"] < row["load_rate_below_percent"]
        rooms = run.transformers.loc[run.transformers["area_id"].eq(area_id), "allowed_kva"]
        assert row["single_from_kva"] <= min(rooms.max(), true["allowed_kva"])
        assert (row["status"], row["structural"]) == (true["status"], true["structural"])
        assert row["queue"] == ("counted" if true["reserved_kva"] > 0.0 else "none")


def test_prepare__hours_are_the_runs_after_rounding(run: Run, done: Prepared) -> None:
    code_of = done.record.codes
    exact = run.capacity_12x24.assign(area_code=run.capacity_12x24["area_id"].map(code_of))
    both = done.release.hours.merge(exact, on=["area_code", "month", "hour"], suffixes=("", "_exact"))
    assert len(both) == len(done.release.hours) == 288 * int(done.release.areas["has_hours"].sum()) > 0
    known = both["allowed_kva_exact"].notna()
    assert both["allowed_kva"].notna().eq(known).all()
    assert both.loc[known, "allowed_kva"].eq(5.0 * np.floor(both.loc[known, "allowed_kva_exact"] / 5.0 + 1e-9)).all()


def test_prepare__limit_basis_relief_and_withholding_of_the_sample(done: Prepared) -> None:
    areas = by_area(done)
    assert areas.loc["A03", "limit"] == "line"
    assert areas.loc["A01", "limit"] == "transformers"
    assert areas.loc["A01", "basis"] == "measured"
    assert areas.loc["A04", "withheld_reason"] == "customers_unknown"  # T011 has no customer count
    assert areas.loc["A02", ["relief_month", "relief_kind"]].tolist() == ["2026-05", "transformer"]
    assert areas["relief_month"].notna().sum() == 1  # a cancelled project is none


@pytest.mark.parametrize(
    ("area_ids", "element_ids", "kind"),
    [
        ("A02", None, "other"), (None, "T005", "transformer"), (None, "L-T005-1", "line"), (None, "M-F1-0", "line"),
        (None, "F1", "line"), (None, "S1", "substation"), ("A02", "S1", "substation"),
        ("A02", "F1;T005", "transformer"),
    ],
)  # fmt: skip
def test_relief__kind_of_work_by_what_a_project_names(
    run: Run, area_ids: str | None, element_ids: str | None, kind: str
) -> None:
    projects = run.projects.iloc[[0]].assign(area_ids=area_ids, element_ids=element_ids)
    row = by_area(released(replace(run, projects=conform(projects, RESULTS["projects"])))).loc["A02"]
    assert row[["relief_month", "relief_kind"]].tolist() == ["2026-05", kind]


def test_prepare__about_names_the_release_and_says_whether_it_is_stale(run: Run, done: Prepared) -> None:
    about = done.release.about
    assert (about.release_id, about.previous_id, about.stale) == ("2026-01", None, False)
    assert about.limits["transformer_limit_percent"] == 80.0
    assert (about.areas_total, about.areas_withheld) == (6, 1)
    assert not released(run, dt.date(2026, 1, 1) + dt.timedelta(days=62)).release.about.stale
    late = released(run, dt.date(2026, 1, 1) + dt.timedelta(days=63))
    assert late.release.about.stale
    assert any("older than 62 days" in en for _, en in late.notes)


def test_prepare__a_second_release_of_a_month_is_a_correction(run: Run, done: Prepared) -> None:
    again = released(run, former=Memory((done.record,)))
    assert again.release.about.release_id == "2026-01-r2"
    assert again.release.about.previous_id == "2026-01"
    third = released(run, former=Memory((done.record, again.record)))
    assert third.release.about.release_id == "2026-01-r3"
    assert again.release.changes.empty
    assert again.record.codes == done.record.codes


def test_prepare__never_goes_back(run: Run, done: Prepared) -> None:
    older = build_run(Recipe(days=2, as_of=dt.date(2025, 12, 1)))
    with pytest.raises(PublicationError, match="only go forward") as caught:
        released(older, former=Memory((done.record,)))
    assert "各期只能依次向后" in caught.value.sentence_zh


@pytest.mark.parametrize(
    ("manifest", "en", "zh"),
    [
        ({"scenario": "growth"}, "never published", "设想不得公布"),
        ({"crosscheck_passed": False}, "not confirmed by pandapower", "未通过 pandapower 校核"),
        (
            {"verification": Verification(nodes=8, by_criterion={}, steps=9, reference_steps=1, false_open=2,
                                          false_blocked=0)},
            "2 node figures of the sample break a limit", "不得公布",
        ),
    ],
)  # fmt: skip
def test_basis_of__refuses_what_is_not_confirmed(run: Run, manifest: dict[str, object], en: str, zh: str) -> None:
    with pytest.raises(PublicationError) as caught:
        basis_of(replace(run, manifest=run.manifest.model_copy(update=manifest)))
    assert en in caught.value.sentence_en
    assert zh in caught.value.sentence_zh


@pytest.mark.parametrize(
    "rules",
    [
        {"capacity_bands_kva": (5.0, 160.0)}, {"capacity_bands_kva": (0.0, 160.0, 160.0)},
        {"capacity_bands_kva": (0.0, 150.0)}, {"capacity_bands_kva": (0.0, 150.0, 160.0)},
        {"load_rate_bands_percent": (10.0, 50.0)},
    ],
)  # fmt: skip
def test_prepare__refuses_ranges_that_tell_more_than_they_say(run: Run, rules: dict[str, object]) -> None:
    with pytest.raises(PolicyError, match="disclosure"):
        prepare(basis_of(run), RULES.model_copy(update=rules), POLICY, empty(TERMS), None, TODAY)


def test_prepare_unprotected__withholds_nothing(run: Run) -> None:
    release, area_ids = prepare_unprotected(basis_of(run), RULES, POLICY, empty(TERMS), TODAY)
    assert set(release.areas["publication"]) == {"full"}
    assert sorted(area_ids) == ["A01", "A02", "A03", "A04", "A05", "A06"]
    assert release.areas["load_rate_from_percent"].notna().sum() >= 5


def test_join_bases__a_city_is_its_members(run: Run) -> None:
    basis = basis_of(run)
    city = join_bases([("east", basis), ("west", basis)], "全市", "City")
    release = prepare(city, RULES, POLICY, empty(TERMS), None, TODAY).release
    alone = prepare(basis, RULES, POLICY, empty(TERMS), None, TODAY).release
    assert len(release.areas) == 12
    for column in ("allowed_kva", "load_rate_from_percent", "shared_kva", "relief_month", "status", "withheld_reason"):
        values = sorted(release.areas[column].dropna().tolist())
        assert values == sorted(2 * alone.areas[column].dropna().tolist())
    other = replace(basis, as_of=dt.date(2026, 2, 1))
    with pytest.raises(PublicationError, match="member 'west'"):
        join_bases([("east", basis), ("west", other)], "全市", "City")


def changed(before: World, after: World) -> pd.Series:
    return published([before, after])[1].release.changes.set_index("name")["cause"]


SOME = {f"q{number}": ("T1", 9.0 + number) for number in range(5)}


def test_changes__causes_as_codes() -> None:
    assert changed(THREE, grown(THREE, "T1", 1.3)).to_dict() == {
        "area A": "load",
        "area B": "grid_above",
        "area C": "grid_above",
    }
    assert changed(THREE, applied(THREE, **SOME))["area A"] == "connections"
    assert changed(THREE, applied(THREE, new=("T1", 45.0)))["area A"] == "protection"
    replaced = replace(THREE, transformers=(replace(THREE.transformers[0], rated_kva=630.0), *THREE.transformers[1:]))
    assert changed(THREE, replaced)["area A"] == "equipment"
    unknown = replace(THREE, transformers=(replace(THREE.transformers[0], has_data=False), *THREE.transformers[1:]))
    assert changed(THREE, unknown)["area A"] == "data"
    limited = replace(THREE, limit_kva={"F1": 350.0})
    assert changed(THREE, limited)["area A"] == "grid_above"
    assert published([THREE])[0].release.changes["cause"].tolist() == ["first"] * 3


def test_changes__only_what_both_releases_publish_is_compared() -> None:
    done = published([THREE, applied(THREE, new=("T1", 45.0))])
    row = done[1].release.changes.set_index("name").loc["area A"]
    assert row[["publication_before", "publication"]].tolist() == ["full", "band"]
    assert row["allowed_before_kva"] == 205.0
    assert np.isnan(row["allowed_kva"])
    assert set(done[1].release.changes["cause"]) <= set(CAUSE)


def test_changes__new_areas_and_gone_ones() -> None:
    more = line(*[(f"T{n}", area, 315.0, crowd(f"T{n}", *HOUSES)) for n, area in enumerate("ABD", start=1)])
    rows = published([THREE, more])[1].release.changes.set_index("name")
    assert rows.loc["area D", "cause"] == "first"
    assert rows.loc["area C", "cause"] == "equipment"
    assert pd.isna(rows.loc["area C", "publication"])
    assert pd.isna(rows.loc["area D", "publication_before"])


def test_unchanged__an_area_stays_published_while_nothing_can_be_subtracted() -> None:
    """One application of 2 kVA: 208 and 206 kVA are both shown as 205. Two more of them are not."""
    small = applied(THREE, a=("T1", 2.0))
    rows = [one.release.areas.set_index("name").loc["area A"] for one in published([THREE, small])]
    assert [row["publication"] for row in rows] == ["full", "full"]
    assert [bool(row["has_hours"]) for row in rows] == [True, False]  # at some hour two kVA do show
    more = applied(small, b=("T1", 2.0))
    row = published([THREE, small, more])[2].release.areas.set_index("name").loc["area A"]
    assert (row["publication"], row["withheld_reason"]) == ("band", "few_changes")


def test_band__lasts_until_enough_have_changed() -> None:
    months = [THREE, applied(THREE, a=("T1", 12.0)), applied(THREE, a=("T1", 12.0), b=("T1", 11.0)),
              applied(THREE, **SOME)]  # fmt: skip
    kinds = [one.release.areas.set_index("name").loc["area A", "publication"] for one in published(months)]
    assert kinds == ["full", "band", "band", "full"]


def test_public_shapes__given_polygons_stay_and_drawn_ones_become_cells() -> None:
    drawn = Point(99.2, 25.1).buffer(0.002)
    given = box(99.3000012, 25.1, 99.31, 25.11)
    near = shapely.transform(drawn, lambda xy: xy + 0.003)
    columns = {"area_id": ["A", "B", "C"], "derived": [True, True, False]}
    shapes = gpd.GeoDataFrame(columns, geometry=[drawn, near, given], crs=4326)
    found = public_shapes(shapes, {"A": "AAAAAA", "B": "BBBBBB", "C": "CCCCCC"}, RULES)
    assert found.crs.to_epsg() == 4326
    assert found["area_code"].tolist() == ["AAAAAA", "BBBBBB", "CCCCCC"]
    assert found.geometry.iloc[2].equals(box(99.3, 25.1, 99.31, 25.11))
    first, second = found.geometry.iloc[0], found.geometry.iloc[1]
    assert first.intersection(second).area < 1e-10  # a cell is one area's
    metric = found.to_crs(32647)
    assert first.union(second).buffer(1e-5).covers(drawn)
    for shape in metric.geometry[:2]:
        corners = shapely.get_coordinates(shape)
        assert np.abs(corners / 250.0 - np.round(corners / 250.0)).max() * 250.0 < 2.0  # on the grid, but for rounding
        assert not set(map(tuple, shapely.get_coordinates(drawn).round(5))) & set(
            map(tuple, shapely.get_coordinates(shape))
        )
    decimals = shapely.get_coordinates(found.geometry.to_numpy()) * 1e5
    assert np.allclose(decimals, np.round(decimals), atol=1e-6)


def test_public_shapes__of_another_coordinate_system(run: Run) -> None:
    there = run.area_shapes.to_crs(4547)
    codes = {area: area for area in run.area_shapes["area_id"]}
    here, back = public_shapes(run.area_shapes, codes, RULES), public_shapes(there, codes, RULES)
    apart = shapely.area(shapely.symmetric_difference(here.geometry.to_numpy(), back.geometry.to_numpy()))
    assert apart.max() < 1e-7  # square degrees


def test_prepare__no_internal_id_is_in_a_release(done: Prepared, run: Run) -> None:
    release = done.release
    tables = (release.areas, release.hours, release.changes, release.branches)
    text = " ".join(frame.to_csv() for frame in tables) + release.about.model_dump_json()
    for ids in (run.areas["area_id"], run.transformers["transformer_id"], run.feeders["name"], run.nodes["node_id"],
                run.customers["customer_id"], run.projects["project_id"], run.transformers["name"]):  # fmt: skip
        for one in ids.dropna():
            assert f",{one}," not in text
            assert len(one) < 5 or one not in text


def test_basis_of_world__is_read_like_a_run() -> None:
    assert set(basis_of_world(THREE).areas.columns) >= {"area_id", "allowed_kva", "binding_criterion", "reason"}
