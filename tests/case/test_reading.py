"""Reading a case folder: what it gives, and that every problem of every file is named at once."""

import hashlib
import json

import pandapower as pp
import pandas as pd
import pytest

from capacity.case import load_case
from capacity.errors import InputError


def found(case, check):
    """The issues of one check."""
    return [issue for issue in case.reading_issues if issue.check == check]


def only(case, check):
    issues = found(case, check)
    assert len(issues) == 1, [issue.check for issue in case.reading_issues]
    return issues[0]


def edit(path, old, new):
    text = path.read_text(encoding="utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8-sig")


def test_sound_folder__read_completely(folder):
    case = load_case(folder)

    assert [issue for issue in case.reading_issues if issue.severity != "info"] == []
    assert case.settings.title_zh == "小网"
    assert case.transformers["rated_kva"].tolist() == [400.0, 400.0, 630.0]
    assert case.transformers["valid_from"].iloc[0] == pd.Timestamp("2020-05-01")
    assert case.transformers["customer_count"].iloc[0] == 12
    assert case.areas["name"].tolist() == ["城东"]
    assert case.areas.geometry.iloc[0].area == pytest.approx(1e-4)
    assert len(case.measurements) == 96
    assert case.measurements["s_kva"].isna().all(), "a column that is absent is missing, never zero"
    assert case.profiles["home"].eq(0.5).all()
    assert len(case.projects) == 0
    assert case.feeders["feeder_id"].tolist() == ["S-A", "S-C"]
    data = (folder / "transformers.csv").read_bytes()
    assert case.hashes["transformers.csv"] == hashlib.sha256(data).hexdigest()
    assert set(case.hashes) == {path.name for path in folder.iterdir()}


def test_absent_feeder__taken_from_the_network_and_said(folder):
    case = load_case(folder)
    assert case.transformers["feeder_id"].tolist() == ["S-A", "S-A", "S-C"]
    issue = only(case, "reading.feeder_derived")
    assert (issue.severity, issue.effect, issue.ids) == ("info", "derived", ("T2",))
    assert "未填线路编号" in issue.sentence_zh


def test_absent_polygon__derived_around_its_nodes(folder):
    content = json.loads((folder / "areas.geojson").read_text(encoding="utf-8"))
    content["features"][0]["geometry"] = None
    (folder / "areas.geojson").write_text(json.dumps(content), encoding="utf-8")
    case = load_case(folder)

    issue = only(case, "reading.polygon_derived")
    assert (issue.severity, issue.effect, issue.area_ids) == ("info", "derived", ("A1",))
    polygon = case.areas.geometry.iloc[0]
    below = case.topology.buses[case.topology.buses["transformer_id"].isin(["T1", "T2"])]
    assert len(below) == 5
    from shapely import points

    assert polygon.contains(points(below["x"], below["y"])).all()


def test_derived_polygons__do_not_overlap(folder):
    features = [
        {"type": "Feature", "properties": {"area_id": one, "name": one, "area_class": "rural"}, "geometry": None}
        for one in ("A1", "A2")
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "areas.geojson").write_text(text, encoding="utf-8")
    edit(folder / "transformers.csv", "T2,A1", "T2,A2")
    first, second = load_case(folder).areas.geometry
    assert first.area > 0
    assert second.area > 0
    assert first.intersection(second).area < 1e-12


def test_chinese_headings_in_gbk__read_and_said(folder):
    headings = "配变编号,台区编号,网格编号,公专变,额定容量（kVA）,户数"
    text = f"{headings}\nT1,0201,A1,公变,400,12\nT2,,A1,公变,400,3\nT3,,,专变,630,1\n"
    (folder / "transformers.csv").write_bytes(text.encode("gbk"))
    case = load_case(folder)

    issue = only(case, "reading.encoding")
    assert issue.severity == "info"
    assert "GB18030" in issue.sentence_en
    assert case.transformers["ownership"].tolist() == ["public", "public", "dedicated"]
    assert case.transformers["system_code"].iloc[0] == "0201", "a code keeps its leading zero"
    assert not found(case, "reading.unknown_column")


def test_timestamps_with_offset__converted_and_said(folder):
    steps = pd.date_range("2023-06-01", periods=4, freq="15min", tz="UTC")
    frame = pd.DataFrame({"timestamp": steps, "transformer_id": "T1", "p_kw": 1.0})
    frame.to_parquet(folder / "measurements.parquet", index=False)
    (folder / "exclusions.csv").write_text(
        "transformer_id,from,to,reason,author\nT1,2023-06-01T00:00:00Z,2023-06-01 12:00,故障,张\n", encoding="utf-8"
    )
    case = load_case(folder)

    assert case.measurements["timestamp"].iloc[0] == pd.Timestamp("2023-06-01 08:00")
    assert case.exclusions["from"].iloc[0] == pd.Timestamp("2023-06-01 08:00")
    assert case.exclusions["to"].iloc[0] == pd.Timestamp("2023-06-01 12:00")
    issues = found(case, "reading.time_zone")
    assert {issue.file for issue in issues} == {"measurements.parquet", "exclusions.csv"}
    assert "Asia/Shanghai" in issues[0].sentence_en


def test_daylight_saving_zone__counted_in_standard_time(folder):
    edit(folder / "case.toml", "Asia/Shanghai", "Europe/Berlin")
    steps = pd.date_range("2023-10-29 00:00", periods=12, freq="15min", tz="UTC")
    frame = pd.DataFrame({"timestamp": steps, "transformer_id": "T1", "p_kw": 1.0})
    frame.to_parquet(folder / "measurements.parquet", index=False)
    read = load_case(folder).measurements["timestamp"]
    assert read.iloc[0] == pd.Timestamp("2023-10-29 01:00")
    assert read.is_unique, "the hour that the clock repeats must not be doubled"


def test_unreadable_values__missing_and_named_with_row(folder):
    edit(folder / "transformers.csv", "T1,A1,S-A,public,400,2020-05-01", "T1,A1,S-A,state,40O,05/01/2020")
    case = load_case(folder)

    issues = {issue.column: issue for issue in found(case, "reading.unreadable_value")}
    assert set(issues) == {"ownership", "rated_kva", "valid_from"}
    assert issues["rated_kva"].ids == ("row 2",)
    assert "Row 2: '40O' in 'rated_kva' is not a number" in issues["rated_kva"].sentence_en
    assert "第 2 行" in issues["rated_kva"].sentence_zh
    assert "one of public, dedicated" in issues["ownership"].sentence_en
    assert "2024-01-31" in issues["valid_from"].sentence_en
    assert pd.isna(case.transformers["rated_kva"].iloc[0])


def test_value_beyond_its_bound__missing_and_named(folder):
    edit(folder / "transformers.csv", "public,400,,", "public,-400,,")
    case = load_case(folder)
    assert "'-400.0' in 'rated_kva' is not a value > 0 kVA" in only(case, "reading.unreadable_value").sentence_en
    assert pd.isna(case.transformers["rated_kva"].iloc[1])


def test_duplicate_key__first_kept(folder):
    edit(folder / "transformers.csv", "T3,,S-C", "T1,,S-C")
    case = load_case(folder)
    issue = only(case, "reading.duplicate_key")
    assert issue.ids == ("T1",)
    assert "row 4" in issue.sentence_en
    assert case.transformers["transformer_id"].tolist() == ["T1", "T2"]


def test_empty_required_cell__named(folder):
    edit(folder / "transformers.csv", "T2,A1,,public,400", ",A1,,,400")
    case = load_case(folder)
    issues = {issue.column: issue for issue in found(case, "reading.missing_value")}
    assert set(issues) == {"transformer_id", "ownership"}
    assert issues["transformer_id"].ids == ("row 3",)
    assert "left out" in issues["transformer_id"].sentence_en
    assert case.transformers["transformer_id"].tolist() == ["T1", "T3"]


def test_headings__missing_unknown_and_doubled(folder):
    edit(folder / "transformers.csv", "ownership,rated_kva", "owner,area_id")
    case = load_case(folder)
    assert [issue.column for issue in found(case, "reading.missing_column")] == ["ownership", "rated_kva"]
    assert only(case, "reading.unknown_column").severity == "warning"
    assert only(case, "reading.duplicate_column").column == "area_id"


def test_ragged_rows__named(folder):
    edit(folder / "transformers.csv", "T3,,S-C,dedicated,630,,hv,1", "T3,,S-C,dedicated,630\nT4,A1,,public,1,,,,x,y")
    case = load_case(folder)
    short, long = sorted(found(case, "reading.ragged_rows"), key=lambda issue: issue.ids)
    assert (short.severity, short.ids) == ("warning", ("row 4",))
    assert (long.severity, long.ids) == ("error", ("row 5",))
    assert case.transformers["transformer_id"].tolist() == ["T1", "T2", "T3"]


def test_parquet_cells__unreadable_ones_named(folder):
    frame = pd.DataFrame(
        {
            "timestamp": ["2023-06-01 00:00", "01.06.2023", "2023-06-01 00:30"],
            "transformer_id": ["T1", "T1", "T1"],
            "p_kw": ["1.5", "2", "--"],
            "q_kvar": [1, 2, 3],
        }
    )
    frame.to_parquet(folder / "measurements.parquet", index=False)
    case = load_case(folder)
    sentences = [issue.sentence_en for issue in found(case, "reading.unreadable_value")]
    assert any("Row 2: '01.06.2023' in 'timestamp' is not a time" in sentence for sentence in sentences)
    assert any("Row 3: '--' in 'p_kw' is not a number" in sentence for sentence in sentences)
    assert case.measurements["q_kvar"].tolist() == [1.0, 3.0], "a reading without time is left out"
    assert case.measurements["p_kw"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("file", "content", "check", "sentence"),
    [
        ("measurements.parquet", b"PAR1 not really", "reading.parquet", "damaged or no Parquet file"),
        ("profiles.parquet", b"", "reading.parquet", "damaged or no Parquet file"),
        ("areas.geojson", b"{", "reading.geojson", "no GeoJSON feature collection"),
        ("areas.geojson", b"[1, 2]", "reading.geojson", "no GeoJSON feature collection"),
        ("transformers.csv", b"", "reading.empty_file", "no headings in its first row"),
        ("transformers.csv", b"transformer_id\n\x81\x00\xff\xff", "reading.encoding", "neither UTF-8 nor GB18030"),
        ("outages.csv", b'feeder_id,start\n"F1,2023', "reading.csv", "not a readable CSV file"),
    ],
)
def test_damaged_file__empty_table_and_issue(folder, file, content, check, sentence):
    (folder / file).write_bytes(content)
    case = load_case(folder)
    issue = only(case, check)
    assert (issue.severity, issue.file, issue.effect) == ("error", file, "stops_run")
    assert sentence in issue.sentence_en
    assert issue.sentence_zh
    assert len(getattr(case, file.split(".")[0])) == 0


@pytest.mark.parametrize("file", ["areas.geojson", "transformers.csv"])
def test_missing_required_file__issue(folder, file):
    (folder / file).unlink()
    assert only(load_case(folder), "reading.missing_file").sentence_en.startswith(f"The required file '{file}'")


def test_polygon_that_crosses_itself__named(folder):
    content = json.loads((folder / "areas.geojson").read_text(encoding="utf-8"))
    content["features"][0]["geometry"]["coordinates"] = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]
    (folder / "areas.geojson").write_text(json.dumps(content), encoding="utf-8")
    issue = only(load_case(folder), "reading.polygon")
    assert issue.ids == ("A1",)
    assert "Self-intersection" in issue.sentence_en


def issues_of(folder):
    with pytest.raises(InputError) as caught:
        load_case(folder)
    return {issue.check: issue for issue in caught.value.issues}


def test_no_case_possible__all_files_named_at_once(folder):
    edit(folder / "case.toml", 'title_en = "tiny grid"', "step_minutes = 90")
    (folder / "network.json").write_text('{"bus": ', encoding="utf-8")
    (folder / "measurements.parquet").write_bytes(b"broken")
    edit(folder / "transformers.csv", "public,400", "public,many")
    issues = issues_of(folder)
    assert set(issues) >= {
        "reading.settings",
        "reading.network",
        "reading.parquet",
        "reading.unreadable_value",
    }
    assert "cannot be read as a pandapower network" in issues["reading.network"].sentence_en


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('name = "tiny"', "name = tiny", "not valid TOML"),
        ("as_of = 2024-01-01", 'as_of = "soon"', "'as_of'"),
        ("Asia/Shanghai", "Asia/Atlantis", "no known time zone"),
        ("EPSG:4326", "EPSG:999999", "no known coordinate system"),
    ],
)
def test_unusable_settings__named(folder, old, new, sentence):
    edit(folder / "case.toml", old, new)
    assert sentence in issues_of(folder)["reading.settings"].sentence_en


def test_no_folder__named(tmp_path):
    assert "no case folder" in issues_of(tmp_path / "nowhere")["reading.folder"].sentence_en


@pytest.mark.parametrize("nested", [False, True])
def test_network_that_names_a_foreign_module__refused_before_it_is_imported(folder, nested):
    content = json.loads((folder / "network.json").read_text(encoding="utf-8"))
    intruder = {"_module": "antigravity", "_class": "Anything", "_object": "{}"}
    content["_object"]["intruder"] = json.dumps({"deep": [intruder]}) if nested else intruder
    (folder / "network.json").write_text(json.dumps(content), encoding="utf-8")
    issue = issues_of(folder)["reading.network_untrusted"]
    assert issue.ids == ("antigravity",)
    import sys

    assert "antigravity" not in sys.modules


def test_network_without_tables__refused(folder):
    (folder / "network.json").write_text('{"hello": "world"}', encoding="utf-8")
    assert "holds no pandapower network" in issues_of(folder)["reading.network"].sentence_en


def test_network_without_coordinates__read_and_polygon_missing_said(folder):
    net = pp.from_json_string((folder / "network.json").read_text(encoding="utf-8"))
    net.bus["geo"] = None
    (folder / "network.json").write_text(pp.to_json(net, None), encoding="utf-8")
    content = json.loads((folder / "areas.geojson").read_text(encoding="utf-8"))
    content["features"][0]["geometry"] = None
    (folder / "areas.geojson").write_text(json.dumps(content), encoding="utf-8")
    issue = only(load_case(folder), "reading.polygon_missing")
    assert (issue.severity, issue.area_ids) == ("warning", ("A1",))


def test_feeder_of_a_transformer_on_the_busbar__completes_the_topology(folder):
    (folder / "feeders.csv").write_text(
        "feeder_id,name,substation_id,head_line_id\nF1,一线,S,\nF2,二线,S,\nS-A,三线,S,S-A\nS-C,四线,S,S-C\n",
        encoding="utf-8",
    )
    net = pp.from_json_string((folder / "network.json").read_text(encoding="utf-8"))
    net.trafo["hv_bus"] = [0, 0, net.trafo.hv_bus[2]]
    (folder / "network.json").write_text(pp.to_json(net, None), encoding="utf-8")
    edit(folder / "transformers.csv", "T1,A1,S-A", "T1,A1,F1")
    edit(folder / "transformers.csv", "T2,A1,,", "T2,A1,F2,")
    topology = load_case(folder).topology
    assert topology.trafos.set_index("trafo_id")["feeder_id"].to_dict() == {"T1": "F1", "T2": "F2", "T3": "S-C"}
    assert topology.buses.set_index("bus_id")["feeder_id"]["n2"] == "F1"
