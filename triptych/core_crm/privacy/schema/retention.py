"""Rules of retention in the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from django.http import Http404
from strawberry import UNSET

from triptych.core_crm.privacy import models, retention
from triptych.graphql.context import ApiInfo
from triptych.graphql.mutations import Answer, acting, mutation

strawberry.enum(models.RetentionRule.Kind, name="RetentionKind")
strawberry.enum(models.RetentionRule.Condition, name="RetentionCondition")
strawberry.enum(models.RetentionRule.Unit, name="RetentionUnit")
strawberry.enum(models.RetentionRule.Act, name="RetentionAct")


@strawberry.type(description="A record that a rule would deal with.")
class RetentionRecord:
    id: strawberry.ID = strawberry.field(description="The record's key, not a global id: it may be in the bin.")
    name: str
    updated_at: datetime


@strawberry.type(description="What a rule would do now. Nothing is changed.")
class RetentionDryRun:
    count: int
    first: list[RetentionRecord] = strawberry.field(description="At most 20, the oldest first.")


@strawberry.type(description="How long records are kept. A rule does nothing until it is on.")
class RetentionRule:
    id: strawberry.ID
    kind: models.RetentionRule.Kind
    condition: models.RetentionRule.Condition
    age: int = strawberry.field(description="For how many days or months, see unit.")
    unit: models.RetentionRule.Unit
    act: models.RetentionRule.Act
    is_active: bool
    last_run_at: datetime | None
    last_count: int = strawberry.field(description="How many records it dealt with then.")
    rule: strawberry.Private[models.RetentionRule]

    @strawberry.field(description="What it would do now.")
    def dry_run(self, info: ApiInfo) -> RetentionDryRun:
        dry = retention.dry_run(self.rule, now=info.context.now)
        first = [
            RetentionRecord(id=strawberry.ID(str(one.pk)), name=str(one), updated_at=one.updated_at)
            for one in dry.first
        ]
        return RetentionDryRun(count=dry.count, first=first)

    @classmethod
    def of(cls, rule: models.RetentionRule) -> RetentionRule:
        """The rule as the API shows it."""
        return cls(
            id=strawberry.ID(str(rule.pk)),
            kind=models.RetentionRule.Kind(rule.kind),
            condition=models.RetentionRule.Condition(rule.condition),
            age=rule.age,
            unit=models.RetentionRule.Unit(rule.unit),
            act=models.RetentionRule.Act(rule.act),
            is_active=rule.is_active,
            last_run_at=rule.last_run_at,
            last_count=rule.last_count,
            rule=rule,
        )


@strawberry.type
class RetentionQueries:
    @strawberry.field(
        description="How long records are kept. For owners and admins who may delete everything.", metadata={"cost": 10}
    )
    def retention_rules(self, info: ApiInfo) -> list[RetentionRule]:
        return [RetentionRule.of(rule) for rule in retention.rules_visible_to(info.context.member)]


@strawberry.input(description="A rule to be made, or with `id` to be changed.")
class SaveRetentionRuleInput:
    kind: models.RetentionRule.Kind
    condition: models.RetentionRule.Condition
    age: int = strawberry.field(description="1 to 1,200 days or months.")
    act: models.RetentionRule.Act
    unit: models.RetentionRule.Unit = models.RetentionRule.Unit.MONTHS
    is_active: bool = strawberry.field(default=False, description="Carried out each night from when it is on.")
    id: strawberry.ID | None = UNSET


@strawberry.input
class DeleteRetentionRuleInput:
    id: strawberry.ID


@strawberry.type
class RetentionRulePayload(Answer):
    @strawberry.field(description="Null when there is a problem, or none any more.")
    def rule(self) -> RetentionRule | None:
        found: Any = self.records.get("rule")
        return RetentionRule.of(found) if found else None


@strawberry.type
class RetentionMutations:
    @mutation
    def save_retention_rule(self, info: ApiInfo, input: SaveRetentionRuleInput) -> RetentionRulePayload:
        """Make a rule, change one, switch it on or off. For owners and admins who may delete everything."""
        rule = retention.rule_to_change(info.context.member, _key(input.id)) if input.id else None
        names = ("kind", "condition", "age", "unit", "act", "is_active")
        fields: dict[str, Any] = {name: getattr(input, name) for name in names}
        return RetentionRulePayload.of(rule=retention.save_rule(rule=rule, **fields, **acting(info)))

    @mutation
    def delete_retention_rule(self, info: ApiInfo, input: DeleteRetentionRuleInput) -> RetentionRulePayload:
        """Forget a rule. For owners and admins who may delete everything."""
        rule = retention.rule_to_change(info.context.member, _key(input.id))
        retention.delete_rule(rule=rule, **acting(info))
        return RetentionRulePayload.of()


def _key(given: Any) -> UUID:
    try:
        return UUID(str(given))
    except ValueError:
        raise Http404 from None
