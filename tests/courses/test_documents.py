"""Videos and captions in parts, for whoever may have them whole."""

from io import BytesIO
from typing import Any

import pytest
from django.http import FileResponse
from django.test import Client
from wagtail.models import Collection, CollectionViewRestriction

from courses.views import documents
from people.models import User
from tests.courses import cms_factories as make

pytestmark = pytest.mark.django_db
FILM = bytes(range(256)) * 64
SIZE = len(FILM)


@pytest.fixture
def film() -> str:
    return str(make.document("film.mp4", FILM, file_hash="5f3a").url)


@pytest.fixture
def viewer(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def status(response: Any) -> int:
    body(response)
    return int(response.status_code)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-1", 0, 1),  # Safari's first question
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=1000-5999", 1000, 5999),
        (f"bytes=100-{SIZE * 2}", 100, SIZE - 1),
        ("bytes=-50", SIZE - 50, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
    ],
)
def test_a_part_is_sent(viewer: Client, film: str, asked: str, first: int, last: int) -> None:
    response = viewer.get(film, headers={"Range": asked})
    assert response.status_code == 206
    assert body(response) == FILM[first : last + 1]
    assert response["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response["Content-Length"] == str(last - first + 1)
    assert response["Content-Type"] == "video/mp4"
    assert "Content-Encoding" not in response
    assert response["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("asked", ["", "bytes=0-1,5-9", "bytes=-", "bytes=9-3", "lines=0-1", "bytes=a-b"])
def test_what_is_no_single_range_gets_everything(viewer: Client, film: str, asked: str) -> None:
    response = viewer.get(film, headers={"Range": asked})
    assert (response.status_code, body(response)) == (200, FILM)
    assert response["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_with_the_size(viewer: Client, film: str, asked: str) -> None:
    response = viewer.get(film, headers={"Range": asked})
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{SIZE}")


def test_a_range_fits_to_its_version_only(viewer: Client, film: str) -> None:
    whole = viewer.get(film)
    body(whole)
    for version in (whole["ETag"], whole["Last-Modified"]):
        assert status(viewer.get(film, headers={"Range": "bytes=0-9", "If-Range": version})) == 206
    for other in ('"another"', f"W/{whole['ETag']}", "Thu, 01 Jan 1970 00:00:00 GMT"):
        assert status(viewer.get(film, headers={"Range": "bytes=0-9", "If-Range": other})) == 200
    assert status(viewer.get(film, headers={"Range": "bytes=0-9", "If-None-Match": whole["ETag"]})) == 304


def test_without_an_etag_only_the_date_names_the_version(viewer: Client) -> None:
    film = make.document("film.mp4", FILM).url
    assert status(viewer.get(film, headers={"Range": "bytes=0-9", "If-Range": '""'})) == 200


def test_head_tells_the_size_and_that_parts_are_served(viewer: Client, film: str) -> None:
    response = viewer.head(film, headers={"Range": "bytes=0-9"})
    for close in response._resource_closers:  # `close` would end the connection too
        close()
    assert (response.status_code, response["Content-Length"], response["Accept-Ranges"]) == (200, str(SIZE), "bytes")


def test_captions_are_served_as_captions(viewer: Client) -> None:
    captions = make.document("film.vtt", b"WEBVTT\n\n00:00.000 --> 00:02.000\nHallo\n").url
    response = viewer.get(captions, headers={"Range": "bytes=0-5"})
    assert (response.status_code, body(response)) == (206, b"WEBVTT")
    assert response["Content-Type"].startswith("text/vtt")


def test_who_may_not_have_the_file_gets_no_part_of_it(client: Client, alice: User) -> None:
    secret = Collection.get_first_root_node().add_child(name="Vertraulich")
    CollectionViewRestriction.objects.create(collection=secret, restriction_type="groups")
    film = make.document("film.mp4", FILM, collection=secret).url
    for person in (None, alice):
        if person:
            client.force_login(person)
        response = client.get(film, headers={"Range": "bytes=0-9"})
        assert response.status_code in {302, 403}
        assert FILM[:10] not in response.content


def test_of_a_file_in_s3_only_the_part_is_read(viewer: Client, film: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Stored:
        """As boto3's object behind a file of django-storages."""

        def get(self, **options: str) -> dict[str, Any]:
            asked.append(options)
            return {"Body": BytesIO(FILM[10:20])}

    class Field(BytesIO):
        file = type("S3File", (), {"obj": Stored()})()

    def whole(request: Any, *_args: Any) -> FileResponse:
        response = FileResponse(Field())
        response["Content-Length"] = SIZE
        return response

    monkeypatch.setattr(documents, "serve", whole)
    response = viewer.get(film, headers={"Range": "bytes=10-19"})
    assert body(response) == FILM[10:20]
    assert asked == [{"Range": "bytes=10-19"}]
