"""Settings that hold everywhere. The other modules say only what differs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from speccomm_web.config.environment import database_settings, email_settings, read_environment

ENVIRONMENT = read_environment()
WEB = Path(__file__).resolve().parents[2]

SECRET_KEY = ENVIRONMENT.secret_key
AUDIT_KEY = ENVIRONMENT.audit_key
DEBUG = False
DESIGN_PAGES = False
ALLOWED_HOSTS = list(ENVIRONMENT.hosts)
ROOT_URLCONF = "speccomm_web.config.urls"
ASGI_APPLICATION = "speccomm_web.config.asgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
    "speccomm_web.config",
    "speccomm_web.design",
    "speccomm_web.accounts",
    "speccomm_web.runs",
    "speccomm_web.evidence",
    "speccomm_web.submissions",
    "speccomm_web.explore",
    "speccomm_web.packs",
    "speccomm_web.api",
]

MIDDLEWARE = [
    "speccomm_web.config.middleware.request_log",
    "speccomm_web.config.middleware.security_headers",
    "speccomm_web.config.middleware.refuse_bodies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "speccomm_web.accounts.middleware.expire_sessions",
    "speccomm_web.accounts.middleware.keep_to_permissions",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "speccomm_web.design.environment.environment",
            "context_processors": ["speccomm_web.accounts.context.people"],
        },
    },
    # Mail is written by allauth's own templates.
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

DATABASES = {"default": database_settings(ENVIRONMENT.database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if ENVIRONMENT.redis:
    CACHES: dict[str, Any] = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": ENVIRONMENT.redis,
            "KEY_PREFIX": "speccomm",
        }
    }
    SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "web_cache",
        }
    }
    SESSION_ENGINE = "django.contrib.sessions.backends.db"

# Answers of explored questions, bounded: those of each process, so that reading one is no query, and
# those that all processes share, so that none is worked out twice.
CACHES["answers"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "answers",
    "TIMEOUT": 24 * 3600,
    "OPTIONS": {"MAX_ENTRIES": 300},
}
CACHES["shared_answers"] = {
    "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
    "LOCATION": ENVIRONMENT.data_dir / "web" / "answers",
    "TIMEOUT": 24 * 3600,
    "OPTIONS": {"MAX_ENTRIES": 5000},
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# People and sessions
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SESSION_IDLE_SECONDS = ENVIRONMENT.idle_minutes * 60
SESSION_LONGEST_SECONDS = ENVIRONMENT.session_hours * 3600
SESSION_COOKIE_AGE = SESSION_LONGEST_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "speccomm_web.config.views.errors.csrf_failure"
SECOND_FACTOR_REQUIRED = ENVIRONMENT.second_factor
DEMONSTRATION = ENVIRONMENT.demonstration

ACCOUNT_ADAPTER = "speccomm_web.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_FORMS = {"login": "speccomm_web.accounts.forms.SignInForm"}
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = ENVIRONMENT.proxies
MFA_ADAPTER = "speccomm_web.accounts.adapters.SecondFactorAdapter"
MFA_TOTP_ISSUER = "Specialised commissioning"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True  # administrators add people, who do not sign up
SOCIALACCOUNT_ADAPTER = "speccomm_web.accounts.adapters.OpenIdAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = bool(ENVIRONMENT.open_id and ENVIRONMENT.open_id.trusts_email)
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = SOCIALACCOUNT_EMAIL_AUTHENTICATION
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False
OPEN_ID_NAME = ENVIRONMENT.open_id.name if ENVIRONMENT.open_id else ""
OPEN_ID_ORIGIN = ENVIRONMENT.open_id.origin if ENVIRONMENT.open_id else ""
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "organisation",
                "name": ENVIRONMENT.open_id.name,
                "client_id": ENVIRONMENT.open_id.client_id,
                "secret": ENVIRONMENT.open_id.client_secret,
                "settings": {"server_url": ENVIRONMENT.open_id.issuer},
            }
        ]
        if ENVIRONMENT.open_id
        else [],
    }
}

# Pages
STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.data_dir / "web" / "static"
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# The most bytes of one request, in front of Django; BODY_LIMITS are the addresses that take files.
MIB = 1024 * 1024
BODY_LIMIT = DATA_UPLOAD_MAX_MEMORY_SIZE + MIB // 2
BODY_LIMITS = (
    (re.compile(r"/submissions/send"), (ENVIRONMENT.upload_total_mib + 1) * MIB),
    (re.compile(r"/submissions/challenges/\d+/reply"), ENVIRONMENT.attachments_mib * MIB),
    (re.compile(r"/evidence/import"), ENVIRONMENT.sheet_mib * MIB),
)
METRICS_TOKEN = ENVIRONMENT.metrics_token

# Mail
globals().update(email_settings(ENVIRONMENT.email))
DEFAULT_FROM_EMAIL = ENVIRONMENT.email_from

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "speccomm_web.config.logs.JsonLines"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["out"], "level": ENVIRONMENT.log_level},
    "loggers": {
        # Its own line for each request would repeat ours, with the query string in clear.
        "uvicorn.access": {"level": "WARNING"},
        "django.server": {"level": "WARNING"},
    },
}
