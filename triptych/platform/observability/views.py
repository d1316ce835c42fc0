"""`/health/live`, `/health/ready` and `/metrics`: for machines, on any host, before anything of a tenant is touched."""

import ipaddress
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from triptych.platform.observability import health
from triptych.platform.observability.metrics import exposition

PROXY_HEADERS = ("X-Forwarded-For", "X-Real-Ip", "Forwarded")


def live(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers at all."""
    return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


def ready(request: HttpRequest) -> HttpResponse:
    """200 when this process should get requests, else 503. Names what is wrong, also what is wrong and survivable."""
    report = health.report()
    checks = {name: wrong or "ok" for name, wrong in report.found.items()}
    return JsonResponse(
        {"status": report.status, "checks": checks},
        status=200 if report.is_ready else 503,
        headers={"Cache-Control": "no-store"},
    )


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format, for this machine itself and for whoever brings METRICS_TOKEN; 404 for all others."""
    if not (_is_from_here(request) or _brings_the_token(request)):
        return HttpResponse("Not found.", status=404, content_type="text/plain")
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _is_from_here(request: HttpRequest) -> bool:
    """From a loopback address, and not through a proxy on this machine, whose callers are anybody."""
    if any(header in request.headers for header in PROXY_HEADERS):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _brings_the_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return bool(settings.METRICS_TOKEN) and secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())


SERVICE_VIEWS = {"/health/live": live, "/health/ready": ready, "/metrics": metrics}
"""By path, with or without a slash at the end."""
