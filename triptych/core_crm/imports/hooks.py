"""Core's own objects, brought in through the same hook as those of plugins."""

from django.utils.translation import gettext as _

from triptych.core_crm.imports.importer import Importer
from triptych.core_crm.imports.models import Import
from triptych.platform.plugins import hookimpl
from triptych.platform.web.hookspecs import OnboardingStep


@hookimpl
def importers() -> list[Importer]:
    """Companies, contacts, leads, deals, cases, activities and members."""
    from triptych.core_crm.imports.importers.activities import ActivityImporter
    from triptych.core_crm.imports.importers.cases import CaseImporter
    from triptych.core_crm.imports.importers.companies import CompanyImporter
    from triptych.core_crm.imports.importers.contacts import ContactImporter
    from triptych.core_crm.imports.importers.deals import DealImporter
    from triptych.core_crm.imports.importers.leads import LeadImporter
    from triptych.core_crm.imports.importers.members import MemberImporter

    return [
        CompanyImporter(), ContactImporter(), LeadImporter(), DealImporter(), CaseImporter(), ActivityImporter(),
        MemberImporter(),
    ]  # fmt: skip


@hookimpl
def onboarding_steps() -> list[OnboardingStep]:
    return [
        OnboardingStep(
            _("Bring in what you have"),
            _("A spreadsheet of companies, contacts or deals. You see what will happen first, and can undo it."),
            "/import/",
            _("Import"),
            Import.objects.exists(),
            position=20,
        )
    ]
