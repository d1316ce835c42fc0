"""What a process remembers between requests must not lead from one workspace into another.

Every cache of a module stands here with what its key is made of. A new one fails the test until somebody has said
it: `code` (nothing of a workspace is in it), `content` (the key is all that the value is made of), `tenant` (the key
names it).
"""

import ast
from pathlib import Path

import triptych

ROOT = Path(triptych.__file__).parent
CACHING = {"cache", "lru_cache"}
HOLDERS = {"dict", "list", "set", "OrderedDict", "defaultdict", "deque", "WeakKeyDictionary", "WeakValueDictionary"}

KNOWN: dict[str, set[str]] = {
    "code": {
        "core_crm/activities/records:models_by_kind",
        "core_crm/calendar/holidays:_spoken",
        "core_crm/calendar/holidays:countries_by_name",
        "core_crm/calendar/holidays:holidays_in",
        "core_crm/calendar/holidays:regions",
        "core_crm/calendar/holidays:regions_by_name",
        "core_crm/calendar/offsets:_changes",
        "core_crm/custom_fields/computed/references:standard_of",
        "core_crm/imports/importers/words:_countries",
        "core_crm/imports/staying:_pointers",
        "core_crm/imports/values:_months",
        "core_crm/lists/templatetags/lists:_css",
        "graphql/composition:core_extensions",
        "graphql/filters:choice_filter",
        "graphql/listings:_listings",
        "platform/collation/keys:_collator",
        "platform/collation/keys:_scripts",
        "platform/db/base:_with_quick_moments",
        "platform/db/joins:_statement",
        "platform/events/jobs:_runners",
        "platform/events/registry:_by_event",
        "platform/events/registry:_by_name",
        "platform/events/registry:discover",
        "platform/events/schedules:_declared",
        "platform/observability/health:_checks",
        "platform/plugins/discovery:found",
        "platform/plugins/verdicts:surroundings",
        "platform/web/addresses:_pattern",
        "platform/web/assets:_icon_paths",
        "platform/web/templatetags/parts:_exact_pattern",
        "platform/languages/dates:_locale",
        "platform/web/templatetags/parts:_locale",
        "platform/web/templatetags/parts:_pattern",
        "platform/web/templatetags/parts:_whole_pattern",
        "platform/web/templatetags/parts:icon",
        "plugins/operational/sales/schema/__init__:extensions",
        "tenants/fleet:current_stamp",
        "tenants/health:_wanted",
        "tenants/plugins:checks",
    },
    "content": {
        "core_crm/custom_fields/definitions:_kinds",
        "core_crm/custom_fields/definitions:_known",
        "core_crm/duplicates/names:spelled",
        "core_crm/imports/interpreting:_vocabularies",
        "graphql/composition:_schemas",
        "platform/collation/keys:_key",
        "platform/web/colours:readable",
    },
    "tenant": {
        "core_crm/imports/files:_profiles",
        "platform/plugins/failures:_waiting",
    },
}


def remembered(path):
    """The cached functions of a file, and the containers of its modules that code may fill."""
    for node in ast.parse(path.read_text()).body:
        for function in ast.walk(node):
            if isinstance(function, ast.FunctionDef) and any(
                getattr(one, "attr", getattr(one, "id", "")) in CACHING
                for decorator in function.decorator_list
                for one in [decorator.func if isinstance(decorator, ast.Call) else decorator]
            ):
                yield function.name
        target = getattr(node, "target", None) or (node.targets[0] if isinstance(node, ast.Assign) else None)
        value = getattr(node, "value", None)
        if not isinstance(target, ast.Name) or target.id.isupper() or target.id.startswith("__"):
            continue
        called = getattr(value, "func", None)
        empty = isinstance(value, ast.Dict | ast.List | ast.Set) and not ast.dump(value).count("Constant")
        if empty or getattr(called, "attr", getattr(called, "id", "")) in HOLDERS:
            yield target.id


def test_every_cache_of_the_process_is_known_not_to_lead_into_another_workspace():
    found = {
        f"{path.relative_to(ROOT).with_suffix('').as_posix()}:{name}"
        for path in ROOT.rglob("*.py")
        if "migrations" not in path.parts
        for name in remembered(path)
    }

    assert found == set().union(*KNOWN.values())
