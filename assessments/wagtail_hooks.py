"""The item bank in the CMS."""

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from assessments.cms.viewsets import ItemViewSet
from assessments.models import Item

register_snippet(ItemViewSet)


@hooks.register("register_cms_quick_link")
def begin_an_item() -> type[Item]:
    """An entry among the quick links of the CMS's start page."""
    return Item


@hooks.register("insert_global_admin_css")
def bilingual_columns() -> SafeString:
    """German and English side by side in the editor of items."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/cms-items.css"))
