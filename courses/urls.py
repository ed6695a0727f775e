from django.urls import path

from courses.views import learning, notes, search

app_name = "courses"
urlpatterns = [
    path("mine/", learning.my_learning_page, name="my_learning"),
    path("search/", search.search, name="search"),
    path("modules/<uuid:key>/start/", learning.start, name="start"),
    path("paths/<uuid:key>/start/", learning.start_path, name="start_path"),
    path("lessons/<uuid:key>/complete/", learning.complete, name="complete"),
    path("notes/<uuid:activity_key>/<uuid:block_id>/", notes.save, name="note"),
]
