"""``capacity publish`` as people type it: release after release, the gate, refusals, and a writer that is killed."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from page_shells import plain_page
from published_runs import TODAY, contents, copied, next_month, public_run, written
from typer.testing import CliRunner

from capacity.cli import app, main
from capacity.cli.publishing import publish_demo
from capacity.disclosure import Basis, Prepared, prepare, read_record
from capacity.disclosure.site import built_page
from capacity.disclosure.site.script import arguments_of
from capacity.errors import InputError, PublicationError, RunError, UnexplainedJumps
from capacity.publish import forget_synthetic, publish, publish_internal
from capacity.publish.sources import basis_at
from capacity.runs import swap
from capacity.tables.city_run import CityManifest, MemberFacts, MemberOptions
from capacity.tables.run import Run

RUNNER = CliRunner()
FIRST, SECOND, CORRECTED = "2026-01", "2026-02", "2026-02-r2"
HALVED = {"peaks_percent": {"T001": 8.0, "T003": 6.0}}
"""Two transformers of area A01 lose most of their load: nothing explains that."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(public_run(), tmp_path_factory.mktemp("runs") / "january")


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(next_month(), tmp_path_factory.mktemp("runs") / "february")


@pytest.fixture(scope="module")
def jumping(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(next_month(**HALVED), tmp_path_factory.mktemp("runs") / "jumping")


_PREPARED: dict[object, Prepared] = {}


def _prepare_once(basis: Basis, *words: object) -> Prepared:
    """The same run after the same releases is prepared once."""
    former, today, approvals = words[3:]
    past = former and (former.key, tuple(entry.release_id for entry in former.entries))  # type: ignore[attr-defined]
    asked = (basis.manifest_sha256, basis.areas["allowed_kva"].sum(), past, today, approvals and approvals.content)  # type: ignore[attr-defined]
    if asked not in _PREPARED:
        _PREPARED[asked] = prepare(basis, *words)  # type: ignore[arg-type]
    return _PREPARED[asked]


@cache
def _basis_once(folder: Path) -> object:
    return basis_at(folder, lambda done, total: None)


def _quickly(monkeypatch: pytest.MonkeyPatch, assets: Path) -> None:
    for module in ("release", "internal"):
        monkeypatch.setattr(f"capacity.publish.{module}.built_page", lambda: assets)
    monkeypatch.setattr("capacity.publish.release.writers", list)
    monkeypatch.setattr("capacity.publish.release.prepare", _prepare_once)
    monkeypatch.setattr("capacity.publish.release.basis_at", lambda folder, told: _basis_once(folder))


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page without a map, no downloads, nothing read or prepared twice: for tests of what happens when."""
    _quickly(monkeypatch, plain_page(tmp_path / "static"))


@pytest.fixture(scope="module")
def first_site(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as patched:
        _quickly(patched, plain_page(folder / "static"))
        publish(run, folder / "site", today=TODAY)
    return folder / "site"


@pytest.fixture
def site(first_site: Path, tmp_path: Path, quick: None) -> Path:
    """A site with the first release, and its record."""
    return copied(first_site, tmp_path / "out" / "site", ".record")


def typed(*words: object, lang: str = "en", code: int = 0) -> str:
    result = RUNNER.invoke(app, ["--lang", lang, *map(str, words)], terminal_width=200)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


def said_by_main(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object, lang: str = "en"
) -> str:
    """What the whole program says when it ends with exit code 1."""
    monkeypatch.setattr("sys.argv", ["capacity", "--lang", lang, *map(str, words)])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    return capsys.readouterr().err


def ids_of(site: Path) -> list[str]:
    index = json.loads((site / "releases" / "index.json").read_text(encoding="utf-8"))
    return [entry["id"] for entry in index["releases"]]


def recorded(record: Path) -> list[str]:
    return [entry.release_id for entry in read_record(record).entries]


def page_of(site: Path, release: str) -> dict[str, object]:
    script = (site / "releases" / release / "release.js").read_text(encoding="utf-8")
    return arguments_of(script, "release")[0]  # type: ignore[return-value]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_publish__whole_site_with_everything_and_what_the_screen_says(lang: str, run: Path, tmp_path: Path) -> None:
    try:
        built_page()
    except PublicationError:
        pytest.skip("the map page has not been built (python -m tools.build_web)")
    site = tmp_path / "site"
    said = typed("publish", run, "--to", site, "--today", TODAY, lang=lang)
    if lang == "en":
        assert "published release 2026-01, data as of 2026-01-01, 6 areas" in said
        assert "withheld 1 (too few customers 1)" in said
        assert "the first release" in said
        assert "never upload it" in said
    else:
        assert "已发布 2026-01 期，数据截止 2026-01-01，共 6 个网格" in said
        assert "不予公开 1（用户过少 1）" in said
        assert "首次发布" in said
        assert "内部资料" in said
    assert str(site / "index.html") in said
    folder = site / "releases" / FIRST
    there = contents(folder)
    listed = {file["path"] for file in json.loads(there["release.json"])["files"]}
    assert listed == set(there) - {"release.json", "checksums.sha256"}
    assert {"downloads/areas.gpkg", "downloads/capacity.xlsx", "map.zh.png", "map.en.png", "notices/1.pdf"} <= listed
    offered = page_of(site, FIRST)["downloads"]
    assert {entry["path"] for entry in offered} == listed - {"index.html", "release.js", "hours-000.js"}
    assert {entry["branch"] for entry in offered if entry["kind"] == "pdf"} == {"隆阳分公司", "施甸分公司"}
    guide = (site / "guide.html").read_text(encoding="utf-8")
    assert "<h2>" in guide
    assert "5 kVA" in guide
    assert not list(site.rglob("*.csv")) or "C-T001" not in "".join(
        path.read_text(encoding="utf-8-sig") for path in site.rglob("*.csv")
    )


def test_publish__figures_on_the_page_are_the_runs_rounded_down(run: Path, site: Path) -> None:
    areas = pd.DataFrame(page_of(site, FIRST)["areas"]).set_index("name")
    exact = pd.read_parquet(run / "areas.parquet").set_index("name")
    full = areas[(areas["publication"] == "full") & (areas["status"] != "no_data")]
    assert len(full) == 4
    for name, row in full.iterrows():
        allowed = exact.loc[name, "allowed_kva"]
        assert row["allowed_kva"] == (allowed + 1e-9) // 5 * 5
        assert row["status"] == exact.loc[name, "status"]
    assert areas.loc["水长村", "allowed_kva"] is None or pd.isna(areas.loc["水长村", "allowed_kva"])


def test_publish__next_release_keeps_the_former_byte_for_byte(later: Path, site: Path) -> None:
    before = contents(site / "releases" / FIRST)
    done = publish(later, site, today=TODAY)
    assert done.releases == (SECOND, FIRST)
    assert contents(site / "releases" / FIRST) == before
    assert ids_of(site) == [SECOND, FIRST]
    assert recorded(done.record or Path()) == [FIRST, SECOND]
    page = page_of(site, SECOND)
    assert page["about"]["previous_id"] == FIRST
    again = page_of(site, FIRST)["areas"]
    code_of = dict(zip(page["areas"]["name"], page["areas"]["area_code"], strict=True))
    assert code_of == dict(zip(again["name"], again["area_code"], strict=True))


def test_publish__the_same_month_again_is_a_correction(later: Path, site: Path) -> None:
    for expected in (SECOND, CORRECTED, "2026-02-r3"):
        assert publish(later, site, today=TODAY).release.about.release_id == expected
    assert ids_of(site) == ["2026-02-r3", CORRECTED, SECOND, FIRST]


def test_publish__same_run_and_record_give_the_same_bytes(
    later: Path, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capacity.publish.release.prepare", prepare)
    monkeypatch.setattr("capacity.publish.release.basis_at", basis_at)
    for name in ("one", "two"):
        copied(site, tmp_path / name / "site", ".record")
        bond = tmp_path / name / "site.record" / "site.json"
        bond.write_text(
            json.dumps(json.loads(bond.read_text(encoding="utf-8")) | {"site": str(tmp_path / name / "site")}),
            encoding="utf-8",
        )
        publish(later, tmp_path / name / "site", today=TODAY)
    assert contents(tmp_path / "one" / "site") == contents(tmp_path / "two" / "site")


def test_publish__jumps_stop_it_with_a_list_to_approve(
    jumping: Path, site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before, record = contents(site), site.with_name("site.record")
    path = record / "jumps-2026-02.csv"
    words = ("publish", jumping, "--to", site, "--today", TODAY)
    assert str(path) in said_by_main(monkeypatch, capsys, *words)
    assert "--accept" in said_by_main(monkeypatch, capsys, *words, lang="zh")
    assert contents(site) == before
    assert recorded(record) == [FIRST]
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["A01"]

    unfilled = said_by_main(monkeypatch, capsys, *words, "--accept", path)
    assert "approvals.empty" in unfilled
    rows[1][-2:] = ["王工", "两台配变负荷转移至新线路"]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    said = typed(*words, "--accept", path)
    assert "1 moves approved by a person" in said
    assert ids_of(site) == [SECOND, FIRST]
    assert (record / SECOND / "approvals.csv").read_bytes() == path.read_bytes()
    assert recorded(record) == [FIRST, SECOND]


def test_publish__approvals_of_another_run_are_refused(later: Path, jumping: Path, site: Path, tmp_path: Path) -> None:
    with pytest.raises(UnexplainedJumps) as stopped:
        publish(jumping, site, today=TODAY)
    assert stopped.value.count == 1
    with pytest.raises(InputError, match="does not jump in this run"):
        publish(later, site, accept=Path(stopped.value.path), today=TODAY)
    assert ids_of(site) == [FIRST]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scenario": "growth"}, "scenario"),
        ({"crosscheck_passed": False}, "not confirmed by pandapower"),
    ],
)
def test_publish__runs_that_nothing_may_be_published_from(
    change: dict[str, object], said: str, tmp_path: Path, quick: None
) -> None:
    run = public_run()
    unfit = written(replace(run, manifest=run.manifest.model_copy(update=change)), tmp_path / "run")
    with pytest.raises(PublicationError, match=said):
        publish(unfit, tmp_path / "site", today=TODAY)
    assert not (tmp_path / "site").exists()
    assert not (tmp_path / "site.record").exists()


def test_publish__old_data_are_marked(run: Path, tmp_path: Path, quick: None) -> None:
    result = RUNNER.invoke(
        app, ["--lang", "en", "publish", str(run), "--to", str(tmp_path / "s"), "--today", "2026-06-01"]
    )
    assert "more than 62 days old" in result.output
    assert page_of(tmp_path / "s", FIRST)["about"]["stale"] is True


def test_publish__site_without_its_record_is_refused(later: Path, site: Path) -> None:
    elsewhere = site.with_name("kept")
    site.with_name("site.record").rename(elsewhere)
    with pytest.raises(PublicationError, match="has no record"):
        publish(later, site, today=TODAY)
    done = publish(later, site, record=elsewhere, today=TODAY)
    assert done.releases == (SECOND, FIRST)
    assert recorded(elsewhere) == [FIRST, SECOND]


def test_publish__record_of_another_site_is_refused(run: Path, later: Path, site: Path, tmp_path: Path) -> None:
    other = publish(run, tmp_path / "other", today=TODAY.replace(day=11)).record
    with pytest.raises(PublicationError, match="does not belong to the site"):
        publish(later, site, record=other, today=TODAY)


def test_publish__former_release_tampered_with_is_refused(later: Path, site: Path) -> None:
    (site / "releases" / FIRST / "release.js").write_text("x", encoding="utf-8")
    with pytest.raises(PublicationError, match=r"release\.js: changed"):
        publish(later, site, today=TODAY)
    assert recorded(site.with_name("site.record")) == [FIRST]


def test_publish__withdrawn_release_is_still_remembered(later: Path, site: Path) -> None:
    import shutil

    shutil.rmtree(site / "releases" / FIRST)
    done = publish(later, site, today=TODAY)
    assert done.releases == (SECOND,)
    assert done.release.about.previous_id == FIRST
    assert recorded(site.with_name("site.record")) == [FIRST, SECOND]


def test_publish__previous_site_is_taken_up_in_a_new_place(later: Path, site: Path, tmp_path: Path) -> None:
    before = _without_locks(site.parent)
    done = publish(later, tmp_path / "new", previous=site, today=TODAY)
    assert done.releases == (SECOND, FIRST)
    assert recorded(tmp_path / "new.record") == [FIRST, SECOND]
    assert _without_locks(site.parent) == before
    with pytest.raises(PublicationError, match=r"releases that .* does not have: 2026-02"):
        publish(later, tmp_path / "new", previous=site, today=TODAY)
    with pytest.raises(PublicationError, match="not a site"):
        publish(later, tmp_path / "newer", previous=tmp_path, today=TODAY)


@pytest.mark.parametrize(
    ("to", "record", "said"),
    [
        ("run", None, "must not lie inside"),
        ("run/site", None, "must not lie inside"),
        ("site", "site/record", "must not lie inside"),
        ("site", "site", "must not lie inside"),
        ("notes", None, "something else than a published site"),
        ("htdocs/map", None, "a web server shows"),
        ("server/map", None, "a web server shows"),
        ("server/map", "server/data/map.record", "a web server shows"),
    ],
)
def test_publish__places_that_must_not_be_mixed(
    to: str, record: str | None, said: str, run: Path, tmp_path: Path, quick: None
) -> None:
    copied(run, tmp_path / "run")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "index.html").write_text("welcome", encoding="utf-8")
    before = contents(tmp_path)
    with pytest.raises(PublicationError, match=said):
        publish(tmp_path / "run", tmp_path / to, record=tmp_path / record if record else None, today=TODAY)
    assert contents(tmp_path) == before


def test_publish__straight_into_a_web_servers_folder_with_the_record_elsewhere(
    run: Path, tmp_path: Path, quick: None
) -> None:
    done = publish(run, tmp_path / "htdocs" / "map", record=tmp_path / "kept" / "map.record", today=TODAY)
    assert ids_of(done.site) == [FIRST]
    assert recorded(tmp_path / "kept" / "map.record") == [FIRST]
    assert [path.name for path in (tmp_path / "htdocs").iterdir() if path.is_dir()] == ["map"]


def test_publish_internal__never_meets_a_public_site(run: Path, site: Path, tmp_path: Path) -> None:
    for place in (site, site / "sub"):
        with pytest.raises(PublicationError, match="public site"):
            publish_internal(run, place, today=TODAY)
    internal = publish_internal(run, tmp_path / "internal", today=TODAY).site
    for place in (internal, internal / "sub"):
        with pytest.raises(PublicationError, match="internal site"):
            publish(run, place, today=TODAY)
    with pytest.raises(PublicationError, match="something else"):
        publish_internal(run, tmp_path / "static", today=TODAY)
    assert not (tmp_path / "internal.record").exists()


def test_publish_internal__exact_figures_and_equipment_row_by_row(run: Path, tmp_path: Path, quick: None) -> None:
    said = typed("publish", run, "--to", tmp_path / "internal", "--internal", "--today", TODAY)
    assert "never publish it" in said
    folder = tmp_path / "internal"
    (handed,) = arguments_of((folder / "internal.js").read_text(encoding="utf-8"), "internal")
    page = page_of(folder, FIRST)
    assert set(page["areas"]["publication"]) == {"full"}
    assert handed["areas"]["area_id"] == page["areas"]["area_code"]
    assert handed["areas"]["name"] == page["areas"]["name"]
    exact = pd.read_parquet(run / "areas.parquet").set_index("area_id")["allowed_kva"]
    for area_id, figure in zip(handed["areas"]["area_id"], handed["areas"]["allowed_kva"], strict=True):
        assert figure is None if pd.isna(exact[area_id]) else figure == pytest.approx(exact[area_id])
    assert all(lon is not None for lon in handed["transformers"]["lon"])
    assert [len(lines) for lines in handed["feeders"]["lines"]] == [1, 1, 1]
    assert len(handed["nodes"]["node_id"]) == len(pd.read_parquet(run / "nodes.parquet"))
    for table in ("transformers", "nodes", "substations", "feeders", "alerts"):
        assert len({len(column) for column in handed[table].values()}) == 1
    again = publish_internal(run, folder, today=TODAY)
    assert again.releases == (FIRST,)
    assert typed("publish", run, "--to", folder, "--internal", "--previous", folder, code=2)


def test_publish__wrong_usage_exits_two(run: Path, tmp_path: Path) -> None:
    typed("publish", run, code=2)
    assert "not a date" in typed("publish", run, "--to", tmp_path / "s", "--today", "soon", code=2)
    assert "无法识别的日期" in typed("publish", run, "--to", tmp_path / "s", "--today", "soon", code=2, lang="zh")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_publish__place_that_cannot_be_written_is_a_sentence(
    lang: str,
    run: Path,
    tmp_path: Path,
    quick: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "taken").write_text("a file where a folder is needed", encoding="utf-8")
    words = ("publish", run, "--to", tmp_path / "taken" / "site")
    said = said_by_main(monkeypatch, capsys, *words, lang=lang)
    assert "taken" in said
    assert ("写权限" if lang == "zh" else "your rights") in said


def test_publish__one_writer_at_a_time(later: Path, site: Path) -> None:
    for held in (site, site.with_name("site.record")):
        with swap.only_writer(held), pytest.raises(RunError, match="another process"):
            publish(later, site, today=TODAY)
    assert ids_of(site) == [FIRST]
    assert recorded(site.with_name("site.record")) == [FIRST]


class Stop(BaseException):
    """Like Ctrl-C."""


@pytest.mark.parametrize("where", ["write_site", "write_record", "write_bond"])
def test_publish__interrupted_leaves_everything_as_it_was(
    where: str, later: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _without_locks(site.parent)

    def stop(*_: object, **__: object) -> None:
        raise Stop

    monkeypatch.setattr(f"capacity.publish.release.{where}", stop)
    with pytest.raises(Stop):
        publish(later, site, today=TODAY)
    assert _without_locks(site.parent) == before
    assert sorted(path.name for path in site.parent.iterdir() if path.is_dir()) == ["site", "site.record"]


def test_publish__interrupted_when_the_site_is_there_already_keeps_the_record_too(
    later: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = swap.shutil.rmtree

    def stop(path: Path, *words: object, **more: object) -> None:
        if ".former-" in str(path):
            monkeypatch.setattr(swap.shutil, "rmtree", remove)
            raise Stop
        remove(path, *words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(swap.shutil, "rmtree", stop)
    with pytest.raises(Stop):
        publish(later, site, today=TODAY)
    assert ids_of(site) == [SECOND, FIRST]
    assert recorded(site.with_name("site.record")) == [FIRST, SECOND]


def _without_locks(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in contents(folder).items() if not name.endswith(".lock")}


@pytest.mark.skipif(sys.platform == "win32", reason="kills a forked process")
@pytest.mark.parametrize(("first", "done"), [*((True, n) for n in range(4)), *((False, n) for n in range(6))])
def test_publish__killed_between_renames_site_and_record_stay_together(
    first: bool, done: int, run: Path, later: Path, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies after ``done`` of its renames; the next publication finds a whole state and goes on."""
    place = tmp_path / "fresh" / "site" if first else site
    renames = 3 if first else 5  # record pending, site away, site in, record away, record in; at first nothing is away
    published = done >= (2 if first else 3)  # the swap of the site decides
    child = os.fork()
    if child == 0:
        _die_after(done, run if first else later, place)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == (0 if done == renames else 9)

    expected = FIRST if first else SECOND
    now = swap.present(place)
    assert (now.is_dir() and expected in ids_of(now)) == published
    again = publish(later, place, today=TODAY)
    former = [] if first else [FIRST]
    former += [expected] if published else []
    month = [name for name in former if name.startswith(SECOND)]
    newest = SECOND if not month else CORRECTED
    assert sorted(ids_of(place)) == sorted([*former, newest])
    assert recorded(again.record or Path()) == [*former, newest]
    beside = sorted(path.name for path in place.parent.iterdir() if path.is_dir())
    assert beside == ["site", "site.record"]


def _die_after(done: int, run: Path, place: Path) -> None:
    """In a forked process: publish, and die without a word once so many folders have been renamed."""
    rename, made = swap._rename, [0]

    def counted(source: Path, target: Path) -> None:
        if made[0] == done:
            os._exit(9)
        rename(source, target)
        made[0] += 1

    swap._rename = counted  # type: ignore[assignment]
    try:
        publish(run, place, today=TODAY)
    except BaseException:
        os._exit(8)
    os._exit(0)


def test_publish__city_from_the_runs_of_its_members(run: Path, tmp_path: Path, quick: None) -> None:
    city = tmp_path / "city"
    for member in ("east", "west"):
        copied(run, city / "members" / member)
    _city_manifest(city, failed=())
    done = publish(city, tmp_path / "site", today=TODAY)
    assert done.release.about.title_zh == "示例市"
    assert done.release.about.areas_total == 12
    assert done.release.areas["area_code"].is_unique
    internal = publish_internal(city, tmp_path / "internal", today=TODAY)
    (handed,) = arguments_of((internal.site / "internal.js").read_text(encoding="utf-8"), "internal")
    keys = [f"{m}/{a}" for m, a in zip(handed["areas"]["member"], handed["areas"]["area_id"], strict=True)]
    assert keys == internal.release.areas["area_code"].tolist()
    assert set(handed["transformers"]["member"]) == {"east", "west"}

    _city_manifest(city, failed=("west",))
    _basis_once.cache_clear()
    with pytest.raises(PublicationError, match="members of the city failed: west"):
        publish(city, tmp_path / "site", today=TODAY)


def _city_manifest(city: Path, failed: tuple[str, ...]) -> None:
    manifest = public_run().manifest
    members = [MemberFacts(member=name, state="failed" if name in failed else "computed") for name in ("east", "west")]
    content = CityManifest(
        city="sample",
        title_zh="示例市",
        title_en="Sample city",
        synthetic=True,
        city_folder="",
        created_at=manifest.created_at,
        as_of=manifest.as_of,
        complete=not failed,
        options=MemberOptions(),
        program="",
        package_versions={},
        policy=manifest.policy,
        policy_values=manifest.policy_values,
        steps_total=1,
        steps_failed=0,
        crosscheck_steps=0,
        crosscheck_delta_voltage_pu=None,
        crosscheck_delta_loading_percent=None,
        crosscheck_passed=True,
        verification_nodes=0,
        verification_false_open=0,
        verification_false_blocked=0,
        wall_time_s=1.0,
        workers=1,
        rows={},
        members=members,
    )
    (city / "city").mkdir(exist_ok=True)
    (city / "city" / "city.json").write_text(content.model_dump_json(), encoding="utf-8")


def test_publish_demo__begins_anew_every_time(
    run: Path, tmp_path: Path, quick: None, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        publish_demo(run, tmp_path / "public")
        assert ids_of(tmp_path / "public") == [FIRST]
    assert str(tmp_path / "public" / "index.html") in capsys.readouterr().out.replace("\n", "")


def test_forget_synthetic__only_invented_grids(site: Path, tmp_path: Path, quick: None) -> None:
    forget_synthetic(site)
    assert not site.exists()
    assert not site.with_name("site.record").exists()
    real: Run = public_run()
    real = replace(real, manifest=real.manifest.model_copy(update={"synthetic": False}))
    publish(written(real, tmp_path / "real"), site, today=TODAY)
    with pytest.raises(PublicationError, match="real grid"):
        forget_synthetic(site)
    assert ids_of(site) == [FIRST]
