"""The certificate: an upper bound on the coverage of any plan."""
