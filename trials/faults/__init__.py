"""Faults: the running product is killed, starved and edited under its learners, and must lose nothing.

`python -m trials.faults` runs each fault of the quality page as a scripted trial against one production set-up, while
learners take whole tests and write down every answer that the server acknowledged. After each fault the journal must
equal what is stored, and `manage.py verify_records` must find nothing.
"""
