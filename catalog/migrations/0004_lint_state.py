from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0003_first_steps'),
    ]

    operations = [
        migrations.AddField(
            model_name='question',
            name='lint_state',
            field=models.CharField(blank=True, choices=[('errors', 'Has errors'), ('warnings', 'Has warnings'), ('clean', 'Clean')], editable=False, max_length=10, verbose_name='lint'),
        ),
        migrations.AddIndex(
            model_name='question',
            index=models.Index(fields=['lint_state'], name='catalog_que_lint_st_485f34_idx'),
        ),
    ]
