"""Planning: forecast, measures, projects, schedule (P16–P20)."""
