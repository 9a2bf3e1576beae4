"""The certificate: upper bound on what any plan could do."""
