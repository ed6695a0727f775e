"""Who does what: the mixture of learners, from those who finish early to those who never begin."""

import random

from trials.population.calendar import DAY, campaign, end_of_day, session
from trials.population.company import Person
from trials.population.content import DUE_DAYS
from trials.population.journey import Enrolled, Journey
from trials.population.plan import Module, Plan

YEAR = 365 * DAY


def live(journey: Journey, person: Person, plan: Plan, rng: random.Random) -> None:
    """Fill the journey of one learner."""
    if rng.random() < 0.9:
        _follow_paths(journey, person, plan, rng)
    else:
        _choose(journey, person, plan, rng)
    journey.close()


def _follow_paths(journey: Journey, person: Person, plan: Plan, rng: random.Random) -> None:
    """HR assigns the paths, the first one in a campaign or soon after joining, and another one each year."""
    if person.joined < plan.begins:
        start = campaign(plan.begins, plan.until, rng)
    else:
        start = session(person.joined + rng.uniform(1, 10) * DAY, rng)
    pace = rng.choice((3.0, 5.0, 5.0, 8.0, 8.0, 14.0, 30.0))  # days between two modules, on average
    for number, path in enumerate(plan.paths):
        assigned = start + number * YEAR
        if assigned > journey.stop:
            return
        enrolled = journey.assign(path, assigned, end_of_day(assigned + DUE_DAYS * DAY))
        _work_on(journey, path, enrolled, pace, rng)


def _work_on(journey: Journey, path: Module, enrolled: Enrolled, pace: float, rng: random.Random) -> None:
    """All modules in order, some of them, or none."""
    chance = rng.random()
    wanted = len(path.modules) if chance < 0.82 else 0 if chance > 0.92 else rng.randrange(len(path.modules))
    now: float | None = session(enrolled.at + rng.expovariate(1 / 9) * DAY, rng)
    for module in path.modules[:wanted]:
        now = journey.take(module, now or enrolled.at, path)
        if now is None:
            return
        if module is path.modules[-1]:
            journey.finish_path(path, now)
        now = session(now + rng.expovariate(1 / pace) * DAY, rng)
    if wanted < len(path.modules):
        _prolong(journey, enrolled, rng)


def _prolong(journey: Journey, enrolled: Enrolled, rng: random.Random) -> None:
    """Somebody who is late asks HR for more time, and stays as far as before."""
    due = enrolled.due or enrolled.at
    asked = due + rng.uniform(1, 20) * DAY
    if asked < journey.stop and rng.random() < 0.2:
        journey.reschedule(enrolled, asked, end_of_day(asked + 60 * DAY))


def _choose(journey: Journey, person: Person, plan: Plan, rng: random.Random) -> None:
    """Nobody has assigned a path: single modules, by own choice or assigned one by one."""
    now = max(person.joined, plan.begins) + rng.random() * YEAR
    for module in rng.sample(plan.modules, rng.randint(0, len(plan.modules))):
        now = session(now + rng.expovariate(1 / 45) * DAY, rng)
        if now > journey.stop:
            return
        if rng.random() < 0.4:
            journey.assign(module, now - 600, end_of_day(now + 45 * DAY))
        else:
            journey.enroll(module, now - 60)
        if rng.random() < 0.85:
            journey.take(module, now)
