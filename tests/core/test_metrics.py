"""What a monitoring system reads, and who may."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate
from enablement import views
from enablement.core import metrics
from enablement.core.claimable import WorkState
from enablement.core.models import Heartbeat
from people.models import User
from tests.certificates import factories

TOKEN = "a-token-for-the-monitoring-system"


@pytest.fixture
def lines(client: Client, settings: Any) -> Any:
    """Reads the endpoint: name with labels → value."""
    settings.METRICS_TOKEN = TOKEN
    cache.clear()

    def read() -> dict[str, float]:
        answer = client.get(reverse("health_metrics"), headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
        pairs = (line.rsplit(" ", 1) for line in answer.content.decode().splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in pairs}

    return read


@pytest.mark.django_db
def test_it_does_not_exist_without_the_token(client: Client, settings: Any) -> None:
    url = reverse("health_metrics")
    assert client.get(url).status_code == 404
    settings.METRICS_TOKEN = TOKEN
    assert client.get(url, headers={"Authorization": "Bearer another"}).status_code == 404
    assert client.get(url, headers={"Authorization": "Bearer ü"}).status_code == 404
    assert client.get(url, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.django_db
def test_queues_and_sweeps_are_read_from_the_rows(lines: Any, alice: User, bob: User) -> None:
    waiting, lapsed = factories.issued(alice), factories.issued(bob)
    now = timezone.now()
    Certificate.objects.filter(pk=waiting.pk).update(run_after=now - timedelta(seconds=90))
    Certificate.objects.filter(pk=lapsed.pk).update(
        work_state=WorkState.RUNNING, lease_until=now - timedelta(seconds=300)
    )
    Heartbeat.beat("attempts")
    Heartbeat.objects.update(beat_at=now - timedelta(seconds=40))
    found = lines()
    kind = '{kind="certificates.certificate"}'
    assert found[f"doppelpass_work_waiting{kind}"] == 2
    assert 299 < found[f"doppelpass_work_oldest_seconds{kind}"] < 330
    assert found[f"doppelpass_work_failed{kind}"] == 0
    assert found['doppelpass_work_waiting{kind="reports.exportjob"}'] == 0
    assert 39 < found['doppelpass_sweep_age_seconds{sweep="attempts"}'] < 70
    assert found["doppelpass_database_up"] == 1


@pytest.mark.django_db
def test_errors_are_counted_by_what_they_are(
    lines: Any, client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(alice)
    client.raise_request_exception = False
    errors = iter([ValueError("ours"), OperationalError("away"), OperationalError("away")])

    def fail(*arguments: object, **named: object) -> None:
        raise next(errors)

    monkeypatch.setattr(views, "render", fail)
    for _ in range(2):
        client.get(reverse("help"))
    monkeypatch.setattr("assessments.views.api.save_response", fail)
    save = reverse("assessments:save", kwargs={"uuid": "00000000-0000-0000-0000-000000000001"})
    assert (
        client.post(save, {"position": 1}, content_type="application/json", headers={"Accept": "*/*"}).status_code
        == 503
    )
    found = lines()
    assert found["doppelpass_errors_total"] == 1
    assert found["doppelpass_outages_total"] == 2
    assert found["doppelpass_autosave_errors_total"] == 1


@pytest.mark.django_db
def test_it_answers_without_the_database(lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is when somebody looks at it."""

    def away() -> None:
        raise OperationalError("away")

    monkeypatch.setattr(metrics, "gauges", away)
    metrics.count("renders_total", 3)
    found = lines()
    assert found["doppelpass_database_up"] == 0
    assert found["doppelpass_renders_total"] == 3


def test_a_counter_that_is_not_declared_is_refused() -> None:
    with pytest.raises(KeyError):
        metrics.count("nonsense")
