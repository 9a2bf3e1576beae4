"""Terms of measured paths: what stands between an antenna and a sample, and around it."""
