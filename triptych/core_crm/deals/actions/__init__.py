"""Every write to deals and pipelines."""

from triptych.core_crm.deals.actions.bulk import (
    NewDeal,
    create_deals_in_bulk,
    delete_deals_in_bulk,
    set_amounts_from_lines_in_bulk,
)
from triptych.core_crm.deals.actions.competitors import (
    create_competitor,
    delete_competitor,
    remove_deal_competitor,
    set_deal_competitor,
    update_competitor,
)
from triptych.core_crm.deals.actions.deals import (
    BuyingRole,
    DealFields,
    create_deal,
    delete_deal,
    restore_deal,
    roles_of,
    set_amount_from_lines,
    update_deal,
)
from triptych.core_crm.deals.actions.gates import FieldsNeeded, MoveRefused
from triptych.core_crm.deals.actions.moves import move_deal, reopen_deal, stand_as_before
from triptych.core_crm.deals.actions.pipelines import (
    NewStage,
    PipelineFields,
    create_pipeline,
    create_stage,
    delete_pipeline,
    remove_stage,
    reorder_pipelines,
    reorder_stages,
    update_pipeline,
    update_stage,
)
from triptych.core_crm.deals.actions.rates import NewRate, delete_rate, set_rates

__all__ = [
    "BuyingRole",
    "DealFields",
    "FieldsNeeded",
    "MoveRefused",
    "NewDeal",
    "NewRate",
    "NewStage",
    "PipelineFields",
    "create_competitor",
    "create_deal",
    "create_deals_in_bulk",
    "create_pipeline",
    "create_stage",
    "delete_competitor",
    "delete_deal",
    "delete_deals_in_bulk",
    "delete_pipeline",
    "delete_rate",
    "move_deal",
    "remove_deal_competitor",
    "remove_stage",
    "reopen_deal",
    "reorder_pipelines",
    "reorder_stages",
    "restore_deal",
    "roles_of",
    "set_amount_from_lines",
    "set_amounts_from_lines_in_bulk",
    "set_deal_competitor",
    "set_rates",
    "stand_as_before",
    "update_competitor",
    "update_deal",
    "update_pipeline",
    "update_stage",
]
