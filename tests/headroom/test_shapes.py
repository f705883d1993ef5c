"""Shapes of added power: numbers that can be redone with a pocket calculator."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from capacity.headroom.shapes import DayShape, day_shapes, load_shape
from capacity.sun import _equation_of_time_min, rooftop_pv
from capacity.tables.words import SHAPE

WEEK = pd.date_range("2026-03-16", periods=7 * 96, freq="15min")  # Monday to Sunday
YEAR = pd.date_range("2025-01-01", periods=365 * 96, freq="15min")
EQUINOX = "2026-03-22"  # day 81: 284 + 81 = 365, declination 0


def at(*times: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([pd.Timestamp(f"{EQUINOX} {time}") for time in times])


@pytest.mark.parametrize("name", ["flat", *sorted(day_shapes())])
def test_load_shape__lies_in_zero_to_one_and_peaks_at_one(name: str) -> None:
    values = load_shape(name, WEEK)
    assert values.dtype == np.float64
    assert values.shape == (len(WEEK),)
    assert values.min() >= 0.0
    assert values.max() == 1.0


def test_load_shape__every_shape_has_words() -> None:
    assert {"flat", "rooftop_pv", *day_shapes()} == set(SHAPE)
    for shape in day_shapes().values():
        assert shape.mark == "typical"
        assert "choice of this tool" in shape.source_en


def test_load_shape__values_hold_for_the_hour_and_weekends_differ() -> None:
    shape = day_shapes()["industrial"]
    values = pd.Series(load_shape("industrial", WEEK), index=WEEK)
    assert values["2026-03-16 09:00":"2026-03-16 09:45"].tolist() == [shape.workday[9]] * 4
    assert values["2026-03-20 09:00"] == shape.workday[9]  # Friday
    assert values["2026-03-21 09:00"] == values["2026-03-22 09:00"] == shape.weekend[9]


def test_load_shape__unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="commercial, industrial, residential"):
        load_shape("arcade", WEEK)


def test_day_shape__that_never_reaches_one_is_refused() -> None:
    shape = day_shapes()["residential"].model_dump()
    with pytest.raises(ValidationError, match="exactly 1"):
        DayShape.model_validate(shape | {"workday": [0.5] * 24, "weekend": [0.9] * 24})


def test_rooftop_pv__equinox_by_hand() -> None:
    """At 25° N: noon sin(el) = cos 25° = 0.90631; 9:00 0.90631 · cos 45° = 0.64086; 6:00 on the horizon.

    G = sin · exp(−0.059/sin): 0.84919 at noon, 0.58449 at 9:00. The year's highest stands at 23.45°: sin = cos 1.55° =
    0.99963, G = 0.94234. The shares are 0.9011 and 0.6203.
    """
    values = rooftop_pv(at("12:00", "09:00", "15:00", "06:00", "18:00", "00:00"), 25.0)
    assert values[0] == pytest.approx(0.9011, abs=1e-4)
    assert values[1] == pytest.approx(0.6203, abs=1e-4)
    assert values[2] == pytest.approx(values[1])
    assert values[3:].tolist() == pytest.approx([0.0, 0.0, 0.0], abs=1e-6)


@pytest.mark.parametrize("latitude_deg", [-30.0, 0.0, 25.1, 45.0])
def test_rooftop_pv__peaks_at_one_once_a_year_and_is_dark_at_night(latitude_deg: float) -> None:
    values = pd.Series(rooftop_pv(YEAR, latitude_deg), index=YEAR)
    assert values.max() == pytest.approx(1.0, abs=1e-12)
    assert values.min() == 0.0
    assert (values.between_time("20:00", "04:00") == 0.0).all()


def test_rooftop_pv__winter_window_stays_below_one() -> None:
    """21 December (day 355) at 25° N: sin(el) = cos 48.45° = 0.6632, G = 0.6068; of 0.9423: 0.644."""
    december = pd.date_range("2025-12-21", periods=96, freq="15min")
    assert rooftop_pv(december, 25.0).max() == pytest.approx(0.644, abs=1e-3)


def test_rooftop_pv__far_west_in_the_time_zone_the_sun_is_late() -> None:
    """99.2° E with UTC+8: 4 · (99.2 − 120) = −83.2 minutes; mid-April the equation of time is about zero."""
    minutes = pd.date_range("2026-04-15", periods=1440, freq="min")
    noon = minutes[int(np.argmax(rooftop_pv(minutes, 25.1, 99.2)))]
    assert abs((noon - pd.Timestamp("2026-04-15 13:23")).total_seconds()) <= 120


def test_equation_of_time__by_hand() -> None:
    """1 January, b = 0: 229.2 · (0.000075 + 0.001868 − 0.014615) = −2.90 min; 3 November the sun is 16.4 ahead."""
    assert _equation_of_time_min(np.array([1.0, 307.0])) == pytest.approx([-2.904, 16.4], abs=0.1)


def test_rooftop_pv__no_such_latitude() -> None:
    with pytest.raises(ValueError, match="latitude 99"):
        rooftop_pv(WEEK, 99.0)
