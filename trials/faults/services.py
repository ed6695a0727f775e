"""The servers beside the product go away and come back: Redis, and PostgreSQL without a word."""

import signal
import time

from trials.faults.learners import Load
from trials.faults.site import PASSWORD, Site, Trial
from trials.stack import TrialError


def redis_stop(site: Site) -> Trial:
    """Redis is away, or hangs, while people work: answers are saved and pages shown all the same."""
    rounds = 1 if site.quick else 5
    learners = site.learners("redis", 2 if site.quick else 6)
    with Load(learners) as load:
        for _ in range(rounds):
            site.stack.redis.stop()
            load.goes_on(40)
            if load.trouble:
                raise TrialError(f"learners met errors while only Redis was away: {dict(load.trouble)}")
            _log_in_and_look(site)
            site.stack.redis.start()
            load.goes_on(20)
            with site.stack.redis.frozen():  # accepts connections and says nothing: worse than being away
                load.goes_on(40)
    if load.trouble:
        raise TrialError(f"learners met errors while only Redis was away: {dict(load.trouble)}")
    return Trial(2 * rounds, load.calm_at)


def _log_in_and_look(site: Site) -> None:
    """Whoever is not logged in yet can do so, rate limits and all, and sees their pages."""
    visitor = site.visitor()
    visitor.log_in("redis-0@faults.example.com", PASSWORD)
    for path in ("/de/", "/de/learn/mine/", "/de/certificates/"):
        answer = visitor.follow(visitor.get(path))
        if answer.status != 200:
            raise TrialError(f"{path} answers {answer.status} while Redis is away")


def postgres_immediate(site: Site) -> Trial:
    """PostgreSQL stops as in a power cut (`pg_ctl stop -m immediate` sends SIGQUIT) under load, and starts again."""
    rounds = 2 if site.quick else 10
    learners = site.learners("postgres", 3 if site.quick else 8)
    with Load(learners) as load:
        for _ in range(rounds):
            load.goes_on(30)
            site.stack.database.stop(signal.SIGQUIT)
            time.sleep(0.5)  # for as long the learners meet a product without its database
            site.stack.database.start()
    refuse_bare_errors(load)
    return Trial(rounds, load.calm_at, f"learners met {dict(load.trouble)}")


def refuse_bare_errors(load: Load) -> None:
    """An outage is 503 with Retry-After. A 500 would say that the product itself is broken."""
    if load.trouble[500]:
        raise TrialError(f"learners met bare server errors: {dict(load.trouble)}")
