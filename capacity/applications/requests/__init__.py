"""Requests as a desk asks them: one, or a file of them in an order; shown, compared, recorded."""
