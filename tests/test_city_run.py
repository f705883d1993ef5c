"""Running a whole city: equal whoever works, kept when nothing changed, honest about what failed."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import city_jobs
import pandas as pd
import psutil
import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner

from capacity.case import CityPlan, load_case, read_city, write_city
from capacity.city import member as member_module
from capacity.city import run_city
from capacity.city.pool import work_through
from capacity.cli import app
from capacity.errors import CrossCheckError, InputError, RunError, SolverError
from capacity.runs import read_run
from capacity.runs.city import CITY_TABLES, WITH_MEMBER, member_folder, read_city_manifest
from capacity.study import run_study
from capacity.tables.case import Window
from capacity.tables.city_run import CityManifest, MemberOptions
from capacity.tables.issue import Issue
from capacity.tables.results import ALL

DAY = {"window_start": pd.Timestamp("2026-10-31"), "window_end": pd.Timestamp("2026-11-01")}
OPTIONS = MemberOptions(**DAY, crosscheck_steps=1, sample_nodes=1)
UNTRIED = OPTIONS.model_copy(update={"crosscheck_steps": 0, "sample_nodes": 0})
"""The same tables; a process that solves nothing with pandapower need not compile it."""
QUICK = OPTIONS.model_copy(update={"node_capacity": False, "crosscheck_steps": 0})
MEMBERS = ("s001", "s002", "s003")
RUNNER = CliRunner()


@pytest.fixture(scope="module")
def city_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    write_city(CityPlan(substations=3, feeders=2, transformers=2, nodes=4, months=1, seed=1), folder)
    return folder


@pytest.fixture
def own_city(tmp_path: Path) -> Path:
    """A city that a test may damage."""
    folder = tmp_path / "city"
    write_city(CityPlan(substations=3, feeders=1, transformers=1, nodes=3, months=1, seed=1), folder)
    return folder


@pytest.fixture(scope="module")
def serial(city_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city run by one thread."""
    out = tmp_path_factory.mktemp("serial") / "out"
    assert run_in_threads(city_folder, out, 1, OPTIONS).complete
    return out


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as made:
        yield made


@pytest.fixture
def threads_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes take seconds to begin; what a command says does not depend on them."""
    monkeypatch.setattr("capacity.city.pool._processes", ThreadPoolExecutor)


def run_in_threads(folder: Path, out: Path, workers: int = 1, options: MemberOptions = QUICK) -> CityManifest:
    with ThreadPoolExecutor(workers) as threads:
        return run_city(read_city(folder), out, workers=workers, executor=threads, options=options)


def tables_of(out: Path) -> dict[str, pd.DataFrame]:
    return {name: pd.read_parquet(out / "city" / f"{name}.parquet") for name in CITY_TABLES}


def assert_same_city(one: Path, other: Path) -> None:
    ours, theirs = tables_of(one), tables_of(other)
    for name in CITY_TABLES:
        assert_frame_equal(ours[name], theirs[name], check_exact=True)


def states(manifest: CityManifest) -> list[str]:
    return [facts.state for facts in manifest.members]


# --- what a city's tables are --------------------------------------------------------------------------------------


def test_run_city__tables_are_those_of_its_members_in_their_order(serial: Path) -> None:
    runs = {name: read_run(member_folder(serial, name)) for name in MEMBERS}
    for name, table in tables_of(serial).items():
        expected = [
            getattr(run, name).assign(**({"member": member} if name in WITH_MEMBER else {}))
            for member, run in runs.items()
        ]  # one thought
        columns = (["member"] if name in WITH_MEMBER else []) + list(ALL[name].columns)
        assert list(table.columns) == columns
        assert len(table) == sum(map(len, expected))
        joined = pd.concat([part for part in expected if len(part)] or expected, ignore_index=True)[columns]
        assert_frame_equal(table.astype(joined.dtypes.to_dict()), joined)
    areas = tables_of(serial)["areas"]
    assert areas["area_id"].is_unique
    assert len(areas) > 0


def test_run_city__manifest_sums_up_its_members(serial: Path) -> None:
    manifest = read_city_manifest(serial)
    runs = [read_run(member_folder(serial, name)).manifest for name in MEMBERS]
    assert [facts.member for facts in manifest.members] == list(MEMBERS)
    assert states(manifest) == ["computed"] * 3
    assert manifest.complete
    assert manifest.steps_total == sum(run.steps_total for run in runs) == 3 * 96
    assert manifest.crosscheck_steps == 3  # one step of each member, as asked
    assert manifest.crosscheck_passed is True
    assert manifest.crosscheck_delta_voltage_pu == max(run.crosscheck_delta_voltage_pu or 0.0 for run in runs)
    assert manifest.verification_nodes == 3
    assert (manifest.policy, manifest.as_of.isoformat()) == ("baoshan-2021", "2026-11-01")
    assert manifest.rows["transformers"] == 12
    assert (manifest.options.generation, manifest.program) == (False, manifest.program)
    assert all(facts.wall_time_s > 0.0 and facts.wall_time_by_stage_s for facts in manifest.members)


def test_run_city__members_have_neither_workbook_nor_pictures_nor_generation_unless_asked(serial: Path) -> None:
    folder = member_folder(serial, "s001")
    assert not (folder / "summary.xlsx").exists()
    assert not (folder / "pictures").exists()
    nodes = read_run(folder).nodes
    assert nodes["allowed_kva"].notna().any()
    assert set(nodes["generation_reason"]) == {"not_computed"}
    assert nodes["generation_kva"].isna().all()


def test_run_city__csv_files_open_in_excel_and_count_what_the_tables_hold(serial: Path) -> None:
    path = serial / "city" / "areas_by_status.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    counted = pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    areas = tables_of(serial)["areas"]
    total = counted.iloc[-1]
    assert total.iloc[0] == "合计 total"
    assert int(total["网格数 areas"]) == len(areas)
    assert int(total["可开放 open"]) == int(areas["status"].eq("open").sum())
    assert set(counted.iloc[:-1, 0]) == {"S001", "S002", "S003"}
    members = pd.read_csv(serial / "city" / "members.csv", encoding="utf-8-sig")
    assert list(members["成员 member"]) == list(MEMBERS)
    assert "合成数据" in (serial / "city" / "overview.csv").read_text(encoding="utf-8-sig")


# --- the same whoever works ----------------------------------------------------------------------------------------


def test_run_city__two_threads_give_the_same(city_folder: Path, serial: Path, tmp_path: Path) -> None:
    assert run_in_threads(city_folder, tmp_path / "out", 2, OPTIONS).complete
    assert_same_city(serial, tmp_path / "out")


def test_run_city__processes_give_the_same(city_folder: Path, serial: Path, tmp_path: Path) -> None:
    assert run_city(read_city(city_folder), tmp_path / "out", workers=2, options=UNTRIED).complete
    assert_same_city(serial, tmp_path / "out")


@pytest.mark.whole  # a cluster takes its time to begin
def test_run_city__a_dask_cluster_gives_the_same(city_folder: Path, serial: Path, tmp_path: Path, cluster: Any) -> None:
    from distributed import Client

    with Client(cluster, set_as_default=False) as client:
        executor = client.get_executor(pure=False)
        assert run_city(
            read_city(city_folder), tmp_path / "out", workers=2, executor=executor, options=OPTIONS
        ).complete
    assert_same_city(serial, tmp_path / "out")


@pytest.mark.whole  # a cluster takes its time to begin
def test_run_study__node_capacity_is_the_same_on_threads_and_on_a_cluster(city_folder: Path, cluster: Any) -> None:
    from distributed import Client

    case = load_case(city_folder / "s001")
    window = Window(DAY["window_start"], DAY["window_end"], 15)

    def nodes(**options: Any) -> pd.DataFrame:
        return run_study(case, window=window, crosscheck_steps=0, sample_nodes=0, **options).nodes

    one = nodes(workers=1)
    assert one["allowed_kva"].notna().any()
    assert one["generation_kva"].notna().any()
    assert_frame_equal(one, nodes(workers=2), check_exact=True)
    with Client(cluster, set_as_default=False) as client:
        assert_frame_equal(one, nodes(executor=client.get_executor(pure=False)), check_exact=True)


# --- what is kept and what is made anew ------------------------------------------------------------------------------


def test_run_city__keeps_members_of_the_same_files_options_and_program(
    own_city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert states(run_in_threads(own_city, out)) == ["computed"] * 3
    made = (member_folder(out, "s001") / "manifest.json").read_bytes()
    again = run_in_threads(own_city, out)
    assert states(again) == ["kept"] * 3
    assert (member_folder(out, "s001") / "manifest.json").read_bytes() == made
    assert states(read_city_manifest(out)) == ["kept"] * 3

    with (own_city / "s002" / "customers.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert states(run_in_threads(own_city, out)) == ["kept", "computed", "kept"]
    (member_folder(out, "s003") / "nodes.parquet").unlink()
    assert states(run_in_threads(own_city, out)) == ["kept", "kept", "computed"]
    other = QUICK.model_copy(update={"engine": "pgm"})
    assert states(run_in_threads(own_city, out, options=other)) == ["computed"] * 3
    monkeypatch.setattr(member_module, "program_version", lambda: "another")
    assert states(run_in_threads(own_city, out, options=other)) == ["computed"] * 3


@pytest.mark.usefixtures("threads_instead")  # of the command that goes on
def test_run_city__killed_between_members_goes_on_with_the_same_command(own_city: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["run", str(own_city), "--out", str(out), "--workers", "1", "--no-nodes", "--from", "2026-10-31"]
    command = [sys.executable, "-c", "from capacity.cli import main; main()", *words]
    running = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    first = member_folder(out, "s001") / "manifest.json"
    try:
        deadline = time.monotonic() + 300.0
        while not first.exists() and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        workers = running.children(recursive=True)
    finally:
        running.kill()
        running.wait()
    assert first.exists(), "no member was finished before the command ended"
    assert not (out / "city").exists()
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert alive == []  # nobody goes on writing
    for folder in (out / "members").glob("[!.]*"):
        read_run(folder)  # whatever is there is whole
    done = RUNNER.invoke(app, ["--lang", "en", *words], terminal_width=200)
    assert done.exit_code == 0, done.output
    manifest = read_city_manifest(out)
    assert manifest.complete
    assert manifest.members[0].state == "kept"
    assert list((out / "members").glob(".*growing*")) == []


# --- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("threads_instead")
def test_run_city__a_member_with_errors_does_not_stop_the_others(own_city: Path, tmp_path: Path) -> None:
    network = own_city / "s002" / "network.json"
    sound = network.read_bytes()
    network.write_bytes(sound[: len(sound) // 2])
    out = tmp_path / "out"
    words = ["run", str(own_city), "--out", str(out), "--workers", "1", "--no-nodes", "--from", "2026-10-31"]
    told = RUNNER.invoke(app, ["--lang", "en", *words], terminal_width=200)
    assert told.exit_code == 1
    assert "failed s002: " in told.output
    assert "network.json" in told.output
    assert "1 of 3 members failed: the city's results are incomplete" in told.output
    manifest = read_city_manifest(out)
    assert states(manifest) == ["computed", "failed", "computed"]
    assert not manifest.complete
    assert set(tables_of(out)["nodes"]["member"]) == {"s001", "s003"}
    assert "s002" in (out / "city" / "overview.csv").read_text(encoding="utf-8-sig")
    network.write_bytes(sound)
    told = RUNNER.invoke(app, ["--lang", "zh", *words], terminal_width=200)
    assert told.exit_code == 0, told.output
    assert "沿用已有结果 2 个" in told.output
    assert states(read_city_manifest(out)) == ["kept", "computed", "kept"]


def test_run_city__a_fault_of_the_program_is_named_with_its_member(
    own_city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(case: Any, **options: Any) -> Any:
        if case.settings.name == load_case(own_city / "s003").settings.name:
            raise ZeroDivisionError("a fault")
        return run_study(case, **options)

    monkeypatch.setattr(member_module, "run_study", faulty)
    manifest = run_in_threads(own_city, tmp_path / "out")
    assert states(manifest) == ["computed", "computed", "failed"]
    assert "ZeroDivisionError: a fault" in manifest.failed[0].problem_en
    assert "test_city_run" in manifest.failed[0].problem_en  # where it happened


def test_run_city__nothing_is_written_when_every_member_fails(
    own_city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(case: Any, **options: Any) -> Any:
        raise SolverError("radial", 0, "a reason")

    monkeypatch.setattr(member_module, "run_study", faulty)
    manifest = run_in_threads(own_city, tmp_path / "out")
    assert states(manifest) == ["failed"] * 3
    assert not (tmp_path / "out" / "city").exists()


def test_run_city__members_that_do_not_fit_together_are_refused_before_anything_is_run(
    own_city: Path, tmp_path: Path
) -> None:
    text = (own_city / "city.toml").read_text(encoding="utf-8")
    (own_city / "city.toml").write_text(text.replace('"s003"', '"s003", "s009"'), encoding="utf-8")
    with pytest.raises(InputError, match="s009"):
        run_in_threads(own_city, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_run_city__refuses_a_folder_that_holds_something_else(own_city: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds other files"):
        run_in_threads(own_city, own_city)
    (tmp_path / "members").mkdir()  # and "city" beside it is not the result of one
    with pytest.raises(RunError, match="holds other files"):
        run_in_threads(own_city, tmp_path)
    assert (own_city / "city.toml").is_file()


def test_read_city_manifest__says_when_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no readable results of a city"):
        read_city_manifest(tmp_path)


@pytest.mark.parametrize(
    "error",
    [
        InputError([Issue("error", "x", "t", "c", ("1",), "wrong", "错误")]),
        SolverError("radial", 3, "a loop"),
        CrossCheckError(1e-3, 0.2, "bus A"),
    ],
)
def test_errors__travel_between_processes_with_their_facts(error: Exception) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert (str(arrived), vars(arrived)) == (str(error), vars(error))


# --- where units of work run -----------------------------------------------------------------------------------------


def test_work_through__never_has_more_under_way_than_asked() -> None:
    under_way, most = [0], [0]

    def job(number: int) -> int:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        time.sleep(0.01)
        under_way[0] -= 1
        return number

    with ThreadPoolExecutor(8) as threads:
        jobs = {str(number): (number,) for number in range(12)}
        found = dict(work_through(job, jobs, at_once=2, executor=threads))
    assert found == {str(number): number for number in range(12)}
    assert most[0] == 2


def test_work_through__an_exception_stands_in_the_place_of_its_result() -> None:
    with ThreadPoolExecutor(1) as threads:
        found = dict(work_through(city_jobs.refuse, {"a": (1,), "b": (2,)}, at_once=1, executor=threads))
    assert {name: str(error) for name, error in found.items()} == {"a": "no 1", "b": "no 2"}


@pytest.mark.parametrize("times", [1, 99])
def test_work_through__a_process_that_dies_takes_only_its_own_job(tmp_path: Path, times: int) -> None:
    jobs = {str(number): (number, tmp_path / "life", times) for number in range(4)}
    found = dict(work_through(city_jobs.die_or_square, jobs, at_once=2))
    assert {name: found[name] for name in "013"} == {"0": 0, "1": 1, "3": 9}
    if times == 1:
        assert found["2"] == 4  # alone there was memory enough
    else:
        assert type(found["2"]).__name__ == "BrokenProcessPool"


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("threads_instead")
def test_command__runs_a_city_in_both_languages_and_for_programs(own_city: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["run", str(own_city), "--out", str(out), "--workers", "1", "--no-nodes", "--from", "2026-10-31"]
    first = RUNNER.invoke(app, ["--lang", "zh", *words], terminal_width=200)
    assert first.exit_code == 0, first.output
    for told in ("合成数据", "3 个成员（沿用已有结果 0 个）", "3 台配变", "全市结果"):
        assert told in first.output
    second = RUNNER.invoke(app, ["--lang", "en", *words], terminal_width=200)
    for told in ("synthetic data", "3 members (3 kept from before)", "288 steps in all", "results of the city"):
        assert told in second.output
    manifest = json.loads(RUNNER.invoke(app, [*words, "--json"]).stdout)
    assert CityManifest.model_validate(manifest).complete
    assert manifest["options"]["window_start"] == "2026-10-31T00:00:00"


def test_command__a_scenario_is_about_a_case(own_city: Path) -> None:
    told = RUNNER.invoke(app, ["--lang", "en", "run", str(own_city), "--scenario", "x.yaml"], terminal_width=200)
    assert told.exit_code == 2
    assert "a scenario is about one case" in told.output


def test_command__names_the_extra_that_a_scheduler_needs(own_city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    told = RUNNER.invoke(
        app, ["--lang", "en", "run", str(own_city), "--scheduler", "tcp://scheduler:8786"], terminal_width=200
    )
    assert told.exit_code == 2
    assert "capacity[cluster]" in told.output


@pytest.mark.whole  # a cluster takes its time to begin
def test_command__works_on_a_cluster_by_its_address(own_city: Path, tmp_path: Path, cluster: Any) -> None:
    words = ["run", str(own_city), "--out", str(tmp_path / "out"), "--no-nodes", "--from", "2026-10-31"]
    told = RUNNER.invoke(app, ["--lang", "en", *words, "--scheduler", cluster.scheduler_address], terminal_width=200)
    assert told.exit_code == 0, told.output
    assert read_city_manifest(tmp_path / "out").workers == 2
