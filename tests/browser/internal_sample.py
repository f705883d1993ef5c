"""Equipment for the planners' page of the sample release: a line, a substation, transformers, nodes and an alert."""

from __future__ import annotations

from capacity.disclosure.site.columns import headings_of
from capacity.tables.release import Release
from capacity.tables.results import ALL

TABLES = ("areas", "transformers", "nodes", "substations", "feeders", "alerts")


def internal_sample(release: Release) -> dict[str, object]:
    """What ``CAPACITY.internal`` is handed; exact figures are the published ones and 3.7 kVA more."""
    areas = release.areas
    places = {code: shape.representative_point() for code, shape in zip(*_shapes(release), strict=True)}
    known = [code for code in areas["area_code"] if code in places]
    return {
        "areas": {
            "area_id": [f"area-{i}" for i in range(len(areas))],
            "name": areas["name"].tolist(),
            "allowed_kva": [None if value is None else value + 3.7 for value in _plain(areas["allowed_kva"])],
            "binding_criterion": ["transformer_loading"] * len(areas),
        },
        "transformers": {
            "transformer_id": [f"T-{i}" for i in range(len(known))],
            "name": [f"{i} 号配变" for i in range(len(known))],
            "area_id": [f"area-{i}" for i in range(len(known))],
            "rated_kva": [400.0] * len(known),
            "max_loading_percent": [None if i == 3 else 20.0 + 9 * i for i in range(len(known))],
            "allowed_kva": [None if i == 3 else max(0.0, 320.0 - 36.5 * i) for i in range(len(known))],
            "lon": [places[code].x for code in known],
            "lat": [places[code].y for code in known],
        },
        "nodes": {
            "node_id": [f"N-{i}" for i in range(2 * len(known))],
            "transformer_id": [f"T-{i // 2}" for i in range(2 * len(known))],
            "allowed_kva": [12.5 * i for i in range(2 * len(known))],
            "binding_criterion": ["voltage_min"] * (2 * len(known)),
            "lon": [places[known[i // 2]].x + 0.002 * (1 + i % 2) for i in range(2 * len(known))],
            "lat": [places[known[i // 2]].y - 0.003 for i in range(2 * len(known))],
        },
        "substations": {
            "substation_id": ["S-1"],
            "name": ["城关变"],
            "max_loading_percent": [61.0],
            "allowed_kva": [9000.0],
            "lon": [99.14],
            "lat": [25.09],
        },
        "feeders": {
            "feeder_id": ["F-1", "F-2"],
            "name": ["城关一线", "没有走向的线路"],
            "max_loading_percent": [84.0, None],
            "allowed_kva": [135.0, None],
            "lines": [[[99.14, 25.09, 99.12, 25.08, 99.11, 25.06], [99.12, 25.08, 99.15, 25.06]], []],
        },
        "alerts": {
            "alert_id": ["A-1", "A-2"],
            "rule": ["P4", "P5"],
            "area_id": ["area-1", "area-2"],
            "element_type": ["transformer", "area"],
            "element_id": ["T-1", "area-2"],
            "message_zh": ["配变负载率 104 %，必须立项", "允许接入容量 135 kVA"],
            "message_en": ["transformer load rate 104 %: a project must be initiated", "allowed capacity 135 kVA"],
        },
        "headings": {name: headings_of(ALL[name]) for name in TABLES},
        "words": {"criterion": {"voltage_min": {"zh": "电压下限", "en": "lower voltage limit"}}},
    }


def _shapes(release: Release) -> tuple[list[str], list[object]]:
    return release.shapes["area_code"].tolist(), list(release.shapes.geometry)


def _plain(column: object) -> list[float | None]:
    return [None if value != value else float(value) for value in column]  # type: ignore[attr-defined]
