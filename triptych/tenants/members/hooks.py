"""What people contribute to the generic hooks."""

from django.utils.translation import gettext as _

from triptych.platform.plugins import hookimpl
from triptych.platform.web.hookspecs import OnboardingStep
from triptych.tenants.members.models import Invitation, Member


@hookimpl
def onboarding_steps(member: Member) -> list[OnboardingStep]:
    """Invite a colleague: for those who may."""
    if not member.may_administer:
        return []
    is_done = Member.objects.filter(person_id__isnull=False).exclude(pk=member.pk).exists()
    return [
        OnboardingStep(
            _("Invite a colleague"),
            _("Everybody sees the same customers, and who promised what."),
            "/settings/people/",
            _("Invite"),
            is_done=is_done or Invitation.objects.exists(),
            position=40,
        )
    ]
