import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """No column: the model learns how it is joined."""

    dependencies = [
        ('certificates', '0004_mail_lease'),
        ('courses', '0004_enrollment_later_cycles'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name='certificate',
                    name='enrollment',
                    field=models.ForeignObject(editable=False, from_fields=['user', 'activity', 'cycle'], on_delete=django.db.models.deletion.DO_NOTHING, related_name='certificates', to='courses.enrollment', to_fields=['user', 'activity', 'cycle']),
                ),
            ],
        ),
    ]
