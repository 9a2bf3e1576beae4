"""Sites: candidates, equipment, prices, footprints, priority places."""
