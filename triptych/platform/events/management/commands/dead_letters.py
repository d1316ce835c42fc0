"""`triptych manage dead_letters`: deliveries that were given up, in every tenant, and another try for them."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from triptych.platform import clock
from triptych.platform.events.delivering import replay
from triptych.platform.events.models import Delivery
from triptych.platform.scope import CELL, entered


class Command(BaseCommand):
    help = "List deliveries that were given up, or start them again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--replay", metavar="ID", help="Start this one again, or `all`.")

    def handle(self, *args: Any, replay: str | None = None, **options: Any) -> None:
        with entered(CELL):
            dead = Delivery.objects.dead().select_related("event")
            if replay is None:
                for delivery in dead:
                    self.stdout.write(_line(delivery))
                return
            chosen = list(dead if replay == "all" else dead.filter(pk=_id(replay)))
        if not chosen:
            raise CommandError("There is no such dead delivery.")
        self.stdout.write(f"{_replay(chosen)} will be tried again.")


def _replay(chosen: list[Delivery]) -> int:
    return sum(replay(delivery, at=clock.now()) for delivery in chosen)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"{text!r} is no id. Take one from the list, or `all`.") from None


def _line(delivery: Delivery) -> str:
    event = delivery.event
    error = delivery.last_error.splitlines()[0] if delivery.last_error else ""
    return f"{delivery.pk}  tenant {event.tenant_id}  {event.name}  {delivery.handler}  {error}"
