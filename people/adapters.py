"""How django-allauth is told about our rules."""

import base64
import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.crypto import salted_hmac

from people.models import User

logger = logging.getLogger(__name__)


def absolute(path: str) -> str:
    """The address under BASE_URL. The Host header is the sender's to choose, so a link in a mail never uses it."""
    parts = urlsplit(path)
    return settings.BASE_URL + parts.path + (f"?{parts.query}" if parts.query else "")


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from HR's import; a company may open sign-up with SIGNUP_OPEN."""
        return bool(settings.SIGNUP_OPEN)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Home in the person's own language. A safe `next` wins before this is asked."""
        user = request.user
        return f"/{user.language}/" if isinstance(user, User) else super().get_login_redirect_url(request)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return "/"

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        set_language_cookie(response, user.language)
        return response

    def get_reset_password_from_key_url(self, key: str) -> str:
        return absolute(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return absolute(super().get_email_confirmation_url(request, emailconfirmation))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the recipient's language; no name or address in it comes from the Host header."""
        safe = {
            key: absolute(value) if key.endswith("_url") and isinstance(value, str) else value
            for key, value in context.items()
        }
        safe["current_site"] = {"name": "Doppelpass", "domain": urlsplit(settings.BASE_URL).netloc}
        safe["base_url"] = settings.BASE_URL
        user = context.get("user")
        language = user.language if isinstance(user, User) else translation.get_language()
        with translation.override(language):
            self.render_mail(template_prefix, email, {"email": email, **safe}).send()

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """allauth would write to its own table of addresses; ours is the person's."""
        try:
            super().send_notification_mail(
                template_prefix, user, {"user": user, **(context or {})}, email or user.email
            )
        except OSError:  # a mail server that is down must not undo the change that the mail tells of
            logger.exception("the notification %s could not be sent", template_prefix)


def set_language_cookie(response: HttpResponse, language: str) -> None:
    """What pages without a language in their address (the CMS, `/`) go by."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=31_536_000,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


class MFAAdapter(DefaultMFAAdapter):
    """Second factors. Secrets are stored encrypted, so that a copy of the database opens no account."""

    @staticmethod
    def _cipher() -> MultiFernet:
        keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        return MultiFernet(
            [
                Fernet(base64.urlsafe_b64encode(salted_hmac("people.mfa", "secret", key, algorithm="sha256").digest()))
                for key in keys
            ]
        )

    def encrypt(self, text: str) -> str:
        return self._cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._cipher().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        if settings.PRODUCTION:
            entity["id"] = urlsplit(settings.BASE_URL).hostname or entity["id"]
        return {**entity, "name": "Doppelpass"}
