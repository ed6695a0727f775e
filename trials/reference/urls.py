from django.urls import include, path
from wagtail import urls as wagtail_urls

from trials.reference import views

urlpatterns = [
    path("bare/", views.bare),
    path("bare/answer/", views.answer),
    path("", include(wagtail_urls)),
]
