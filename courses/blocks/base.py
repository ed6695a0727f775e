"""What the families share."""

from django.utils.translation import gettext_lazy as _

# The page's title is the one h1, so text starts at h2.
RICH_TEXT_FEATURES = ["h2", "h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link"]
INLINE_FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link"]

READ = _("Read")
SHOW = _("Show")
PRACTISE = _("Practise")
