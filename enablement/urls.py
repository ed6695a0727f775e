"""All addresses. Everything needs a log-in unless its view says otherwise; the rooms' own urls hold their pages."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from certificates.views import short_verify
from courses.serving import serve_page
from courses.views import branding
from courses.views.documents import serve_document
from enablement import views

handler500 = "enablement.views.server_error"
urlpatterns = [
    path("health/live", views.health_live, name="health_live"),
    path("health/ready", views.health_ready, name="health_ready"),
    path("health/metrics", views.health_metrics, name="health_metrics"),
    path("admin/login/", views.cms_login),
    # Wagtail's bulk actions on users know nothing of our roles.
    path("admin/bulk/people/user/<path:rest>", views.nothing_here),
    path("admin/", include(wagtailadmin_urls)),
    re_path(r"^documents/(\d+)/(.*)$", serve_document, name="wagtaildocs_serve"),  # Wagtail's, and byte ranges
    path("documents/", include(wagtaildocs_urls.urlpatterns[1:])),
    # Printed on certificates and in their QR codes: short, without a language, and for ever.
    path("verify/", short_verify, name="short_verify_form"),
    path("verify/<str:code>", short_verify, name="short_verify"),
    path("media/<path:name>", views.media, name="media"),
    path("brand.css", branding.stylesheet, name="brand_stylesheet"),
    path("brand/logo", branding.logo, name="brand_logo"),
]
urlpatterns += i18n_patterns(
    path("accounts/email/", views.nothing_here),  # addresses belong to HR: whoever changes one becomes somebody else
    path("accounts/", include("allauth.urls")),
    path("help/", views.help_page, name="help"),
    path("people/", include("people.urls")),
    path("learn/", include("courses.urls")),
    path("tests/", include("assessments.urls")),
    path("certificates/", include("certificates.urls")),
    path("reports/", include("reports.urls")),
    path("_util/login/", views.nothing_here),  # a second log-in, past the second factor and the limits of the first
    path("", include(wagtail_urls.urlpatterns[:-1])),
    re_path(wagtail_urls.serve_pattern, serve_page, name="wagtail_serve"),
)
