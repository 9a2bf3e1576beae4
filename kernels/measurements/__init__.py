"""Terms of measured paths: obstacles between an antenna and a sample, and around the sample."""
