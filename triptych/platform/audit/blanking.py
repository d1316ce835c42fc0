"""The one thing that may happen to entries of the audit: that what they say of an erased person is blanked.

Who, when, from which door, which row and which columns stay. A tenant's role cannot write entries; it may call this
function, which does nothing but blank, in the tenant's own schema, and leaves an entry that says so.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import connection

REPLACEMENT = "***"
"""What stands where a text named the person. Shorter than any of what it replaces."""

FUNCTION = """
CREATE OR REPLACE FUNCTION public.audit_blanked(said jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT coalesce(jsonb_object_agg(key, CASE
        WHEN jsonb_typeof(value) IN ('number', 'boolean') THEN value
        WHEN jsonb_typeof(value) = 'string' AND value #>> '{}' ~
            '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.+Z-]+)$' THEN value
        ELSE 'null' END), '{}')
    FROM jsonb_each(said)
$body$;
REVOKE ALL ON FUNCTION public.audit_blanked(jsonb) FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.audit_blank(whole uuid[], parts jsonb, mentions text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET statement_timeout = 0 AS $body$
DECLARE
    home text := current_setting('role');
    actor jsonb := coalesce(nullif(current_setting('triptych.actor', true), ''), '{}')::jsonb;
    blanked bigint;
    replaced bigint := 0;
BEGIN
    IF home !~ '^t_[0-9a-f]{32}$' THEN
        RAISE EXCEPTION 'The audit is blanked from within a tenant only.';
    END IF;
    EXECUTE format('UPDATE %I.audit_entry'
                   ' SET before = public.audit_blanked(before), after = public.audit_blanked(after)'
                   ' WHERE about = ANY($1) OR ($2 -> "table"::text) ? about::text', home)
    USING whole, parts;
    GET DIAGNOSTICS blanked = ROW_COUNT;
    IF mentions <> '' THEN
        EXECUTE format('UPDATE %I.audit_entry SET before = regexp_replace(before::text, $1, ''***'', ''gi'')::jsonb,'
                       ' after = regexp_replace(after::text, $1, ''***'', ''gi'')::jsonb'
                       ' WHERE before::text ~* $1 OR after::text ~* $1', home)
        USING mentions;
        GET DIAGNOSTICS replaced = ROW_COUNT;
    END IF;
    EXECUTE format('INSERT INTO %I.audit_entry (id, at, "table", act, before, after, member_id, actor) VALUES'
                   ' (gen_random_uuid(), clock_timestamp(), ''audit_entry'', ''changed'', ''{}'', $1, $2, $3)', home)
    USING jsonb_build_object('blanked', blanked + replaced), (actor ->> 'member')::uuid, actor - 'member';
    RETURN blanked + replaced;
END $body$;
REVOKE ALL ON FUNCTION public.audit_blank(uuid[], jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.audit_blank(uuid[], jsonb, text) TO triptych_shared;
"""


def blank_entries(*, whole: Collection[UUID], parts: Mapping[str, Collection[UUID]], mentions: str) -> int:
    """Blank what entries of the current tenant say; returns how many.

    `whole` are records of which every entry is blanked, with those of the rows that are part of them; `parts` does so
    for the entries of one table alone; where a text elsewhere matches the expression `mentions` (PostgreSQL's, empty
    for none), the match becomes `REPLACEMENT`.
    """
    listed = json.dumps({table: [str(pk) for pk in keys] for table, keys in parts.items()})
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.audit_blank(%s::uuid[], %s::jsonb, %s)", [list(whole), listed, mentions])
        return int(cursor.fetchone()[0])
