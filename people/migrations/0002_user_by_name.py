from django.db import migrations, models

from enablement.core.migrating import AddIndexOnline


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('people', '0001_initial'),
    ]

    operations = [
        AddIndexOnline(
            model_name='user',
            index=models.Index(fields=['last_name', 'first_name', 'id'], name='user_by_name'),
        ),
    ]
