"""Small networks drawn in one line of text, and a case folder made of one."""

import copy
import datetime as dt
import json
import re
import shutil

import pandapower as pp
import pandas as pd
import pytest

from capacity.case.folder import reading
from capacity.case.folder.network import read_network
from capacity.case.folder.writing import settings_text
from capacity.tables.settings import BusbarVoltage, CaseSettings


def draw(text):
    """A network out of words.

    ``S!`` external grid at S · ``H:S`` HV/MV transformer H:S · ``A-B`` line · ``A/B`` line open at B ·
    ``A=B`` closed and ``A|B`` open bus switch · ``A>T1`` distribution transformer T1 with LV bus ``t1``.
    Buses beginning with H are 110 kV, with a capital letter 10 kV, else 0.4 kV. Each bus stands one step further east.
    """
    net = pp.create_empty_network()
    at = {}

    def bus(name):
        if name not in at:
            vn_kv = 110.0 if name[0] == "H" else 10.0 if name[0].isupper() else 0.4
            place = (100.0 + 0.01 * len(at), 25.0 + 0.003 * (len(at) % 3))
            at[name] = pp.create_bus(net, vn_kv=vn_kv, name=name, geodata=place)
        return at[name]

    for word in text.split():
        first, sign, second = re.fullmatch(r"(\w+)([!:\-/=|>])(\w*)", word).groups()
        if sign == "!":
            pp.create_ext_grid(net, bus(first), name=f"grid {first}", vm_pu=1.02)
        elif sign == ":":
            pp.create_transformer(net, bus(first), bus(second), "25 MVA 110/10 kV", name=word)
        elif sign == ">":
            low = bus(second.lower())
            pp.create_transformer(net, bus(first), low, "0.4 MVA 10/0.4 kV", name=second)
        elif sign in "=|":
            pp.create_switch(net, bus(first), bus(second), "b", closed=sign == "=", name=word)
        else:
            ends = bus(first), bus(second)
            kind = "NAYY 4x150 SE" if net.bus.vn_kv[ends[0]] < 1 else "NA2XS2Y 1x185 RM/25 6/10 kV"
            line = pp.create_line(net, *ends, 0.5, kind, name=word)
            if sign == "/":
                pp.create_switch(net, bus(second), line, "l", closed=False, name=f"open {word}")
    return net


@pytest.fixture(name="draw")
def draw_fixture():
    return draw


@pytest.fixture(scope="session")
def settings():
    return CaseSettings(
        name="tiny",
        title_zh="小网",
        title_en="tiny grid",
        as_of=dt.date(2024, 1, 1),
        synthetic=True,
        busbar_voltage={"S": BusbarVoltage(source="setpoint", vm_pu=1.02)},
        notes=("made by a test",),
    )


TRANSFORMERS = """\
transformer_id,area_id,feeder_id,ownership,rated_kva,valid_from,meter_side,customer_count
T1,A1,S-A,public,400,2020-05-01,lv,12
T2,A1,,public,400,,,
T3,,S-C,dedicated,630,,hv,1
"""


def square(x, y, side=0.01):
    return [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]]


@pytest.fixture
def folder(tmp_path, sound_folder):
    """A sound case folder of three transformers on two feeders, with readings of one day; free to be broken."""
    shutil.copytree(sound_folder, tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.fixture(autouse=True)
def sound_network_parsed_once(monkeypatch, sound_folder):
    """pandapower takes half a second to parse even a small network; the unbroken one is parsed once."""
    sound = (sound_folder / "network.json").read_bytes()

    def read(data, file):
        if data != sound:
            return read_network(data, file)
        if not PARSED:
            PARSED.append(read_network(data, file)[0])
        return copy.deepcopy(PARSED[0]), []

    monkeypatch.setattr(reading, "read_network", read)


PARSED = []


@pytest.fixture(scope="session")
def sound_folder(tmp_path_factory, settings):
    path = tmp_path_factory.mktemp("sound") / "tiny"
    path.mkdir()
    net = draw("S! S-A A-B S-C A>T1 B>T2 C>T3 t1-n1 n1-n2 t2-m1")
    pp.create_load(net, net.bus.index[net.bus.name == "n2"][0], 0.05, 0.01, name="L1")
    pp.create_load(net, net.bus.index[net.bus.name == "m1"][0], 0.02, 0.004, name="L2")
    net.load["profile"] = ["home", None]
    (path / "case.toml").write_text(settings_text(settings), encoding="utf-8")
    (path / "network.json").write_text(pp.to_json(net, None), encoding="utf-8")
    area = {
        "type": "Feature",
        "properties": {
            "area_id": "A1",
            "name": "城东",
            "area_class": "town",
            "branch": "城区",
            "supply_station": "城关",
        },
        "geometry": {"type": "Polygon", "coordinates": square(100.0, 25.0)},
    }
    text = json.dumps({"type": "FeatureCollection", "features": [area]}, ensure_ascii=False)
    (path / "areas.geojson").write_text(text, encoding="utf-8")
    (path / "transformers.csv").write_text(TRANSFORMERS, encoding="utf-8-sig")
    steps = pd.date_range("2023-06-01", periods=96, freq="15min")
    pd.DataFrame({"timestamp": steps, "home": 0.5}).to_parquet(path / "profiles.parquet", index=False)
    readings = pd.DataFrame({"timestamp": steps, "transformer_id": "T1", "p_kw": 30.0, "q_kvar": 5.0})
    readings.to_parquet(path / "measurements.parquet", index=False)
    return path
