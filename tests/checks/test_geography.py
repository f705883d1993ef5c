"""Coordinates and polygons."""

import shapely


def test_crs(parts, expect):
    parts.settings = parts.settings.model_copy(update={"crs": "EPSG:999999"})
    expect(parts, "geography.crs", ("EPSG:999999",), "The coordinate system 'EPSG:999999' is not known")


def test_outside_crs__metres_as_degrees(parts, expect):
    parts.move("N1a", 500_000.0, 2_777_000.0)
    expect(
        parts,
        "geography.outside_crs",
        ("N1a",),
        "1 points lie outside EPSG:4326 (N1a), the first at x = 500000",
        areas=("A1",),
    )


def test_outside_crs__projected_zone(parts, expect):
    parts.settings = parts.settings.model_copy(update={"crs": "EPSG:4543"})  # CGCS2000, 102° E: metres
    for bus_id in parts.net.bus["name"]:
        parts.move(bus_id, 300_000.0, 2_777_000.0)
    parts.move("N1a", 300_000.0, 27_770_000.0)
    for name in ("A1", "A2"):
        parts.areas.loc[parts.areas["area_id"] == name, "geometry"] = None
    expect(parts, "geography.outside_crs", ("N1a",), "1 points lie outside EPSG:4543 (N1a)")


def test_remote__exchanged(parts, expect):
    parts.move("N1a", 25.1, 79.11)
    expect(parts, "geography.remote", ("N1a",), "1 points lie more than 200 km from the middle (N1a)", areas=("A1",))


def test_no_coordinates(parts, expect):
    for bus_id in ("M1", "N1"):
        parts.put("net.bus", bus_id, "geo", None)
    expect(parts, "geography.no_coordinates", ("T1",), "1 transformers have no coordinates (T1)")


def test_outside_area(parts, expect):
    parts.move("N1", 99.11, 25.09)
    expect(parts, "geography.outside_area", ("T1",), "T1 by 1,113 m", areas=("A1",))


def test_outside_area__at_the_road_is_no_problem(parts):
    parts.move("N1", 99.11, 25.0996)
    assert "geography.outside_area" not in {i.check for i in parts.check()}


def test_no_polygon(parts, expect):
    parts.areas.loc[1, "geometry"] = None
    expect(parts, "geography.no_polygon", ("A2",), "1 areas have no polygon (A2)", areas=("A2",))


def test_bad_polygon__crosses_itself(parts, expect):
    bow = shapely.Polygon([(99.10, 25.08), (99.13, 25.10), (99.13, 25.08), (99.10, 25.10)])
    parts.areas.loc[1, "geometry"] = bow
    expect(parts, "geography.bad_polygon", ("A2",), "A2: Self-intersection", areas=("A2",))


def test_overlap(parts, expect):
    parts.areas.loc[1, "geometry"] = shapely.box(99.10, 25.08, 99.13, 25.11)
    expect(parts, "geography.overlap", ("A1", "A2"), "A1 and A2 share 50% of the smaller one", areas=("A1", "A2"))
