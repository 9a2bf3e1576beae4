"""The embedded population and places: how they are made and compared."""
