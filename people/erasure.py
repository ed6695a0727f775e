"""Erasing a person: the name goes, the row stays, so that anonymous counts stay true (GDPR 17, 5 (1) e)."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone
from wagtail.users.models import UserProfile

from people.models import DeletionLogEntry, User
from people.personal_data import erasure_hooks


@transaction.atomic
def erase_person(person: User, *, reason: str) -> User:
    """Anonymise name, e-mail and external ID for good, end all access, and let every room remove free text.

    Returns the row; calling it again changes nothing. `reason` goes to the deletion log and must name nobody.
    """
    locked = User.objects.select_for_update().get(pk=person.pk)
    if locked.erased_at is not None:
        return locked
    counts = {name: hook(locked) for name, hook in erasure_hooks().items()}
    for session in UserSession.objects.filter(user=locked):
        session.end()
    Authenticator.objects.filter(user=locked).delete()
    EmailAddress.objects.filter(user=locked).delete()
    UserProfile.objects.filter(user=locked).delete()
    User.objects.filter(duo=locked).update(duo=None)
    User.objects.filter(manager=locked).update(manager=None)
    locked.groups.clear()
    now = timezone.now()
    # The address can receive nothing (RFC 2606) and is unique; function and unit stay for the counts.
    locked.email = f"erased-{locked.uuid}@erased.invalid"
    locked.first_name = locked.last_name = ""
    locked.external_id = locked.manager = locked.duo = locked.hr_scope = None
    locked.extra_time_percent = 0
    locked.is_active = locked.is_superuser = False
    locked.last_login = None
    locked.left_at = locked.left_at or now
    locked.erased_at = now
    locked.set_unusable_password()
    locked.save()
    DeletionLogEntry.objects.create(what="person", reason=reason[:200], subject=locked.uuid)
    DeletionLogEntry.objects.bulk_create(
        DeletionLogEntry(what=name, reason=reason[:200], subject=locked.uuid, count=count)
        for name, count in counts.items()
        if count
    )
    return locked
