"""What the room tells people about themselves, and what goes when a person is erased."""

from typing import Any

from people.models import User
from reports.models import AssignmentPlan, ExportJob
from reports.production import delete_folder


def export_own(user: User) -> list[dict[str, Any]]:
    """The exports that the person asked for; the files hold others' data and are not part of it."""
    names = ("created_at", "kind", "filters", "work_state", "expires_at")
    return [{name: getattr(job, name) for name in names} for job in ExportJob.objects.filter(requested_by=user)]


def erase(user: User) -> int:
    """Files and plans of somebody who is erased: they hold other people's names and have no owner any more."""
    jobs = list(ExportJob.objects.filter(requested_by=user))
    for job in jobs:
        delete_folder(job.folder)
        job.delete()
    return len(jobs) + AssignmentPlan.objects.filter(actor=user).delete()[0]
