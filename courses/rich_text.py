"""Links in rich text, resolved together for a whole lesson (see `courses.bulk`). Registered in `wagtail_hooks`."""

from typing import Any

from django.utils.html import escape
from wagtail.documents import get_document_model
from wagtail.documents.rich_text import DocumentLinkHandler
from wagtail.rich_text.pages import PageLinkHandler

from courses.bulk import as_number, loaded_instances, loaded_page_urls, page_urls


class BulkPageLinkHandler(PageLinkHandler):
    """Links to pages in the reader's language. A page that is gone or not published leaves the bare text."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, str]]) -> list[str]:
        ids = {attrs.get("id", "") for attrs in attrs_list}
        urls = loaded_page_urls()
        if not ids <= urls.keys():
            urls = page_urls(ids)
        return [_opening_tag(urls.get(attrs.get("id", ""), "")) for attrs in attrs_list]


class BulkDocumentLinkHandler(DocumentLinkHandler):
    """Links to documents."""

    @classmethod
    def get_many(cls, attrs_list: list[dict[str, str]]) -> list[Any]:
        found = loaded_instances(get_document_model())
        if found is None:
            return super().get_many(attrs_list)  # type: ignore[no-any-return]  # Wagtail ships no types
        return [found.get(as_number(attrs.get("id"))) for attrs in attrs_list]


def _opening_tag(url: str) -> str:
    return f'<a href="{escape(url)}">' if url else "<a>"
