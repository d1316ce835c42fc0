"""Exchange rates in the API."""

from datetime import date, datetime
from decimal import Decimal

import strawberry
import strawberry_django
from strawberry import relay

from triptych.core_crm.deals import access, actions, models
from triptych.core_crm.deals.rates import today
from triptych.core_crm.deals.rates_file import rates_in
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import DateFilter, IdFilter, TextFilter, Where, filter_input
from triptych.graphql.listings import Listing
from triptych.graphql.mutations import Answer, IdInput, acting, key_of, mutation
from triptych.graphql.orderings import By, ordering_input
from triptych.tenants.members.access import administering


@strawberry_django.type(
    models.ExchangeRate,
    name="ExchangeRate",
    description="What a currency is worth in the workspace's own, from a day on.",
)
class ExchangeRate(relay.Node):
    base: str = strawberry_django.field(description="The workspace's own currency.")
    currency: str = strawberry_django.field(description="ISO 4217 code.")
    effective_date: date
    rate: Decimal = strawberry_django.field(description="What one unit of `currency` is worth in `base`.")
    set_at: datetime


rate_list = Listing(
    node=ExchangeRate,
    model=models.ExchangeRate,
    visible_to=access.rates_visible_to,
    filter=filter_input(
        "ExchangeRateFilter",
        models.ExchangeRate,
        {
            "id": Where(IdFilter, "pk", of="ExchangeRate"),
            "currency": Where(TextFilter, "currency"),
            "effective_date": Where(DateFilter, "effective_date"),
        },
    ),
    order=ordering_input(
        "ExchangeRateOrder", {"EFFECTIVE_DATE": By("effective_date"), "CURRENCY": By("currency"), "RATE": By("rate")}
    ),
    default_order=(By("effective_date", descending=True), By("currency")),
)


@strawberry.input
class ExchangeRateInput:
    currency: str = strawberry.field(description="ISO 4217 code.")
    rate: Decimal = strawberry.field(description="What one unit is worth in the workspace's own currency.")
    effective_date: date | None = strawberry.field(default=None, description="From when on; today if left out.")


@strawberry.input
class SetExchangeRatesInput:
    rates: list[ExchangeRateInput] = strawberry.field(description="At most 20,000; they replace those of the same day.")


@strawberry.input
class ImportExchangeRatesInput:
    content: str = strawberry.field(
        description="CSV with the columns date, currency, rate; or Date and a column for each currency, to the euro."
    )


@strawberry.input
class DeleteExchangeRateInput(IdInput):
    pass


@strawberry.type
class ExchangeRatesPayload(Answer):
    @strawberry.field(description="How many rates are kept. Null when there is a problem.")
    def count(self) -> int | None:
        return self.records.get("count")


@strawberry.type
class DeleteExchangeRatePayload(Answer):
    @strawberry.field(description="The id of the rate that is gone. Null when there is a problem.")
    def deleted_id(self) -> relay.GlobalID | None:
        return self.records.get("deleted_id")


@strawberry.type
class Queries:
    exchange_rate = rate_list.singular("An exchange rate by id.")
    exchange_rates = rate_list.plural("Exchange rates into the workspace's own currency, the newest first.")


@strawberry.type
class Mutations:
    @mutation
    def set_exchange_rates(self, info: ApiInfo, input: SetExchangeRatesInput) -> ExchangeRatesPayload:
        """Keep rates; closed deals that had none get the one of the day they closed. For owners and admins."""
        administering(info.context.member)
        rates = [actions.NewRate(one.currency, one.effective_date or today(), one.rate) for one in input.rates]
        return ExchangeRatesPayload.of(count=actions.set_rates(rates=rates, **acting(info)))

    @mutation
    def import_exchange_rates(self, info: ApiInfo, input: ImportExchangeRatesInput) -> ExchangeRatesPayload:
        """Keep the rates of a file, all or none. For owners and admins."""
        administering(info.context.member)
        rates = rates_in(input.content, day=today())
        return ExchangeRatesPayload.of(count=actions.set_rates(rates=rates, **acting(info)))

    @mutation
    def delete_exchange_rate(self, info: ApiInfo, input: DeleteExchangeRateInput) -> DeleteExchangeRatePayload:
        """Forget a rate; the one before it counts again, and closed deals keep theirs. For owners and admins."""
        rate = access.rate_to_change(info.context.member, key_of(input.id, rate_list))
        actions.delete_rate(rate=rate, **acting(info))
        return DeleteExchangeRatePayload.of(deleted_id=input.id)
