"""Results of a plan: stations, zones, gaps, service of places, summary."""
