"""The server's log on stderr. Secrets in it are masked and hidden characters are escaped."""

import logging
import sys
from collections.abc import Callable
from contextvars import ContextVar

from pydantic import SecretStr

from kaizen_mcp.sanitize.hidden_characters import escape_hidden_multiline
from kaizen_mcp.sanitize.text_masker import TextMasker
from kaizen_mcp.settings import DEFAULT_LOG_LEVEL, LOG_LEVELS, Settings

masked_key: ContextVar[SecretStr | None] = ContextVar("masked_key", default=None)
"""Key of the caller whose request is being answered; masked in what is logged meanwhile."""


class MaskingFormatter(logging.Formatter):
    """Formats a record with its traceback, masks credentials and escapes hidden characters."""

    pattern = "%(levelname)s %(name)s: %(message)s"

    def __init__(self, masker: TextMasker) -> None:
        super().__init__(self.pattern)
        self._masker = masker

    def format(self, record: logging.LogRecord) -> str:
        """Return the text."""
        text, _ = escape_hidden_multiline(self._masker.mask(super().format(record)))
        key = masked_key.get()
        return TextMasker([key.get_secret_value()]).mask_secrets(text) if key else text


def set_up_logging(
    settings: Settings, formatter: Callable[[TextMasker], MaskingFormatter] = MaskingFormatter
) -> None:
    """Log to stderr at the level from the settings. If that level does not exist, warn and use the default."""
    is_valid_level = settings.log_level in LOG_LEVELS
    masker = TextMasker([settings.api_key.get_secret_value()] if settings.api_key else [])
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(masker))
    logging.basicConfig(level=settings.log_level if is_valid_level else DEFAULT_LOG_LEVEL, handlers=[handler])
    for library in ("httpx", "httpcore"):
        # At DEBUG and INFO these log headers and URLs, which may contain secrets.
        logging.getLogger(library).setLevel(logging.WARNING)
    if not is_valid_level:
        logging.getLogger(__name__).warning("KAIZEN_LOG_LEVEL must be one of %s.", ", ".join(LOG_LEVELS))
