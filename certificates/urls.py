from django.urls import path

from certificates import views

app_name = "certificates"
urlpatterns = [
    path("", views.wall, name="wall"),
    path("<int:pk>/download/", views.download, name="download"),
    path("<int:pk>/initials/", views.initials, name="initials"),
    path("manage/", views.manage, name="manage"),
    path("manage/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("manage/<int:pk>/render/", views.render_again, name="render_again"),
    path("sample.pdf", views.sample, name="sample"),
    path("verify/", views.verify_form, name="verify_form"),
    path("verify/<str:code>/", views.verify, name="verify"),
    path("verify/<str:code>/file/", views.verify_file, name="verify_file"),
]
