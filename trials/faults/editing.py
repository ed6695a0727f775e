"""A trainer edits, unpublishes, retires and deletes what people are just being asked about."""

from trials.faults.learners import Load
from trials.faults.site import Site, Trial
from trials.stack import TrialError


def trainer_edits(site: Site) -> Trial:
    """Learners hold a test open and save, while its items, pages and module are changed, retired and deleted."""
    code = "T01"
    steps = site.inside("copy_module", code)
    learners = site.learners("trainer", 2 if site.quick else 6, code)
    with Load(learners, one_test=True) as load:
        load.goes_on(20)
        for step in steps:
            site.inside("edit", code, step)
            load.goes_on(20)
    site.inside("take_back_retirement")
    certified = {email for email, _activity in site.stored().certificates}
    if missing := {learner.email for learner in learners} - certified:
        raise TrialError(f"{missing} answered everything right and have no certificate")
    return Trial(len(steps), load.calm_at)
