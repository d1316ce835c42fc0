"""schema.graphql is what the code makes, for every tenant and set of plugins without surprises."""

import pytest

from triptych.graphql.composition import TenantSchema, composition_problems, schema_for
from triptych.graphql.sdl import SchemaOutdated, bundled_plugins, schema_file, sdl, write_or_check


def test_the_committed_schema_is_current():
    assert schema_file().read_text() == sdl(bundled_plugins()), "Run `triptych schema` and commit schema.graphql."
    write_or_check(only_check=True)


def test_a_changed_schema_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr("triptych.graphql.sdl.schema_file", lambda: tmp_path / "schema.graphql")
    with pytest.raises(SchemaOutdated, match="Run `triptych schema`"):
        write_or_check(only_check=True)
    write_or_check(only_check=False)
    write_or_check(only_check=True)


def test_schemas_of_different_plugins_live_side_by_side():
    plain, full = TenantSchema([]), TenantSchema(bundled_plugins())

    assert (TenantSchema([]).as_str(), TenantSchema(bundled_plugins()).as_str()) == (plain.as_str(), full.as_str())


def test_a_schema_is_built_once_for_a_set_of_plugins():
    assert schema_for(bundled_plugins()) is schema_for(set(bundled_plugins()))


def test_the_bundled_plugins_compose():
    assert composition_problems(bundled_plugins()) == []


def test_every_mutation_takes_one_input_and_answers_with_problems():
    fields = TenantSchema(bundled_plugins())._schema.mutation_type.fields

    for name, field in fields.items():
        kind = getattr(field.type, "of_type", field.type)
        assert list(field.args) == ["input"], name
        assert "problems" in kind.fields, name


def test_every_field_of_the_roots_is_described():
    schema = TenantSchema(bundled_plugins())._schema
    roots = (schema.query_type, schema.mutation_type)

    bare = [f"{root.name}.{name}" for root in roots for name, field in root.fields.items() if not field.description]
    assert bare == []


def test_plural_root_fields_take_the_arguments_of_every_connection():
    fields = TenantSchema([])._schema.query_type.fields
    for name in ("contacts", "companies", "leads", "deals", "cases", "activities", "members"):
        assert list(fields[name].args) == ["first", "after", "last", "before", "filter", "orderBy", "search"], name
