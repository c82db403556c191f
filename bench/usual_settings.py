"""The product's settings, with the pages of `bench.usual` beside its own."""

from crm.settings import *  # noqa: F403

ROOT_URLCONF = "bench.usual"
