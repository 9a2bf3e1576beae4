"""The build-out on arrays: stations month by month, what each adds, masts that are shared."""
