"""The book for Sphinx itself, without Jupyter Book; what it is, ``_config.yml`` says."""

from pathlib import Path

from hwcode.site.sphinxext.settings import settings

globals().update(settings(Path(__file__).resolve().parent))
