"""What follows from the operating state of a network: islands, substations, feeders, and who supplies each bus."""
