"""Path loss and additional losses that know no terrain profile: one document a file."""
