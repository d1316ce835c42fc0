"""Core's own objects, brought in through the same hook as those of plugins."""

from triptych.core_crm.imports.importer import Importer
from triptych.platform.plugins import hookimpl


@hookimpl
def importers() -> list[Importer]:
    """Companies, contacts, leads, deals and members."""
    from triptych.core_crm.imports.importers.companies import CompanyImporter
    from triptych.core_crm.imports.importers.contacts import ContactImporter
    from triptych.core_crm.imports.importers.deals import DealImporter
    from triptych.core_crm.imports.importers.leads import LeadImporter
    from triptych.core_crm.imports.importers.members import MemberImporter

    return [CompanyImporter(), ContactImporter(), LeadImporter(), DealImporter(), MemberImporter()]
