"""Benchmarks: the product beside a reference on the same machine in the same run, so that the ratio travels.

`python -m trials.bench`, behind `make bench [ONLY=name] [QUICK=1]`. One module per row of the speed table.
"""
