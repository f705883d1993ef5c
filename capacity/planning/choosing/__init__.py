"""The cheapest measures per feeder that clear what the rules require, and why each was chosen or rejected."""

from capacity.planning.choosing.choosing import choose, choose_and_verify

__all__ = ["choose", "choose_and_verify"]
