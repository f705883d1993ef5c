"""Forecast of load by transformer and area from measured history (P20): proved on held-back data, with its spread."""

from capacity.planning.forecast.calendar import day_table, lunar_new_years
from capacity.planning.forecast.forecasting import forecast
from capacity.planning.forecast.sequences import year_name, year_start

__all__ = ["day_table", "forecast", "lunar_new_years", "year_name", "year_start"]
