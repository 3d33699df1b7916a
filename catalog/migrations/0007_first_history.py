"""What topics and readings say now is where their history begins."""

from django.db import migrations
from django.utils import timezone

COPIED = {
    "Topic": ("id", "slug", "title", "position"),
    "Resource": (
        "id", "slug", "title", "url", "kind", "publisher", "minutes", "summary", "sources", "position", "topic_id",
    ),
}


def begin_history(apps, schema_editor):
    for name, fields in COPIED.items():
        history = apps.get_model("catalog", f"Historical{name}")
        history.objects.bulk_create(
            history(**row, history_date=timezone.now(), history_type="+")
            for row in apps.get_model("catalog", name).objects.values(*fields)
        )


def forget_history(apps, schema_editor):
    for name in COPIED:
        apps.get_model("catalog", f"Historical{name}").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0006_topic_and_reading_history"),
    ]

    operations = [
        migrations.RunPython(begin_history, forget_history),
    ]
