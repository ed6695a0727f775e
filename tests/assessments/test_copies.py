"""Files of published questions are copied whole or not at all, hold up nobody, and leave nothing behind."""

from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Workflow, WorkflowTask

from assessments.kinds.pictures import FOLDER
from assessments.models import Item, ItemVersion
from enablement.core.copies import clear_copies
from enablement.core.models import KeptCopy
from people.models import User
from tests.assessments.test_media import recording, with_media


@pytest.fixture(autouse=True)
def own_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def stored() -> set[str]:
    try:
        return set(default_storage.listdir(FOLDER)[1])
    except FileNotFoundError:
        return set()


def two_days_later() -> Any:
    return time_machine.travel(timezone.now() + timedelta(days=2))


def refuse(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError("the database is away")


@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_published_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(ItemVersion.objects, "create", refuse)
        with pytest.raises(RuntimeError):
            with_media(recording())
    assert not Item.objects.exists()
    assert len(stored()) == 2
    assert clear_copies(FOLDER) == 0, "the next attempt to publish may use them"
    with two_days_later():
        assert clear_copies(FOLDER) == 2
    assert not stored()
    assert not KeptCopy.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_with_more_leaves_no_file() -> None:
    """An import of a whole package is one transaction: the rows go with it, the files with the sweep."""

    @transaction.atomic
    def import_all() -> None:
        with_media(recording())
        refuse()

    with pytest.raises(RuntimeError):
        import_all()
    assert len(stored()) == 2
    assert not KeptCopy.objects.exists()
    with two_days_later():
        assert clear_copies(FOLDER) == 2
    assert not stored()


@pytest.mark.django_db
def test_what_versions_name_stays_for_ever() -> None:
    version = with_media(recording()).versions.get()
    with two_days_later():
        assert clear_copies(FOLDER) == 0
    media = version.content["media"]
    assert stored() == {Path(media["file"]["file"]).name, Path(media["captions"]["file"]).name}


@pytest.mark.django_db
def test_a_file_that_was_half_written_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker was killed while it copied a long recording; the trainer publishes again."""
    media = recording()
    save = default_storage.save

    def killed(name: str, content: Any, **kwargs: Any) -> str:
        with Path(default_storage.path(save(name, content))).open("r+b") as file:
            file.truncate(10)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            with_media(media)
    content = with_media(media).versions.get().content
    with default_storage.open(content["media"]["file"]["file"]) as file:
        assert len(file.read()) == 500
    with two_days_later():
        assert clear_copies(FOLDER) == 1


@pytest.mark.django_db
def test_two_who_publish_the_same_file_at_once_keep_one_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    media = recording()
    save = default_storage.save
    others: list[Item] = []

    def meanwhile(name: str, content: Any, **kwargs: Any) -> str:
        if not others:
            others.append(Item())
            others[0] = with_media(media)
        return str(save(name, content))

    monkeypatch.setattr(default_storage, "save", meanwhile)
    own = with_media(media)
    assert own.versions.get().content["media"] == others[0].versions.get().content["media"]
    assert len(stored()) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["publish", "approve"])
def test_a_slow_storage_holds_no_lock(way: str, client: Client, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite nobody could save an answer while a video is copied."""
    item = with_media(recording(), live=False)
    item.save_revision(user=admin)
    client.force_login(admin)
    task = GroupApprovalTask.objects.create(name="Review")
    workflow = Workflow.objects.create(name="Items")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    save = default_storage.save
    held: list[bool] = []

    def watched(name: str, content: Any, **kwargs: Any) -> str:
        held.append(connection.in_atomic_block)
        return str(save(name, content, **kwargs))

    monkeypatch.setattr(default_storage, "save", watched)
    if way == "publish":
        item.latest_revision.publish(user=admin)
    else:
        state = workflow.start(item, admin)
        url = reverse(
            "wagtailsnippets_assessments_item:workflow_action",
            args=[item.pk, "approve", state.current_task_state.pk],
        )
        client.post(url, {"comment": ""})
    item.refresh_from_db()
    assert item.live
    assert held == [False, False]


@pytest.mark.django_db
def test_copies_of_before_are_known_and_make_no_new_version() -> None:
    """The migration: else every question with a picture would get a new version with its next publication."""
    item = with_media(recording())
    before = set(KeptCopy.objects.values_list("source", "name", "kept"))
    KeptCopy.objects.all().delete()
    import_module("assessments.migrations.0021_kept_copies").remember(apps, None)
    assert set(KeptCopy.objects.values_list("source", "name", "kept")) == before
    item.save()
    assert item.versions.count() == 1
