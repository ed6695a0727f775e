"""Who is at the other end of a session."""

from allauth.account.auth_backends import AuthenticationBackend
from django.db import models

from enablement.core.prepared import Prepared
from people.models import User

_by_key = Prepared(
    lambda pk: User.objects.select_related("function").filter(pk=pk).order_by(), pk=models.BigIntegerField()
)


class PersonBackend(AuthenticationBackend):
    """Allauth's log-in by e-mail, Django's permissions; reads the function along, which every page shows."""

    def get_user(self, user_id: int) -> User | None:
        user = _by_key.first(pk=user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
