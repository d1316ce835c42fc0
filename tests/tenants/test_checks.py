"""`triptych check --deploy` names what is unsafe in public."""

import pytest
from django.conf import settings

from triptych.environment import Environment, read_environment
from triptych.tenants.checks import check_environment

SAFE = {
    "TRIPTYCH_MODE": "production",
    "TRIPTYCH_SCHEME": "https",
    "TRIPTYCH_BASE_DOMAIN": "crm.example",
    "DATABASE_OWNER_URL": "postgresql://owner@db/triptych",
    "DATABASE_URL": "postgresql://web@db/triptych",
    "BROKER_URL": "redis://broker",
    "EMAIL_URL": "smtp://mail:25",
    "CACHE_URL": "rediscache://cache",
}


def findings(monkeypatch, given):
    for name in (*SAFE, "TRIPTYCH_DATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(settings, "ENVIRONMENT", Environment())
    return {message.id: message.msg for message in check_environment(None)}


def test_one_machine_is_not_the_public(monkeypatch):
    found = findings(monkeypatch, {})

    assert len(found) == 7
    assert found["triptych.W002"].startswith("TRIPTYCH_SCHEME is http: cookies travel readable.")


def test_safe_settings_pass(monkeypatch):
    assert findings(monkeypatch, SAFE) == {}


def test_each_unsafe_setting_is_named(monkeypatch):
    for name in SAFE:
        found = findings(monkeypatch, {key: value for key, value in SAFE.items() if key != name})
        assert [message.split()[0] for message in found.values()] == ([name] if name != "DATABASE_URL" else []), name


def test_a_wrong_value_is_named_and_stops(monkeypatch, capsys):
    monkeypatch.setenv("TRIPTYCH_PORT", "eighty")
    with pytest.raises(SystemExit) as stopped:
        read_environment()
    assert stopped.value.code == 2
    assert "TRIPTYCH_PORT is set to 'eighty'" in capsys.readouterr().err
