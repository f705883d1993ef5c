"""The city's table: a city small enough to run here, some of its members run, the rest extrapolated."""

from __future__ import annotations

import pytest

from benchmarks import city
from benchmarks.measure import Spent


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> city.Measured:
    size = (4, 1, 1, 3, 1)
    return city.measure(tmp_path_factory.mktemp("bench"), size, members=2, workers=1)


def test_measure__runs_the_members_that_were_drawn(found: city.Measured) -> None:
    assert [facts.member for facts in found.manifest.members] == ["s001", "s004"]
    assert (found.members, found.of, found.share) == (2, 4, 0.5)
    assert found.spent.wall_s > 0.0
    assert found.spent.cpu_s > 1.0  # the processes that ran the members are counted: importing alone takes longer
    assert found.peak_mb > found.largest_process_mb > 50.0


def test_table__extrapolates_time_and_counts_but_not_memory(found: city.Measured) -> None:
    known = city.Measured(found.manifest, 4, Spent(10.0, 20.0), 300.0, 200.0)
    table = city.table(known, "command")
    run, rest = table.rows
    assert run == ("run", "2", "2", "6", "2,976", "10.0", "20.0", "300")
    assert rest == ("extrapolated", "4", "4", "12", "2,976", "20.0", "40.0", "300")


def test_table__nothing_is_extrapolated_where_all_were_run(found: city.Measured) -> None:
    whole = city.Measured(found.manifest, 2, Spent(10.0, 20.0), 300.0, 200.0)
    assert [row[0] for row in city.table(whole, "command").rows] == ["run"]
