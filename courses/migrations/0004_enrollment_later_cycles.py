from django.db import migrations, models

from enablement.core.migrating import AddIndexOnline


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('courses', '0003_outline_changed'),
    ]

    operations = [
        AddIndexOnline(
            model_name='enrollment',
            index=models.Index(condition=models.Q(('cycle__gt', 1)), fields=['user', 'activity', 'cycle', 'enrolled_at'], name='enrollment_later_cycles'),
        ),
    ]
