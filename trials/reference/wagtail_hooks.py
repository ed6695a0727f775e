"""Links as Wagtail resolves them itself: its own handlers, after those of the product."""

from wagtail import hooks
from wagtail.documents.rich_text import DocumentLinkHandler
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.rich_text.pages import PageLinkHandler


@hooks.register("register_rich_text_features", order=1000)
def own_links(features: FeatureRegistry) -> None:
    features.register_link_type(PageLinkHandler)
    features.register_link_type(DocumentLinkHandler)
