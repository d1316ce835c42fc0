"""`POST /live/graphql/`: subscriptions, as server-sent events.

The protocol is that of the npm package `graphql-sse` in its “distinct connections mode”: a request is a stream, each
result an event `next`, the end an event `complete`. A subscription runs as an ordinary operation, in a thread, once for
each event that it is after; so limits, quota, rights and errors are those of every other request.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType

from triptych.graphql import over_http
from triptych.graphql.authentication import NotAdmitted, caller_of
from triptych.graphql.composition import schema_for
from triptych.graphql.context import ApiInfo, Caller, Context, Heard
from triptych.graphql.errors import told
from triptych.graphql.over_http import Asked, Unusable
from triptych.platform import clock
from triptych.platform.events import Event
from triptych.platform.live import Message, Pass, StreamAnswer
from triptych.platform.live.streams import sse_headers
from triptych.platform.plugins import hooks
from triptych.tenants.members.models import ApiToken, Member
from triptych.tenants.members.signed_in import public_page
from triptych.tenants.routing import TenantRequest

logger = logging.getLogger(__name__)

STREAM = "text/event-stream"
AWAY = "LIVE_UPDATES_AWAY"
Choose = Callable[[Member, Sequence[Event]], Sequence[Any]]


def live(info: ApiInfo, choose: Choose) -> Any:
    """What the root field of a subscription answers with: what `choose` makes of the events, one result for each.

    `choose` gets the member, with their rights as they are then, and some events. What it leaves out nobody hears of.
    """
    heard = info.context.heard
    if heard is None:
        raise RuntimeError("A subscription runs in the process of streams alone.")
    heard.choose = choose
    return info.root_value


@csrf_exempt  # `caller_of` checks it for sessions; tokens need none
@public_page
def subscribe(request: TenantRequest) -> HttpResponse:
    """Open a stream of the results of a subscription. A document that does not fit is told so, and the stream ends."""
    try:
        if request.get_preferred_type([STREAM]) is None:
            raise Unusable(_("Accept text/event-stream."), status=406)
        over_http.must_be_a_post(request, over_http.JSON)
        caller = caller_of(request, at=clock.now())
        voice = SubscriptionVoice(over_http.asked_of(request), Context(request, request.tenant, caller, clock.now()))
        first = voice.run(None)
    except NotAdmitted as refused:
        headers = {"WWW-Authenticate": "Bearer"} if refused.status == 401 else {}
        return over_http.refusal(refused.message, refused.code, refused.status, over_http.JSON, headers)
    except Unusable as unusable:
        return over_http.unusable(unusable, over_http.JSON)
    if first.errors:
        content = b"".join(message.encoded() for message in (_next(first), COMPLETE))
        return HttpResponse(content, headers=sse_headers())
    away = over_http.refusal(_("Live updates are not there at the moment. Try again."), AWAY, 503, over_http.JSON, {})
    good = _pass_of(request, caller)
    return StreamAnswer(
        request, good=good, voice=voice, status=503, content=away.content, content_type=away["Content-Type"]
    )


COMPLETE = Message("complete", last=True)


@dataclass
class SubscriptionVoice:
    """One subscription. Each has results of its own, so none shares what it says."""

    asked: Asked
    context: Context
    heard: Heard = field(default_factory=Heard)

    @property
    def key(self) -> Hashable:
        return id(self)

    def say(self, events: Sequence[Event]) -> list[Message]:
        """The results of those events that the subscription is after; after one that could not be charged, the end."""
        caller = self._caller()
        if caller is None or self.heard.choose is None:
            return [COMPLETE]
        self.context = replace(self.context, caller=caller, now=clock.now(), _batches={})
        messages = []
        for root in self.heard.choose(caller.member, events):
            result = self.run(root)
            messages.append(_next(result))
            if result.data is None:
                return [*messages, COMPLETE]
        return messages

    def missed(self) -> None:
        """Nothing in the protocol says so: the stream breaks off, and the client subscribes again."""

    def run(self, root: Any) -> ExecutionResult:
        """Run the document for one event; for none at all, to see whether it fits.

        Raises:
            Unusable: there is no subscription in it.
        """
        context = replace(self.context, heard=self.heard, _batches={})
        schema = schema_for(hooks.enabled_plugins(), context.member)
        try:
            return schema.execute_sync(
                self.asked.query,
                variable_values=self.asked.variables,
                context_value=context,
                root_value=root,
                operation_name=self.asked.operation_name,
                allowed_operation_types=(OperationType.SUBSCRIPTION,),
            )
        except MissingQueryError:
            raise Unusable(_("“query” must be a text with a GraphQL document.")) from None
        except (CannotGetOperationTypeError, InvalidOperationTypeError):
            raise Unusable(_("Only a subscription is served here. Send everything else to /graphql/.")) from None

    def _caller(self) -> Caller | None:
        """The caller as they are now; None when they have left or their token is revoked."""
        before = self.context.caller
        member = Member.objects.active().select_related("role_record").filter(pk=before.member.pk).first()
        if member is None or before.token is None:
            return Caller(member) if member else None
        token = ApiToken.objects.filter(pk=before.token.pk).first()
        if token is None:
            return None
        token.member = member
        return Caller(member, token) if token.is_valid(at=clock.now()) else None


def _next(result: ExecutionResult) -> Message:
    content: dict[str, Any] = {"data": result.data}
    if result.errors:
        content["errors"] = [told(error).formatted for error in result.errors]
    if result.extensions:
        content["extensions"] = result.extensions
    return Message("next", json.dumps(content, ensure_ascii=False, separators=(",", ":")))


def _pass_of(request: TenantRequest, caller: Caller) -> Pass:
    if caller.token is not None:
        return Pass(caller.member.pk, token_id=caller.token.pk)
    return Pass(caller.member.pk, session_key=request.session.session_key or "")
