"""Bare views behind a log-in."""

import json

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse

from people.models import User
from trials.reference.models import BareAnswer


def bare(request: HttpRequest) -> HttpResponse:
    """Says who is there: session and person are read, as any page behind a log-in must."""
    if not isinstance(request.user, User):
        return HttpResponseForbidden()
    return HttpResponse(f"<!doctype html><title>Bare</title><p>{request.user.pk}</p>")


def answer(request: HttpRequest) -> HttpResponse:
    """One durable INSERT for a person who is logged in. No check of any kind."""
    if not isinstance(request.user, User):
        return HttpResponseForbidden()
    body = json.loads(request.body)
    row = BareAnswer.objects.create(
        user_id=request.user.pk, question=body["position"], sequence=body["sequence"], value=body["value"]
    )
    return JsonResponse({"saved_at": row.received_at.isoformat()})
