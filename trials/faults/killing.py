"""kill -9 at random moments: of web processes while people answer, of workers while they work."""

import os
import random
import signal
import time

from trials.faults.learners import Load
from trials.faults.site import Site, Trial
from trials.stack import Server, until

SEED = 20261129


def kill_one(server: Server, chance: random.Random) -> int:
    """The parent (one in six), everybody (one in ten) or else one child; returns how many processes it met."""
    until(server.ready, within=180, what=f"{server.name} is back\n{server.tail()}")
    pids, parent = server.pids(), server.process.pid if server.process else 0
    if not pids:
        return 0  # the parent was met just now, and is not buried yet
    children = [pid for pid in pids if pid != parent]
    throw = chance.random()
    victims = [parent] if throw < 1 / 6 else pids if throw < 1 / 6 + 1 / 10 else [chance.choice(children or pids)]
    met = 0
    for pid in victims:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        met += 1
    return met


def kill_web(site: Site) -> Trial:
    """Learners take whole tests while the web's parent and children are killed."""
    learners = site.learners("web", 3 if site.quick else 8)
    kills = 8 if site.quick else 120
    chance = random.Random(SEED)  # noqa: S311 - a schedule, not a secret
    met = 0
    with Load(learners) as load:
        while met < kills:
            load.goes_on(3)  # killing what has not answered yet would show nothing
            time.sleep(chance.uniform(0, 0.5))  # the random moment is what is tried
            met += kill_one(site.stack.web, chance)
    return Trial(met, load.calm_at, f"learners met {dict(load.trouble)}")


RENDER_AGAIN = (
    "UPDATE certificates_certificate SET work_state = 'queued', work_attempts = 0, lease_until = NULL, "
    "file = '', sha256 = '' WHERE work_state = 'done' RETURNING 1"
)


def kill_worker(site: Site) -> Trial:
    """Certificates render, exports are written and progress is refreshed while worker processes are killed."""
    kills = 5 if site.quick else 100
    learners = site.learners("worker", 2 if site.quick else 4)
    human_resources = site.staff("hr")
    pages = [site.inside("make_waiting_people", f"W{number}", 5 if site.quick else 20) for number in range(2)]
    chance = random.Random(SEED)  # noqa: S311 - a schedule, not a secret
    met = 0
    with Load(learners) as load:
        while met < kills:
            site.stack.rows(RENDER_AGAIN)
            if not site.unfinished().count("exports"):
                human_resources.post("/de/reports/exports/new/", {"kind": "csv", "query": ""})
            if pages:
                site.inside("unpublish", pages.pop())
            for _ in range(4):
                time.sleep(chance.uniform(0.05, 1.5))  # the random moment is what is tried
                load.check()
                met += kill_one(site.stack.worker, chance)
    return Trial(met, load.calm_at, f"learners met {dict(load.trouble)}")
