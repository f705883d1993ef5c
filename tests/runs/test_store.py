"""A run's folder is whole or absent, and comes back as it was written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sample_run import Recipe, build_run

from capacity.errors import RunError
from capacity.runs import read_manifest, read_run, write_run
from capacity.tables._schema import empty
from capacity.tables.results import ALL
from capacity.tables.run import Run


@pytest.fixture(scope="module")
def run() -> Run:
    return build_run()


@pytest.fixture
def stored(run: Run, tmp_path: Path) -> Path:
    write_run(run, tmp_path / "r")
    return tmp_path / "r"


def test_read_run__gives_back_what_was_written(run: Run, stored: Path) -> None:
    back = read_run(stored)
    assert back.manifest == run.manifest
    for name in ALL:
        pd.testing.assert_frame_equal(getattr(back, name), getattr(run, name))
    for name in ("area_shapes", "feeder_shapes", "places"):
        ours, theirs = getattr(run, name), getattr(back, name)
        assert theirs.crs == ours.crs
        assert ours.geometry.geom_equals(theirs.geometry).all()
    assert read_manifest(stored) == run.manifest


def test_write_run__keeps_the_unknown_unknown(run: Run, stored: Path) -> None:
    back = read_run(stored).transformers.set_index("transformer_id")
    assert np.isnan(back.loc["T014", "allowed_kva"])
    assert back["allowed_kva"].isna().sum() == run.transformers["allowed_kva"].isna().sum() > 0


def test_write_run__empty_tables(run: Run, tmp_path: Path) -> None:
    bare = replace(run, **{name: empty(ALL[name]) for name in ALL})
    write_run(bare, tmp_path / "bare")
    assert all(len(getattr(read_run(tmp_path / "bare"), name)) == 0 for name in ALL)


def test_write_run__replaces_a_run_and_keeps_the_planners_notes(run: Run, stored: Path) -> None:
    (stored / "备注.txt").write_text("notes", encoding="utf-8")
    (stored / "pictures").mkdir()
    (stored / "pictures" / "old.png").write_bytes(b"old")
    later = replace(run, manifest=run.manifest.model_copy(update={"run_name": "later"}))
    write_run(later, stored)
    assert read_manifest(stored).run_name == "later"
    assert (stored / "备注.txt").read_text(encoding="utf-8") == "notes"
    assert not (stored / "pictures").exists()


def test_write_run__will_not_replace_what_is_not_a_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "thesis.docx").write_text("years of work", encoding="utf-8")
    with pytest.raises(RunError, match="not a run"):
        write_run(run, tmp_path / "documents")
    assert (tmp_path / "documents" / "thesis.docx").exists()


def test_write_run__a_failure_half_way_leaves_the_former_state(run: Run, stored: Path) -> None:
    def fail(folder: Path) -> None:
        assert (folder / "areas.parquet").exists()
        raise OSError("disk full")

    later = replace(run, manifest=run.manifest.model_copy(update={"run_name": "later"}))
    with pytest.raises(OSError, match="disk full"):
        write_run(later, stored, also=fail)
    assert read_run(stored).manifest.run_name == run.manifest.run_name
    assert _visible(stored.parent) == ["r"]


def test_write_run__a_table_against_its_schema_leaves_the_former_state(run: Run, stored: Path) -> None:
    wrong = replace(run, areas=run.areas.assign(status="splendid"))
    with pytest.raises(Exception, match="isin"):
        write_run(wrong, stored)
    assert set(read_run(stored).areas["status"]) <= {"open", "pre_control", "blocked", "no_data"}


_KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from sample_run import Recipe, build_run
from capacity.runs import write_run
def stall(folder):
    print("half-way", flush=True)
    time.sleep(60)
write_run(build_run(Recipe(days=2)), Path(sys.argv[2]), also=stall)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX signal")
def test_write_run__killed_half_way(run: Run, stored: Path) -> None:
    here = str(Path(__file__).parent)
    with subprocess.Popen([sys.executable, "-c", _KILLED, here, str(stored)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"half-way"
        with pytest.raises(RunError, match="another process"):
            write_run(run, stored)
        os.kill(process.pid, signal.SIGKILL)
    assert any(path.name.startswith(".r.growing-") for path in stored.parent.iterdir())
    pd.testing.assert_frame_equal(read_run(stored).areas, run.areas)
    write_run(run, stored)  # the next writer is not in the way of the killed one, and clears up after it
    assert _leftovers(stored.parent) == []
    assert _visible(stored.parent) == ["r"]


def test_write_run__killed_between_the_two_renames(run: Run, stored: Path) -> None:
    stored.rename(stored.with_name(".r.former-12345678"))
    assert read_run(stored).manifest == run.manifest  # a reader finds the former state
    later = replace(run, manifest=run.manifest.model_copy(update={"run_name": "later"}))
    write_run(later, stored)
    assert read_run(stored).manifest.run_name == "later"
    assert _leftovers(stored.parent) == []


def _visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def _leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".") and path.is_dir()]


def test_read_run__names_every_fault_at_once(stored: Path) -> None:
    (stored / "nodes.parquet").unlink()
    (stored / "alerts.parquet").write_bytes((stored / "alerts.parquet").read_bytes()[:200])
    pd.DataFrame({"feeder_id": ["F1"], "surprise": [1]}).to_parquet(stored / "feeders.parquet")
    (stored / "area_shapes.parquet").write_bytes(b"nonsense")
    with pytest.raises(RunError) as caught:
        read_run(stored)
    text = str(caught.value)
    for part in (
        "nodes.parquet: missing",
        "alerts.parquet: damaged",
        "surprise",
        "area_shapes.parquet: damaged",
        "缺失",
    ):
        assert part in text


def test_read_run__a_flipped_byte(stored: Path) -> None:
    path = stored / "transformer_curves.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(RunError, match=r"transformer_curves\.parquet: damaged"):
        read_run(stored)


def test_read_run__values_that_no_run_can_have(stored: Path) -> None:
    areas = pd.read_parquet(stored / "areas.parquet")
    areas["status"] = "splendid"
    areas.to_parquet(stored / "areas.parquet")
    with pytest.raises(RunError, match=r"areas\.parquet.*status"):
        read_run(stored)


def test_read_run__another_format_version(stored: Path) -> None:
    content = json.loads((stored / "manifest.json").read_text(encoding="utf-8"))
    content["format_version"] = 99
    (stored / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(RunError, match="format version 99"):
        read_run(stored)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format_version": 2}'])
def test_read_run__a_damaged_manifest(stored: Path, content: str) -> None:
    (stored / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match=r"manifest\.json: damaged"):
        read_run(stored)


def test_read_run__no_folder(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no folder"):
        read_run(tmp_path / "nowhere")


def test_sample_run__covers_what_a_run_holds(run: Run) -> None:
    assert {field.name for field in fields(Run)} == {*ALL, "manifest", "area_shapes", "feeder_shapes", "places"}
    assert set(run.areas["status"]) == {"open", "pre_control", "blocked", "no_data"}
    assert set(run.alerts["rule"]) == {"P3", "P4", "P5", "P6"}


@pytest.mark.whole
def test_write_run__a_year_of_seventy_transformers(tmp_path: Path) -> None:
    run = build_run(Recipe(days=365))
    curves = run.transformer_curves
    copies = [curves.assign(transformer_id=curves["transformer_id"] + f"-{n}").astype(curves.dtypes) for n in range(4)]
    large = replace(run, transformer_curves=pd.concat(copies, ignore_index=True).iloc[: 70 * 35_040])
    assert len(large.transformer_curves) == 70 * 35_040
    write_run(large, tmp_path / "large")
    assert len(read_run(tmp_path / "large").transformer_curves) == 70 * 35_040
