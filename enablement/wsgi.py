"""The WSGI entry point: `gunicorn enablement.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enablement.settings")
application = get_wsgi_application()

# Servers other than runserver run no system checks; the one about demo accounts must stop them too.
from people.checks import refuse_demo_people  # noqa: E402 - needs the application

refuse_demo_people()
