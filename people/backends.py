"""Who is at the other end of a session."""

from allauth.account.auth_backends import AuthenticationBackend

from people.models import User


class PersonBackend(AuthenticationBackend):
    """Allauth's log-in by e-mail, Django's permissions; reads the function along, which every page shows."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("function").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
