"""The synthetic company: people and three years of their learning, written in bulk as the services would have.

`content` makes what is learned (a course package), `company` makes who learns, `plan` reads both into plain data,
`journey` and `testing` invent one learner's records from it, `tables` writes them, `seeding` holds it together.
"""
