"""Pages besides map and report: measures, networks, national splits, back-test, radio."""
