"""The reading list, and what the learner knows of it."""

from django.urls import path

from insights import views

app_name = "insights"

urlpatterns = [
    path("topics/", views.topics, name="topics"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("topics/<slug:slug>/follow/", views.follow, name="follow"),
    path("readings/<slug:slug>/", views.reading, name="reading"),
    path("progress/", views.progress, name="progress"),
]
