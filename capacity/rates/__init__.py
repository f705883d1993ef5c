"""Load rates: of transformers from their curves, of lines and nodes from the solved year (P1, P2, P10)."""

from capacity.rates.curves import rated_curves
from capacity.rates.network import feeder_voltages, line_rates, node_voltages, substation_rates
from capacity.rates.transformers import transformer_rates

__all__ = ["feeder_voltages", "line_rates", "node_voltages", "rated_curves", "substation_rates", "transformer_rates"]
