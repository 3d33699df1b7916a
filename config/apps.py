"""Django's admin, with the door that `learners.staff` puts to it."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    default_site = "learners.staff.StaffSite"
