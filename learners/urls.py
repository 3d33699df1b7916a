from django.urls import path

from learners import views

app_name = "learners"

urlpatterns = [
    path("settings/", views.settings, name="settings"),
    path("settings/zone/", views.take_zone, name="zone"),
    path("account/export/", views.export, name="export"),
    path("account/delete/", views.delete, name="delete"),
]
