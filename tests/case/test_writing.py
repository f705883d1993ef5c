"""What is written is read back the same; a writing that fails leaves the old folder alone."""

import json
from dataclasses import fields, replace

import pandas as pd
import pytest
from pandapower.toolbox import nets_equal

from capacity.case import load_case, write_case
from capacity.case.folder import writing
from capacity.case.folder.reading import TABLE_FILES

OPTIONAL = {
    "exclusions.csv": 'transformer_id,from,to,reason,author\nT1,2023-06-01 10:15,2023-06-02,"换表, 校验",张\n',
    "customers.csv": "customer_id,transformer_id,node_id,contract_kva,phases,category\nC1,T1,n2,8.5,1,residential\n",
    "projects.csv": "project_id,stage,status,commissioning_date\nP1,released,running,2024-06-30\n",
    "applications.csv": "application_id,transformer_id,p_kw,status\nB1,T1,80,accepted\n",
    "outages.csv": "feeder_id,start,end,kind,customers\nS-A,2023-05-01 08:00:30,,fault,12\n",
    "feeders.csv": "feeder_id,name,substation_id,head_line_id,limit_percent\nS-A,一线,S,S-A,50\nS-C,二线,S,S-C,\n",
    "substations.csv": "substation_id,name,busbar_id,rated_kva\nS,城北变,S,20000\n",
}


@pytest.mark.parametrize("complete", [False, True])
def test_round_trip__same_case(folder, tmp_path, complete):
    if complete:
        for file, text in OPTIONAL.items():
            (folder / file).write_text(text, encoding="utf-8-sig")
        daily = pd.DataFrame({"date": [pd.Timestamp("2023-06-01")], "transformer_id": "T1", "s_max_kva": [31.0]})
        daily.to_parquet(folder / "daily_maxima.parquet", index=False)
    case = load_case(folder)
    write_case(case, tmp_path / "copy" / "tiny")
    again = load_case(tmp_path / "copy" / "tiny")

    assert again.settings == case.settings
    assert again.reading_issues == case.reading_issues
    for field in fields(case):
        value = getattr(case, field.name)
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(value, getattr(again, field.name))
    for field in fields(case.topology):
        pd.testing.assert_frame_equal(getattr(case.topology, field.name), getattr(again.topology, field.name))
    assert nets_equal(case.net, again.net)
    write_case(again, tmp_path / "third")
    third = load_case(tmp_path / "third")
    assert third.hashes == again.hashes, "writing is repeatable to the byte"


def test_derived_parts__not_written_as_if_given(folder, tmp_path):
    content = json.loads((folder / "areas.geojson").read_text(encoding="utf-8"))
    content["features"][0]["geometry"] = None
    (folder / "areas.geojson").write_text(json.dumps(content), encoding="utf-8")
    write_case(load_case(folder), tmp_path / "copy")

    assert (
        json.loads((tmp_path / "copy" / "areas.geojson").read_text(encoding="utf-8"))["features"][0]["geometry"] is None
    )
    assert "T2,,,A1,,public" in (tmp_path / "copy" / "transformers.csv").read_text(encoding="utf-8-sig")
    assert not (tmp_path / "copy" / "feeders.csv").exists()


def test_csv__opens_in_excel(folder, tmp_path):
    write_case(load_case(folder), tmp_path / "copy")
    assert (tmp_path / "copy" / "transformers.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_other_files_kept__and_emptied_tables_gone(folder):
    (folder / "README.md").write_text("how it was made", encoding="utf-8")
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "a.yaml").write_text("name: a", encoding="utf-8")
    case = load_case(folder)
    write_case(replace(case, measurements=case.measurements.iloc[0:0]), folder)

    assert (folder / "README.md").read_text(encoding="utf-8") == "how it was made"
    assert (folder / "scenarios" / "a.yaml").is_file()
    assert not (folder / "measurements.parquet").exists()
    assert [path.name for path in folder.parent.iterdir()] == ["tiny"]


def test_failure_half_way__old_folder_stays(folder, monkeypatch):
    case = load_case(folder)
    before = case.hashes

    def fail(*_args, **_kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(writing, "write_csv", fail)
    with pytest.raises(OSError, match="disk full"):
        write_case(case, folder)
    assert load_case(folder).hashes == before
    assert [path.name for path in folder.parent.iterdir()] == ["tiny"]


def test_every_table_of_the_schemas__has_a_file():
    assert {"transformers.csv", "measurements.parquet", "daily_maxima.parquet", "feeders.csv"} <= set(TABLE_FILES)
