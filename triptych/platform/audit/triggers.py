"""The trigger that writes the audit, and on which tables it stands.

A table is audited unless its model says otherwise. A model may say:

    audited_with = "deal_id"        the column with the record that its rows are part of; None for no audit at all
    audited_without = ("secret",)   columns whose values the audit must not hold

Left out everywhere are bytes (sort keys), digests of secrets and the columns that count changes. A JSON object in which
only keys that begin with `~` differ (sort keys, too) counts as the same.
"""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from triptych.platform.audit import blanking

FUNCTION = """
CREATE OR REPLACE FUNCTION public.audit_told(kept jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT CASE WHEN jsonb_typeof(kept) = 'object'
        THEN (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(kept) WHERE key NOT LIKE '~%')
        ELSE kept END
$body$;
REVOKE ALL ON FUNCTION public.audit_told(jsonb) FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.audit_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    unseen text[] := TG_ARGV[1:];
    was jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    becomes jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    about uuid := coalesce(becomes ->> TG_ARGV[0], was ->> TG_ARGV[0])::uuid;
    actor jsonb := coalesce(nullif(current_setting('triptych.actor', true), ''), '{}')::jsonb;
    act text := 'created';
BEGIN
    was := jsonb_strip_nulls(was) - unseen;
    becomes := jsonb_strip_nulls(becomes) - unseen;
    IF TG_OP = 'UPDATE' THEN
        act := 'changed';
        SELECT coalesce(jsonb_object_agg(name, was -> name) FILTER (WHERE was ? name), '{}'),
               coalesce(jsonb_object_agg(name, becomes -> name) FILTER (WHERE becomes ? name), '{}')
        INTO was, becomes
        FROM jsonb_object_keys(was || becomes) AS name
        WHERE was -> name IS DISTINCT FROM becomes -> name
          AND public.audit_told(was -> name) IS DISTINCT FROM public.audit_told(becomes -> name);
        IF was = '{}' AND becomes = '{}' THEN
            RETURN NULL;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        act := 'removed';
    END IF;
    EXECUTE format('INSERT INTO %I.audit_entry (id, at, "table", about, act, before, after, member_id, actor)'
                   ' VALUES (gen_random_uuid(), clock_timestamp(), $1, $2, $3, $4, $5, $6, $7)', TG_TABLE_SCHEMA)
    USING TG_TABLE_NAME, about, act, was, becomes, (actor ->> 'member')::uuid, actor - 'member';
    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION public.audit_change() FROM PUBLIC;
"""
"""Owned by the owner and run with its rights: the one way by which an entry comes to be."""

FUNCTIONS = FUNCTION + blanking.FUNCTION

LEFT_OUT = ("version", "updated_at", "digest", "token_digest")


def statements() -> list[str]:
    """What puts the trigger on every audited table of a tenant's schema, and takes it off the others. Idempotent."""
    return [_trigger(model, about) if about else _no_trigger(model) for model, about in _models()]


def install() -> None:
    """Put the triggers on the tables of the schema that is being built."""
    with connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)


def audited() -> list[type[models.Model]]:
    """The audited models of the tenants' apps."""
    return [model for model, about in _models() if about]


def _models() -> list[tuple[type[models.Model], str | None]]:
    """The models of the tenants' apps in the order of their tables, each with its `audited_with`."""
    found = [
        (model, _about(model))
        for config in apps.get_app_configs()
        if config.name in settings.TENANT_APPS
        for model in config.get_models(include_auto_created=True)
        if model._meta.managed
    ]
    return sorted(found, key=lambda pair: pair[0]._meta.db_table)


def _about(model: type[models.Model]) -> str | None:
    """The column that names what a row is about: what the model says, else its own key."""
    if model._meta.auto_created:  # the rows between two models belong to the first
        return str(next(field.attname for field in model._meta.concrete_fields if field.is_relation))
    about: str | None = getattr(model, "audited_with", model._meta.pk.attname)
    return about


def _trigger(model: type[models.Model], about: str) -> str:
    columns = [str(field.column) for field in model._meta.concrete_fields]
    bytes_and_made = {
        field.column
        for field in model._meta.concrete_fields
        if isinstance(field, models.BinaryField | models.GeneratedField)
    }
    left_out: tuple[str, ...] = (*LEFT_OUT, *getattr(model, "audited_without", ()))
    unseen = sorted(column for column in columns if column in bytes_and_made or column in left_out)
    arguments = ", ".join(f"'{name}'" for name in (about, *unseen))
    table = connection.ops.quote_name(model._meta.db_table)
    return (
        f"CREATE OR REPLACE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION public.audit_change({arguments})"
    )


def _no_trigger(model: type[models.Model]) -> str:
    return f"DROP TRIGGER IF EXISTS audited ON {connection.ops.quote_name(model._meta.db_table)}"
