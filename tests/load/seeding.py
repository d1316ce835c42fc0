"""Records by the hundred thousand, written in the database itself: every noun's, findable, with owners and companies.

Nothing is announced and nothing audited: the benchmarks that take them only read.
"""

from django.db import connection

from triptych.platform.scope import building, entered
from triptych.tenants.models import Tenant

MEMBERS = 20
"""Among so many members the records are dealt out; every twenty-first is nobody's."""
NOUNS = ("company", "contact", "contactcompany", "lead", "deal", "case", "activity")
"""In the order of their tables, those first to which others point."""


def key_of(noun: str, number: str = "n") -> str:
    """The key of the record with that number, in SQL; they come after one another as those made in Python do."""
    return f"('019a0000-{NOUNS.index(noun):04x}-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


OWNER = "(SELECT id FROM members_member WHERE email = 'seed' || n % 21 || '@load.example')"
COMPANY, CONTACT = key_of("company"), key_of("contact")
NOTHING, NONE = "jsonb_build_object()", "jsonb_build_array()"
ALIKE = (
    f"now() - n * interval '1 minute' AS created_at, now() - n * interval '50 seconds' AS updated_at, 1 AS version,"
    f" {OWNER} AS owner_id, {NOTHING} AS custom"
)
STAGES = "(SELECT *, row_number() OVER (ORDER BY position, id) AS at, count(*) OVER () AS of FROM deals_stage) AS s"

ROWS = {
    "contacts_company": f"""{ALIKE}, 'Company ' || n AS name, convert_to('company ' || n, 'UTF8') AS sort_key,
        '' AS website, CASE WHEN n % 3 = 0 THEN '' ELSE 'c' || n || '.example' END AS domain, '' AS phone,
        (ARRAY['customer', 'prospect', 'partner', 'supplier'])[1 + n % 4] AS type, 'Industry ' || n % 30 AS industry,
        CASE WHEN n % 4 > 0 THEN n % 5000 END AS number_of_employees, 'EUR' AS currency, '' AS description,
        CASE WHEN n % 5 > 0 THEN n * 1000 END AS annual_revenue, {NOTHING} AS billing_address,
        {NOTHING} AS shipping_address""",
    "contacts_contact": f"""{ALIKE}, '' AS salutation, 'First' || n % 97 AS first_name, 'Last' || n AS last_name,
        convert_to('last' || n, 'UTF8') AS sort_key, 'Title ' || n % 211 AS job_title, {NONE} AS phones,
        CASE WHEN n % 7 = 0 THEN {NONE} ELSE jsonb_build_array(jsonb_build_object('email', 'c' || n || '@acme.example',
        'label', '')) END AS emails, {NONE} AS addresses, false AS do_not_call, n % 9 = 0 AS do_not_email,
        '' AS description""",
    "contacts_contactcompany": f"'' AS role, true AS is_primary, {COMPANY} AS company_id, {CONTACT} AS contact_id",
    "leads_lead": f"""{ALIKE}, 'First' || n % 97 AS first_name, 'Last' || n AS last_name, 'Title' AS job_title,
        convert_to('last' || n, 'UTF8') AS sort_key, 'Firm ' || n % 3000 AS company_name, '' AS phone, '' AS website,
        'l' || n || '@firm.example' AS email, 'Source ' || n % 12 AS source, '' AS industry, '' AS campaign,
        (ARRAY['new', 'assigned', 'in_process', 'recycled', 'dead'])[1 + n % 5] AS status, '' AS description,
        '' AS lost_reason, {NOTHING} AS conversion""",
    "deals_deal": f"""{ALIKE}, 'Deal ' || n AS name, convert_to('deal ' || n, 'UTF8') AS sort_key, '' AS description,
        now() - n % 9000 * interval '7 minutes' AS entered_stage_at, now() AS opened_at, s.probability,
        CASE WHEN s.is_closed THEN now() - n * interval '1 minute' END AS closed_at, 'pipeline' AS forecast_category,
        CASE WHEN n % 10 > 0 THEN current_date + n % 700 - 500 END AS close_date, 'EUR' AS currency,
        CASE WHEN n % 8 > 0 THEN n % 9973 * 10 END AS amount, false AS amount_is_total, 'new_business' AS type,
        '' AS lead_source, '' AS campaign, '' AS next_step, '' AS lost_reason, '' AS lost_details,
        CASE WHEN n % 6 > 0 THEN {COMPANY} END AS company_id, s.pipeline_id, s.id AS stage_id,
        CASE WHEN n % 6 > 0 THEN {CONTACT} END AS primary_contact_id""",
    "cases_case": f"""{ALIKE}, n AS number, 'Subject ' || n % 9000 AS subject, '' AS description,
        (ARRAY['new', 'assigned', 'pending', 'closed', 'closed', 'closed'])[1 + n % 6] AS status,
        (ARRAY['low', 'normal', 'normal', 'high', 'urgent'])[1 + n % 5] AS priority, 'question' AS type,
        CASE WHEN n % 3 > 0 THEN now() - n % 7000 * interval '9 minutes' END AS last_message_at, 'email' AS origin,
        CASE WHEN n % 6 > 2 THEN now() - n * interval '30 seconds' END AS resolved_at, n % 11 = 0 AS awaits_reply,
        {COMPANY} AS company_id, {CONTACT} AS contact_id, (SELECT id FROM cases_queue LIMIT 1) AS queue_id,
        '' AS following, '' AS requester_email, '' AS requester_name, '' AS status_before_merge""",
    "activities_activity": f"""{ALIKE}, (ARRAY['task', 'call', 'meeting', 'note'])[1 + n % 4] AS kind,
        'Talk ' || n AS subject, '' AS description, (ARRAY['not_started', 'planned', 'held', ''])[1 + n % 4] AS status,
        CASE WHEN n % 4 = 0 THEN now() + (n % 20000 - 19000) * interval '20 minutes' END AS due_at, '' AS direction,
        'normal' AS priority, now() - n * interval '1 minute' AS at, '' AS location, {NONE} AS reminders, '' AS rule,
        '' AS zone""",
}
FROM = {"deals_deal": f", {STAGES} WHERE s.at = 1 + n % s.of"}
WORDS = {
    "company": ("'company ' || n", "'customer industry' || n % 30"),
    "contact": ("'first' || n % 97 || ' last' || n", "'title' || n % 211 || ' company' || n % 997"),
    "lead": ("'first' || n % 97 || ' last' || n", "'firm ' || n % 3000"),
    "deal": ("'deal ' || n", "'company' || n % 997"),
    "case": ("'subject ' || n % 9000", "'last' || n"),
    "activity": ("'talk ' || n", "'task'"),
}
"""The folded words of each noun's title, and those beside it."""


def seed(tenant: Tenant, already: int, wanted: int) -> None:
    """Bring every noun of the tenant from `already` records to `wanted`, and tell the planner of them."""
    numbers = f"FROM generate_series({already + 1}, {wanted}) AS n"
    with entered(building(tenant.schema_name)), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # neither audit nor checks, row by row
        if not already:
            cursor.execute(
                "INSERT INTO members_member (id, name, email, role, region, is_active, created_at, language) SELECT"
                " gen_random_uuid(), 'Seeder ' || n, 'seed' || n || '@load.example', 'member', '', true, now(), ''"
                " FROM generate_series(1, %s) AS n",
                [MEMBERS],
            )
        for noun, (table, columns) in zip(NOUNS, ROWS.items(), strict=True):
            rows = f"SELECT {key_of(noun)} AS id, {columns} {numbers}{FROM.get(table, '')}"
            cursor.execute(f"SELECT * FROM ({rows}) AS rows LIMIT 0")
            names = ", ".join(f'"{column.name}"' for column in cursor.description or ())
            cursor.execute(f"INSERT INTO {table} ({names}) {rows}")
        for noun, (title, rest) in WORDS.items():
            words = f"'K{noun} ' || {title} || ' T' || replace({title}, ' ', ' T') || ' ' || {rest}"
            cursor.execute(
                "INSERT INTO search_searchentry (object_id, kind, title, subtitle, url, owner_id, updated_at, words)"
                f" SELECT {key_of(noun)}, '{noun}', initcap({title}), {rest}, '/x/', {OWNER},"
                f" now() - n * interval '50 seconds', ({words})::tsvector {numbers}"
            )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")
