"""The roles of the staff: groups, which `learners.roles` fills after each migrate."""

from django.db import migrations

ROLES = ("curator", "administrator")


def make(apps, schema_editor):
    for role in ROLES:
        apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias).get_or_create(name=role)


def remove(apps, schema_editor):
    apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias).filter(name__in=ROLES).delete()


class Migration(migrations.Migration):

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("learners", "0003_refused_address"),
    ]

    operations = [migrations.RunPython(make, remove)]
