"""Import and export in the CMS: the trainer sees what would happen before it does, and nothing happens twice."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.images import get_image_model

from assessments.cms import exchange
from assessments.exchange import limits
from assessments.models import Item, ItemImport
from people.models import User
from tests.assessments import factories
from tests.assessments.exchange.test_pictures import PICTURED, files

pytestmark = pytest.mark.django_db
NAMES = "wagtailsnippets_assessments_item"
GIFT = """// [id:q-1]
::Runde::Was hilft?{=Reden#Ja. ~%20%Schweigen}

::Kaputt::Was?{=a
"""


@pytest.fixture
def editor(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def upload(client: Client, content: bytes, *, language: str = "de", name: str = "") -> str:
    data = {"file": SimpleUploadedFile("items.gift", content), "language": language, "format_name": name}
    response = client.post(reverse(f"{NAMES}:import"), data)
    assert response.status_code == 302, response.context["form"].errors
    return str(response.headers["Location"])


def test_the_dry_run_shows_items_losses_and_faults_and_the_second_click_changes_nothing(editor: Client) -> None:
    preview = upload(editor, GIFT.encode())
    html = editor.get(preview).content.decode()
    for part in ("Runde", "Was hilft?", "Reden", "Schweigen", "20 %", "Kaputt", "1 new, 0 changed", "1 left out", "EN"):
        assert part in html, part
    assert not Item.objects.exists()
    assert editor.post(preview).status_code == 302
    item = Item.objects.get()
    assert (item.title, item.live) == ("Runde", False)
    row = ItemImport.objects.get()
    assert (bytes(row.content), row.summary["new"]) == (b"", 1)
    before = item.latest_revision_id
    assert editor.post(preview).status_code == 302
    assert Item.objects.get().latest_revision_id == before


def test_a_changed_item_shows_what_it_had_before(editor: Client) -> None:
    editor.post(upload(editor, GIFT.encode()))
    html = editor.get(upload(editor, GIFT.replace("Schweigen", "Warten").encode())).content.decode()
    assert "<del>Schweigen</del>" in html
    assert "<ins>Warten</ins>" in html
    again = editor.get(upload(editor, GIFT.encode())).content.decode()
    assert "nothing to import" in again
    assert 'type="submit" class="button button-longrunning"' not in again


def test_a_file_that_cannot_be_read_says_why(editor: Client) -> None:
    html = editor.get(upload(editor, b"<quiz><question></quiz>")).content.decode()
    assert "not well-formed" in html
    assert "Choose another file" in html
    assert editor.post(upload(editor, b"\x00\x01")).status_code == 200


def test_large_files_and_large_numbers_are_refused(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "MAX_BYTES", 10)
    data = {"file": SimpleUploadedFile("a.gift", b"x" * 11), "language": "de", "format_name": ""}
    assert editor.post(reverse(f"{NAMES}:import"), data).status_code == 200
    assert not ItemImport.objects.exists()
    monkeypatch.setattr(exchange, "MAX_BYTES", limits.MAX_BYTES)
    monkeypatch.setattr(exchange, "MAX_APPLIED", 1)
    preview = upload(editor, b"Eins?{=a ~b}\n\nZwei?{=a ~b}")
    assert "More than 1 items" in editor.get(preview).content.decode()
    editor.post(preview)
    assert not Item.objects.exists()


def test_uploads_that_nobody_confirmed_go(editor: Client) -> None:
    upload(editor, b"Eins?{=a ~b}")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        upload(editor, b"Zwei?{=a ~b}")
    assert ItemImport.objects.count() == 1


def test_the_export_follows_the_filters_of_the_list(editor: Client) -> None:
    factories.item(title="Silo", tags=["M01"], topic="Anzeichen")
    factories.item("ordering", title="Reihe", tags=["M01"])
    factories.item(title="Andere", tags=["M02"])
    tag = Item.objects.get(title="Silo").tags.get()
    listed = editor.get(reverse(f"{NAMES}:list") + f"?tag={tag.pk}").content.decode()
    assert f"/export/?tag={tag.pk}" in listed
    url = reverse(f"{NAMES}:export")
    page = editor.get(f"{url}?tag={tag.pk}&format=aiken&language=de")
    assert page.context["result"].written == 1
    html = page.content.decode()
    assert "Reihe" in html
    assert "Feedback has no place in Aiken" in html
    file = editor.get(f"{url}?tag={tag.pk}&format=aiken&language=en&download=1")
    assert file.headers["Content-Disposition"] == 'attachment; filename="items-en.txt"'
    assert file.content.decode().count("ANSWER:") == 1
    assert editor.get(f"{url}?q=Andere&format=gift&language=de").context["result"].written == 1


def test_the_preview_counts_pictures_and_the_click_puts_them_into_the_library(editor: Client, admin: User) -> None:
    preview = upload(editor, PICTURED)
    html = editor.get(preview).content.decode()
    assert "1 picture comes into the image library." in html
    assert not get_image_model().objects.exists()
    assert editor.post(preview).status_code == 302
    assert get_image_model().objects.get().uploaded_by_user == admin
    changed = PICTURED.replace(b"Eine Karte", b"Ein Plan")
    html = editor.get(upload(editor, changed)).content.decode()
    assert "<del>Eine Karte</del>" in html
    assert "<ins>Ein Plan</ins>" in html
    assert "image library." not in html


def test_an_import_that_fails_at_the_end_leaves_no_file(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files()
    preview = upload(editor, PICTURED)

    def fail(*_args: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(ItemImport, "save", fail)
    with pytest.raises(RuntimeError, match="disk full"):
        editor.post(preview)
    assert (Item.objects.count(), files()) == (0, before)
