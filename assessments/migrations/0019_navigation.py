from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0018_quiz_exception'),
    ]

    operations = [
        migrations.AddField(
            model_name='attempt',
            name='reached',
            field=models.PositiveSmallIntegerField(default=1, db_default=1, help_text='The question that stands open where they come one after the other.'),
        ),
        migrations.AddField(
            model_name='quizpage',
            name='navigation',
            field=models.CharField(choices=[('free', 'Freely, back and forth'), ('sequential', 'One after the other, no way back')], default='free', db_default='free', help_text='One after the other: only where a later question would give an earlier one away.', max_length=10, verbose_name='moving between questions'),
        ),
    ]
