from django.urls import path

from people import views

app_name = "people"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/language/", views.change_language, name="language"),
    path("profile/theme/", views.change_theme, name="theme"),
    path("my-data/", views.my_data, name="my_data"),
    path("my-data/export/", views.export_my_data, name="export_my_data"),
]
