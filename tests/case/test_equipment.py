"""The equipment library: every value sourced, names understood as people write them, networks that solve."""

import math
from itertools import pairwise

import pandapower as pp
import pytest

from capacity.case import equipment
from capacity.errors import InputError


@pytest.mark.parametrize(
    ("written", "rated_kva", "meant"),
    [
        ("S13-M-400/10", None, "S13-M-400"),
        ("S13-M.RL-400kVA", None, "S13-M-400"),
        ("S13-M·RL-400/10", 400.0, "S13-M-400"),
        ("Ｓ１１－４００", None, "S11-M-400"),
        ("s11 -m- 100 / 10", None, "S11-M-100"),
        ("S20-M", 250.0, "S20-M-250"),
        ("S22-M-630/10-NX1", None, "S22-M-630"),
        ("SCB10-315", 315.0, None),
        ("SZ11-315/10", 315.0, None),
        ("S13-M", 390.0, None),
        ("S13-M", None, None),
        ("", 100.0, None),
    ],
)
def test_transformer__names_as_people_write_them(written, rated_kva, meant):
    found = equipment.transformer(written, rated_kva)
    assert (found.name if found else None) == meant


@pytest.mark.parametrize(
    ("written", "level", "meant"),
    [
        ("JKLYJ-10-120", None, "JKLYJ-10-120"),
        ("JKLYJ-10/120", "mv", "JKLYJ-10-120"),
        ("JKLYJ-10kV-95", None, "JKLYJ-10-95"),
        ("JKLYJ-10kV 1*120", None, "JKLYJ-10-120"),
        ("JKLYJ-10kV-1×120mm²", None, "JKLYJ-10-120"),
        ("JKLYJ/Q-10/240", None, "JKLYJ-10-240"),
        ("JKLYJ-120", None, None),
        ("JKLYJ-120", "lv", "JKLYJ-1-120"),
        ("JKLYJ-1kV-70", "lv", "JKLYJ-1-70"),
        ("JKLYJ-1-70", "mv", None),
        ("YJV22-8.7/15-3×300", None, "YJV22-8.7/15-300"),
        ("ZC-YJV22-8.7/15-3*300", None, "YJV22-8.7/15-300"),
        ("YJV22-8.7/15kV-3×240", None, "YJV22-8.7/15-240"),
        ("YJV22-3x300-10kV", None, "YJV22-8.7/15-300"),
        ("YJLV22-0.6/1kV-4×120", None, "YJLV22-0.6/1-120"),
        ("YJLV22-4x120", "lv", "YJLV22-0.6/1-120"),
        ("YJV-0.6/1-4x70+1x35", None, "YJV22-0.6/1-70"),
        ("LGJ-120/20", None, "LGJ-120"),
        ("LGJ-50", "lv", "LGJ-50"),
        ("JL/G1A,150/20", None, "LGJ-150"),
        ("BLV-25", None, "BLV-25"),
        ("BVV-3x16", None, "BVV-16"),
        ("JKLYJ-10-121", None, None),
        ("XYZ", None, None),
    ],
)
def test_line__names_as_people_write_them(written, level, meant):
    found = equipment.line(written, level)
    assert (found.name if found else None) == meant


def test_canonical_names__find_themselves():
    library = equipment.load()
    for name in library.transformers:
        assert equipment.transformer(name).name == name
    for name in library.lines:
        assert equipment.line(name).name == name


def test_rating_in_name():
    assert equipment.rating_in_name("S13-M-400/10") == 400.0
    assert equipment.rating_in_name("S13") is None


def test_suggest__same_series_nearest_rating_first():
    assert equipment.suggest("S13-M", "transformer", 390.0)[0] == "S13-M-400"
    assert "JKLYJ-10-120" in equipment.suggest("JKLYJ-10-121", "line")


def test_library__holds_what_a_county_needs():
    library = equipment.load()
    for series in ("S11-M", "S13-M", "S20-M", "S22-M"):
        for rated_kva in (30, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250):
            assert f"{series}-{rated_kva}" in library.transformers
    for section in (50, 70, 95, 120, 150, 185, 240):
        assert f"JKLYJ-10-{section}" in library.lines
    for section in (70, 95, 120, 150, 185, 240, 300, 400):
        assert f"YJV22-8.7/15-{section}" in library.lines
        assert f"YJLV22-8.7/15-{section}" in library.lines
    for section in (25, 35, 50, 70, 95, 120, 150, 185, 240):
        assert f"YJLV22-0.6/1-{section}" in library.lines


def test_library__transformers_are_physical():
    for one in equipment.load().transformers.values():
        assert one.no_load_loss_w.value / 10.0 / one.rated_kva < one.no_load_current_percent.value, one.name
        assert one.load_loss_w.value / 10.0 / one.rated_kva < one.impedance_percent.value, one.name
        assert (one.vector_group, one.shift_degree) == ("Dyn11", 330.0)


def test_library__better_grades_lose_less():
    library = equipment.load()
    for rated_kva in (30, 100, 400, 1250):
        losses = [
            library.transformers[f"{series}-{rated_kva}"].no_load_loss_w.value
            for series in ("S9-M", "S11-M", "S13-M", "S20-M", "S22-M")
        ]
        assert losses == sorted(losses, reverse=True)
        assert len(set(losses)) == 5


def test_library__larger_sections_resist_less_and_carry_more():
    families = {}
    for one in equipment.load().lines.values():
        families.setdefault(one.family, []).append(one)
    for members in families.values():
        members.sort(key=lambda one: one.cross_section_mm2)
        for small, large in pairwise(members):
            assert large.r_ohm_per_km.value < small.r_ohm_per_km.value
            assert large.x_ohm_per_km.value <= small.x_ohm_per_km.value + 0.0011  # rounded
            assert large.rated_current_a.value > small.rated_current_a.value


def test_library__overhead_reactance_follows_its_stated_formula():
    for section, diameter_mm in ((50, 8.3), (120, 13.0), (240, 18.4)):
        one = equipment.line(f"JKLYJ-10-{section}")
        x = 0.1445 * math.log10(900.0 / (diameter_mm / 2.0)) + 0.0157
        assert one.x_ohm_per_km.value == pytest.approx(x, abs=6e-4)


def test_library__marks_say_what_was_compared():
    compared = equipment.transformer("S13-M-630")
    assert (compared.load_loss_w.mark, compared.load_loss_w.value) == ("verified", 6200.0)
    assert equipment.transformer("S13-M-200").load_loss_w.mark == "typical"
    assert equipment.line("LGJ-240").r_ohm_per_km.mark == "typical"
    assert equipment.load().sources[compared.load_loss_w.source].startswith("GB 20052-2020")


def test_add__network_solves_and_low_voltage_leads_by_30_degrees():
    net = pp.create_empty_network()
    head, far = pp.create_bus(net, 10.0), pp.create_bus(net, 10.0)
    busbar, node = pp.create_bus(net, 0.4), pp.create_bus(net, 0.4)
    pp.create_ext_grid(net, head, vm_pu=1.0)
    equipment.add_line(net, head, far, "JKLYJ-10/120", 2.0, "L1")
    equipment.add_transformer(net, far, busbar, "S13-M-400/10", 400.0, "T1")
    equipment.add_lines(net, [busbar], [node], ["JKLYJ-1-70"], [0.2], ["L2"])
    pp.runpp(net)
    assert 29.0 < net.res_bus.va_degree[busbar] < 31.0
    neutral_pu = net.res_bus.vm_pu[busbar]
    net.trafo.loc[0, "tap_pos"] = -2
    pp.runpp(net)
    assert net.res_bus.vm_pu[busbar] == pytest.approx(neutral_pu / 0.95, rel=2e-3)
    assert list(net.line.std_type) == ["JKLYJ-10-120", "JKLYJ-1-70"]
    assert net.trafo.std_type[0] == "S13-M-400"
    assert net.line.max_i_ka[0] == 0.352


def test_add__unknown_type_says_what_is_similar():
    net = pp.create_empty_network()
    head, far = pp.create_bus(net, 10.0), pp.create_bus(net, 0.4)
    with pytest.raises(InputError) as caught:
        equipment.add_transformer(net, head, far, "S13-M", 390.0, "T1")
    assert "S13-M-400" in caught.value.issues[0].sentence_en
    assert "相近型号" in caught.value.issues[0].sentence_zh
    with pytest.raises(InputError, match="JKLYJ-10-120"):
        equipment.add_line(net, head, far, "JKLYJ-10-121", 1.0, "L1")
    assert net.trafo.empty
    assert net.line.empty
