"""Item analysis: what answers say about a test and its questions, and about nobody in particular.

`reading` streams attempts into `columns`, `quiz_figures` and `item_figures` compute from these with the formulas of
`formulas`, `production` does so as a background job, `advice` says what the figures mean. NumPy is imported by these
modules alone, and only where a worker computes.
"""
