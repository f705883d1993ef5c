"""LV grid areas (``areas.geojson``)."""

from capacity.tables._schema import table, text
from capacity.tables.words import AREA_CLASS

AREAS = table(
    "areas",
    "低压网格",
    "LV grid areas",
    "Named supply areas. The GeoJSON file adds a polygon per area (column ``geometry`` in memory, case CRS).",
    {
        "area_id": text("网格编号", "area id", "Key of the area.", key=True),
        "name": text("网格名称", "area name", "Name shown to everybody."),
        "area_class": text("区域类别", "area class", "Decides P12 and P19 limits.", choices=tuple(AREA_CLASS)),
        "branch": text("分公司", "branch", "Branch company.", missing="not stated"),
        "supply_station": text("供电所", "supply station", "Supply station.", missing="not stated"),
    },
)
