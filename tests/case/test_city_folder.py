"""A city on disk: made member by member, completed after a stop, and read with every problem named."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from city_cases import SMALL, small_city
from pandapower.toolbox import nets_equal

from capacity.case import load_case, read_city, write_city
from capacity.case.city import writing
from capacity.errors import InputError
from capacity.tables.case import Window


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cities") / "small"
    write_city(SMALL, folder)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "city"))


def contents(folder: Path) -> dict[str, str]:
    """Every file's hash; parquet and JSON are written deterministically."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def problems(folder: Path) -> dict[str, tuple[str, ...]]:
    return {issue.check: issue.ids for issue in read_city(folder).reading_issues}


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode("utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new).encode("utf-8"))


def test_write_city__reads_back_member_by_member_as_generated(made: Path) -> None:
    city = read_city(made)
    assert city.reading_issues == ()
    assert city.settings.members == ("s001", "s002")
    assert city.settings.synthetic
    assert city.window == Window.before(city.members and small_city()[0].window.end, 15, 1)
    for member, case in zip(city.members, small_city(), strict=True):
        back = load_case(member)
        assert back.reading_issues == ()
        assert back.settings == case.settings
        assert nets_equal(back.net, case.net)


def test_write_city__readme_says_what_it_is_and_how_it_was_made(made: Path) -> None:
    text = (made / "README.md").read_text(encoding="utf-8")
    for fact in ("synthetic", "合成城市", "--substations 2 --feeders 2 --transformers 3 --nodes 6 --months 1 --seed 7"):
        assert fact in text
    assert "--from 2026-10-01 --to 2026-11-01" in text


def test_write_city__readme_does_not_name_a_command_that_makes_another_city(tmp_path: Path) -> None:
    write_city(replace(SMALL, substations=1, pv_share=0.5), tmp_path / "city")
    assert "capacity city" not in (tmp_path / "city" / "README.md").read_text(encoding="utf-8")


def test_write_city__takes_up_where_it_was_stopped(folder: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "s002" / "network.json").unlink()
    (folder / ".s002-0123abcd").mkdir()
    (folder / ".s002-0123abcd" / "case.toml").write_text("half", encoding="utf-8")
    assert {"city.member_incomplete"} == set(problems(folder))
    asked = []
    generate = writing.city_part
    monkeypatch.setattr(writing, "city_part", lambda plan, part: asked.append(part) or generate(plan, part))
    write_city(SMALL, folder)
    assert asked == [1]
    assert contents(folder) == contents(made)


def test_write_city__stopped_by_force_leaves_whole_members_only(
    tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "city"
    write_parquet = small_city()[0].profiles.to_parquet.__func__
    written = []

    def stop_at_the_second(frame: object, *where: object, **how: object) -> None:
        written.append(where)
        if len(written) == 2:
            raise KeyboardInterrupt
        write_parquet(frame, *where, **how)

    with monkeypatch.context() as stopping:
        stopping.setattr("pandas.DataFrame.to_parquet", stop_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            write_city(SMALL, folder)
    assert (folder / "s001" / "network.json").is_file()
    assert not (folder / "s002").exists()
    assert problems(folder) == {"city.member_missing": ("s002",)}
    told = []
    assert write_city(SMALL, folder, progress=lambda *done: told.append(done)).reading_issues == ()
    assert told == [(1, 2), (2, 2)]
    assert contents(folder) == contents(made)


def test_write_city__refuses_a_city_of_another_plan_and_foreign_files(folder: Path, tmp_path: Path) -> None:
    before = contents(folder)
    with pytest.raises(InputError, match="pv_share, seed"):
        write_city(replace(SMALL, seed=8, pv_share=0.9), folder)
    assert contents(folder) == before
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="empty folder"):
        write_city(SMALL, tmp_path / "other")
    assert contents(tmp_path / "other").keys() == {"letter.txt"}


def test_read_city__names_every_problem_at_once(folder: Path) -> None:
    shutil.copytree(folder / "s001", folder / "s003")
    shutil.copytree(folder / "s001", folder / "s004")
    rewrite(folder / "city.toml", '"s002",', '"s002", "s003", "s004", "s005", "s001"')
    rewrite(folder / "s002" / "case.toml", "as_of = 2026-11-01", "as_of = 2026-10-01")
    rewrite(folder / "s003" / "case.toml", "step_minutes = 15", "step_minutes = 30")
    rewrite(folder / "s003" / "case.toml", 'policy = "baoshan-2021"', 'policy = "own"')
    rewrite(folder / "s004" / "case.toml", "as_of", "asof")
    found = problems(folder)
    assert found["city.member_missing"] == ("s005",)
    assert found["city.member_twice"] == ("s001",)
    assert found["city.as_of"] == ("s002",)
    assert found["city.step_minutes"] == ("s003",)
    assert found["city.policy"] == ("s003",)
    assert found["city.member_settings"] == ("s004",)
    doubled = {i.column: i for i in read_city(folder).reading_issues if i.check == "city.doubled_ids"}
    assert doubled.keys() == {"substation_id", "feeder_id", "transformer_id", "area_id"}
    assert "S001: s001, s003" in doubled["substation_id"].sentence_en
    issues = read_city(folder).reading_issues
    assert all(issue.severity == "error" and issue.sentence_zh and issue.sentence_en for issue in issues)


def test_read_city__own_policy_files_of_one_name_are_compared_by_their_text(folder: Path) -> None:
    for name in ("s001", "s002"):
        (folder / name / "baoshan-2021.yaml").write_text("name: ours", encoding="utf-8")
    assert problems(folder) == {}
    (folder / "s002" / "baoshan-2021.yaml").write_text("name: ours, changed", encoding="utf-8")
    assert set(problems(folder)) == {"city.policy"}


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda folder: shutil.rmtree(folder), "city.folder"),
        (lambda folder: (folder / "city.toml").unlink(), "city.folder"),
        (lambda folder: (folder / "city.toml").write_text("name = ", encoding="utf-8"), "city.settings"),
        (lambda folder: rewrite(folder / "city.toml", '"s001"', '"../s001"'), "city.settings"),
        (lambda folder: rewrite(folder / "city.toml", "as_of = 2026-11-01\nsynthetic", "synthetic"), "city.settings"),
    ],
)
def test_read_city__no_city_can_be_read(folder: Path, change, check: str) -> None:
    change(folder)
    with pytest.raises(InputError) as refused:
        read_city(folder)
    assert [issue.check for issue in refused.value.issues] == [check]
