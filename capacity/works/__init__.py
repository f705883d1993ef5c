"""What grid works cost, who pays, how long they take and when they have to start (P12–P14, P17)."""

from capacity.works.costs import cost_of, payer_of
from capacity.works.counting import days_later
from capacity.works.durations import Durations, bundled_durations, read_durations, stages_of
from capacity.works.prices import Prices, bundled_prices, read_prices
from capacity.works.projects import commissioning, project_row
from capacity.works.schedule import schedule_back, schedule_forward
from capacity.works.told import day_in_words

__all__ = [
    "Durations",
    "Prices",
    "bundled_durations",
    "bundled_prices",
    "commissioning",
    "cost_of",
    "day_in_words",
    "days_later",
    "payer_of",
    "project_row",
    "read_durations",
    "read_prices",
    "schedule_back",
    "schedule_forward",
    "stages_of",
]
