"""Django's settings, composed from the environment and from the plugins that are installed."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF

from triptych.environment import read_environment
from triptych.platform import languages
from triptych.platform.db.pooling import neutralise
from triptych.platform.languages.catalogues import catalogues
from triptych.platform.languages.compiled import folders
from triptych.platform.plugins.discovery import installed_plugins

ENVIRONMENT = read_environment()
ROOT = Path(__file__).resolve().parent
DATA = ENVIRONMENT.triptych_data
DEVELOPMENT = ENVIRONMENT.triptych_mode == "development"
DEBUG = ENVIRONMENT.triptych_debug  # not by mode: it keeps each statement in memory and hides our error pages
SHOW_DESIGN = DEVELOPMENT  # the page of all components, at /design/
SECRET_KEY = ENVIRONMENT.key()
BASE_DOMAIN = ENVIRONMENT.triptych_base_domain
ALLOWED_HOSTS = ["*"]  # the tenant middleware answers 404 to every host that leads nowhere
HTTPS = ENVIRONMENT.triptych_scheme == "https"
PUBLIC_PORT = ENVIRONMENT.triptych_port
STREAMS_PORT = ENVIRONMENT.triptych_streams_port
_streams = [f"{ENVIRONMENT.triptych_scheme}://*.{BASE_DOMAIN}:{STREAMS_PORT}"] if STREAMS_PORT else []

# Apps, by the kind of schema their tables stand in. Each app is in exactly one list.
SHARED_APPS = [
    "triptych.tenants",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
CELL_APPS = ["triptych.platform.events", "triptych.platform.plugins"]
CORE_APPS = [
    "triptych.platform.audit",
    "triptych.tenants.members",
    "triptych.platform.files",
    "triptych.platform.search",
    "triptych.core_crm.rights",
    "triptych.core_crm.custom_fields",
    "triptych.core_crm.lists",
    "triptych.core_crm.contacts",
    "triptych.core_crm.deals",
    "triptych.core_crm.leads",
    "triptych.core_crm.cases",
    "triptych.core_crm.mail",
    "triptych.core_crm.calendar",
    "triptych.core_crm.activities",
    "triptych.core_crm.notifications",
    "triptych.core_crm.imports",
    "triptych.core_crm.samples",
    "triptych.core_crm.duplicates",
    "triptych.core_crm.privacy",
]
PLUGINS = installed_plugins()
TENANT_APPS = [*CORE_APPS, *(plugin.app for plugin in PLUGINS if plugin.app)]
INSTALLED_APPS = [
    "triptych.platform.languages",
    "triptych.platform.web",
    "triptych.graphql",
    *SHARED_APPS,
    *CELL_APPS,
    *TENANT_APPS,
    "triptych.core_crm.editing",
    "triptych.core_crm.audit",
    "triptych.core_crm.archives",
    "triptych.core_crm.live",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials",
    "django_filters",
    "csp",
]

# Data
_database = environ.Env.db_url_config(ENVIRONMENT.database())
_pool = {"min_size": 1, "max_size": ENVIRONMENT.triptych_pool, "reset": neutralise, "timeout": 10}
DATABASES = {
    "default": {
        **_database,
        "ENGINE": "triptych.platform.db",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {
            **_database.get("OPTIONS", {}),
            "connect_timeout": 5,
            **({"pool": _pool} if ENVIRONMENT.triptych_pool else {}),
            "options": "-c statement_timeout=60s -c lock_timeout=10s -c idle_in_transaction_session_timeout=120s",
        },
    }
}
DATABASE_ROUTERS = ["triptych.platform.db.router.SchemaRouter"]
TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
PUBLIC_SCHEMA_NAME = "public"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        **environ.Env.cache_url_config(ENVIRONMENT.cache_url),
        "KEY_FUNCTION": "triptych.platform.caching.key_of_this_tenant",
    },
    "shared": {**environ.Env.cache_url_config(ENVIRONMENT.cache_url), "KEY_PREFIX": "shared"},
}
MEDIA_ROOT = DATA / "files"

# Requests
ROOT_URLCONF = "triptych.urls"
PUBLIC_URLCONF = "triptych.tenants.public_urls"
PUBLIC_FRAME = "operator/frame.html"  # around the pages of whoever is signed in on the bare host
APPEND_SLASH = True
MIDDLEWARE = [
    "triptych.platform.web.requests.request_middleware",
    "triptych.platform.web.bodies.body_middleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "triptych.tenants.routing.tenant_middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "triptych.tenants.members.signed_in.PersonMiddleware",
    "triptych.tenants.members.language.language_middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "triptych.platform.web.toasts.toast_middleware",
    "triptych.platform.web.post_only.post_only_middleware",
    "allauth.account.middleware.AccountMiddleware",
    "triptych.tenants.members.signed_in.MemberMiddleware",
    "triptych.platform.plugins.pages.PluginPageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "platform" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "triptych.platform.web.context.shell",
            ],
        },
    }
]

# Sign-in
AUTH_USER_MODEL = "tenants.Person"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mail addresses are unique, whatever their case: a constraint says so
AUTHENTICATION_BACKENDS = ["triptych.tenants.sign_in.SignInBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
PASSWORD_HASHERS = ["triptych.tenants.passwords.PasswordHasher"]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "triptych.tenants.sign_in.SignInForm",
    "reauthenticate": "triptych.tenants.sign_in.ReauthenticateForm",
    "reset_password": "triptych.tenants.sign_in.ResetPasswordForm",
}
ACCOUNT_ADAPTER = "triptych.tenants.sign_in.AccountAdapter"
ALLAUTH_TRUSTED_PROXY_COUNT = ENVIRONMENT.triptych_proxies
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
MFA_ADAPTER = "triptych.tenants.sign_in.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEVELOPMENT
MFA_TOTP_ISSUER = "Triptych"
SESSION_ENGINE = "triptych.tenants.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
# A `__Host-` cookie cannot be planted by a sibling subdomain; it needs HTTPS.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "triptych.platform.web.errors.csrf_failed"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# Browser safety
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *_streams],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
LARGEST_BODY = 60 * 1024 * 1024  # the largest file to import, and its form
FILE_UPLOAD_PERMISSIONS = 0o600

# Assets: from npm through the lock file, an allow-list of files, no bundler.
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
NODE_MODULES = ROOT.parent / "node_modules"
STATICFILES_DIRS = [ROOT / "platform" / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "triptych.platform.web.assets.NodeModulesFinder",
]
STORAGES = {
    "default": {"BACKEND": "triptych.platform.files.storage.TenantStorage"},
    "staticfiles": {"BACKEND": "triptych.platform.web.assets.ManifestStorage"},
}

# Language and time
LANGUAGE_CODE = languages.SOURCE
LANGUAGES = languages.LANGUAGES
FORMAT_MODULE_PATH = "triptych.platform.languages.formats"
CATALOGUES = catalogues(PLUGINS)
COMPILED_CATALOGUES = DATA / "locale"
LOCALE_PATHS = folders(CATALOGUES, COMPILED_CATALOGUES)
USE_TZ = True
TIME_ZONE = "UTC"

# Mail
if ENVIRONMENT.email_url:
    _email = environ.Env.email_url_config(ENVIRONMENT.email_url)
    globals().update(_email)
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA / "mail"
DEFAULT_FROM_EMAIL = ENVIRONMENT.email_from
EMAIL_TIMEOUT = 10

# Tasks
CELERY_APP = "triptych.celery.app"
CELERY_BROKER_URL = ENVIRONMENT.broker_url or "memory://localhost"
JOBS_AT_ONCE = {"interactive": 4, "bulk": 2, "analytics": 1}  # of all workers together; the rest waits its turn
METRICS_TOKEN = ENVIRONMENT.metrics_token

LOGGING_CONFIG = "triptych.platform.web.logs.configure"
LOGGING = {"json": not DEVELOPMENT}
if ENVIRONMENT.sentry_dsn:
    from triptych.platform.observability import sentry

    sentry.start(ENVIRONMENT.sentry_dsn, mode=ENVIRONMENT.triptych_mode)
