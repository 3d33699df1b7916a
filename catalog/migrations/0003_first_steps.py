"""A question that was published has taken a step already: its latest wording says who took it, and when."""

from django.db import migrations


def note_first_steps(apps, schema_editor):
    QuestionRevision = apps.get_model("catalog", "QuestionRevision")
    StatusChange = apps.get_model("catalog", "StatusChange")
    latest = QuestionRevision.objects.filter(question__status="published").order_by("question", "number")
    rows = {revision.question_id: revision for revision in latest.iterator()}
    StatusChange.objects.bulk_create(
        (
            StatusChange(question_id=pk, status="published", by_id=row.author_id, at=row.at)
            for pk, row in rows.items()
        ),
        batch_size=500,
    )


def forget_steps(apps, schema_editor):
    apps.get_model("catalog", "StatusChange").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0002_steps_and_editors"),
    ]

    operations = [
        migrations.RunPython(note_first_steps, forget_steps),
    ]
