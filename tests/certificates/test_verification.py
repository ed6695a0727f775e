"""Each check of `verify_records` finds the fault that is planted here, and nothing before."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from certificates.models import Certificate
from courses.models import Enrollment
from enablement.core.claimable import WorkState
from enablement.core.verification import record_check_names, run_record_checks
from people.models import User
from tests.certificates import factories


def findings() -> list[str]:
    names = [name for name in record_check_names() if name.startswith("certificates.")]
    return [finding.check for name in names for finding in run_record_checks(name)]


@pytest.mark.django_db
def test_a_satisfied_enrolment_without_a_certificate(alice: User) -> None:
    factories.ready(alice)
    assert findings() == []
    factories.satisfied(alice)
    assert findings() == ["certificates.missing"]


@pytest.mark.django_db
def test_a_certificate_that_nobody_earned(alice: User) -> None:
    factories.ready(alice)
    assert findings() == []
    Enrollment.objects.update(satisfied_at=None)
    assert findings() == ["certificates.unearned"]


@pytest.mark.django_db
def test_a_file_that_was_altered(alice: User) -> None:
    certificate = factories.ready(alice)
    assert findings() == []
    default_storage.delete(certificate.file)
    default_storage.save(certificate.file, ContentFile(b"%PDF-altered"))
    assert findings() == ["certificates.files"]


@pytest.mark.django_db
def test_a_file_that_is_gone(alice: User) -> None:
    certificate = factories.ready(alice)
    assert findings() == []
    default_storage.delete(certificate.file)
    assert findings() == ["certificates.files"]


@pytest.mark.django_db
@pytest.mark.parametrize("state", [WorkState.QUEUED, WorkState.RUNNING])
def test_work_that_two_sweeps_left_undone(alice: User, state: WorkState) -> None:
    factories.issued(alice)
    assert findings() == []
    long_ago = timezone.now() - timedelta(minutes=30)
    Certificate.objects.update(work_state=state, run_after=long_ago, lease_until=long_ago)
    assert findings() == ["certificates.overdue"]


@pytest.mark.django_db
def test_work_that_was_given_up(alice: User) -> None:
    factories.issued(alice)
    assert findings() == []
    Certificate.objects.update(work_state=WorkState.FAILED)
    assert findings() == ["certificates.overdue"]
