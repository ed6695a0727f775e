"""Import and export of items: GIFT, Aiken, Moodle XML, QTI and XLSX.

The neutral form between the formats is what a kind's editor block stores. A format (`formats/`) turns bytes into parsed
questions and back; what a question of a format means as an item belongs to the kind and stands in its folder
(`assessments/kinds/<kind>/exchange.py`, see `converters.py`). `plan.py` compares with the bank (the dry run),
`apply.py` writes. Nothing that a file holds is dropped in silence: what has no place becomes a `Problem`.
"""
