"""What may be set from outside, typed. A wrong value stops the start and is named."""

import os
import sys
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from triptych.platform.embedded import default_data_folder


class Environment(BaseSettings):
    """Environment variables. Empty ones count as not set. All have defaults that suit one machine."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore")

    triptych_data: Path = Field(default_factory=default_data_folder, description="Folder of database, files and keys.")
    triptych_mode: Literal["development", "production"] = "development"
    triptych_debug: bool = Field(False, description="Django's technical error pages and unhashed assets.")
    triptych_base_domain: str = Field("localhost", description="Tenants live on its subdomains.")
    triptych_port: int = Field(8000, ge=1, le=65535, description="Public port, part of the addresses in mails.")
    triptych_streams_port: int = Field(
        0, ge=0, le=65535, description="Port of the streams; 0: a proxy leads /live/ there."
    )
    triptych_scheme: Literal["http", "https"] = "http"
    secret_key: str = Field("", description="Signs sessions and tokens; default: a key kept in the data folder.")
    database_url: str = Field("", pattern=r"^(postgres(ql)?://.*)?$", description="Login of web and workers.")
    database_owner_url: str = Field("", pattern=r"^(postgres(ql)?://.*)?$", description="Login that may alter tables.")
    triptych_as_owner: bool = Field(False, description="Use the owner's login: migrations, provisioning, commands.")
    triptych_proxies: int = Field(0, ge=0, le=9, description="Reverse proxies in front; says which caller is counted.")
    triptych_pool: int = Field(0, ge=0, le=200, description="Database connections kept open per process; 0 for none.")
    broker_url: str = Field("", pattern=r"^((rediss?|amqps?|memory)://.*)?$")
    cache_url: str = Field("locmemcache://", pattern=r"^(locmemcache|rediscache|redis|rediss)://.*$")
    email_url: str = Field("", pattern=r"^((smtp|smtp\+tls|smtp\+ssl|consolemail|filemail|dummymail)://.*)?$")
    email_from: str = "Triptych <hello@localhost>"
    sentry_dsn: str = Field("", pattern=r"^(https?://.*)?$")
    stripe_secret_key: str = ""
    stripe_webhook_secret: str = ""
    stripe_api_base: str = Field("https://api.stripe.com", pattern=r"^https?://.*$")
    metrics_token: str = Field("", description="Lets a scraper from elsewhere read /metrics.")

    def database(self) -> str:
        """The URL of the login that this process uses. With one URL set, it serves both."""
        url = self.database_owner_url if self.triptych_as_owner else ""
        return url or self.database_url or "postgresql://triptych_web@/triptych"

    def key(self) -> str:
        """The secret key, from the environment or the data folder."""
        if self.secret_key:
            return self.secret_key
        kept = self.triptych_data / "secret_key"
        return kept.read_text() if kept.exists() else "not-secret-outside-a-data-folder"


def read_environment() -> Environment:
    """Read and check the environment; print each wrong value with its rule and exit with 2 if there is one."""
    try:
        return Environment()  # type: ignore[call-arg]
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0]).upper()
            given = os.environ.get(name, "")
            print(f"{name} is set to {given!r}, which does not fit: {problem['msg']}.", file=sys.stderr)
        sys.exit(2)
