"""Golden values: what the kernels and the shipped scenarios gave, for refactors not to change.

``golden.json`` holds them. Where an answer is meant to change, ``python -m tests.golden.rewrite``
writes the file again and prints what changed; the commit says why the new answer is no worse.
"""
