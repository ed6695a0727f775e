"""The picture of a question stays what it was when the question was published, whatever happens to the library."""

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from assessments.models import AttemptItem, Item
from assessments.services import start_attempt
from people.models import User
from tests.assessments import factories
from tests.courses.factories import ModuleTree


@pytest.fixture
def item(db: None) -> Item:
    return factories.item("hotspot")


def picture(one: AttemptItem) -> str:
    return str(one.item_version.kind_object.public(one.content, "de", one.option_order)["picture"]["url"])


def test_a_deleted_or_replaced_image_changes_no_running_attempt(
    client: Client, learner: User, tree: ModuleTree, item: Item
) -> None:
    attempt = start_attempt(learner, quiz=factories.quiz_of(factories.quiz_page(tree.page, factories.fixed(item))))
    (asked,) = factories.items_of(attempt)
    url = picture(asked)
    client.force_login(learner)
    before = b"".join(client.get(url))
    image = get_image_model().objects.get()
    image.file.storage.delete(image.file.name)
    image.delete()
    assert picture(factories.items_of(attempt)[0]) == url
    assert b"".join(client.get(url)) == before


def test_a_picture_is_for_people_who_are_logged_in(client: Client, item: Item) -> None:
    content = item.versions.get().content
    assert client.get(default_storage.url(content["image"]["file"])).status_code == 302


def test_the_same_picture_is_the_same_version_and_a_new_one_is_another(item: Item) -> None:
    item.save()
    assert item.versions.count() == 1
    image = get_image_model().objects.get()
    image.file = get_test_image_file(filename="other.png", size=(800, 600))
    image._set_image_file_metadata()
    image.save()
    image.renditions.all().delete()
    Item.objects.get(pk=item.pk).save()
    first, second = (version.content["image"]["file"] for version in item.versions.order_by("number"))
    assert first != second
    assert default_storage.exists(first)
    assert default_storage.exists(second)


def test_a_draft_copies_nothing(db: None) -> None:
    draft = factories.item("hotspot", live=False)
    assert not draft.frozen_content()["image"]["file"].startswith("questions/")
    assert draft.written_content()["image"] == {"id": get_image_model().objects.get().pk}


def test_a_picture_that_is_gone_leaves_the_list(item: Item) -> None:
    get_image_model().objects.all().delete()
    content = Item.objects.get(pk=item.pk).frozen_content()
    kind = item.versions.get().kind_object
    assert kind.public(content, "de", [])["picture"]["url"] == ""
    assert kind.problems(content), "and it cannot be published like this"
