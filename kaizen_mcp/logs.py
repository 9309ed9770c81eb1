"""The log: on stderr, for whoever runs the server, with no secret and no hidden character in it."""

import logging
import sys

from kaizen_mcp.sanitize.escaping import visible_lines
from kaizen_mcp.sanitize.rules import Masker
from kaizen_mcp.settings import DEFAULT_LOG_LEVEL, LOG_LEVELS, Settings


class _SafeFormatter(logging.Formatter):
    """Formats a record, its traceback included, and takes out what nobody should see."""

    def __init__(self, masker: Masker) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        self._masker = masker

    def format(self, record: logging.LogRecord) -> str:
        text, _ = visible_lines(self._masker.text(super().format(record)))
        return text


def set_up_logging(settings: Settings) -> None:
    """Log to stderr from the level that the settings name, or from the default if they name none that there is."""
    known = settings.log_level in LOG_LEVELS
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_SafeFormatter(Masker([settings.api_key.get_secret_value()] if settings.api_key else [])))
    logging.basicConfig(level=settings.log_level if known else DEFAULT_LOG_LEVEL, handlers=[handler])
    for chatty in ("httpx", "httpcore"):
        # What they log at DEBUG and INFO are headers and addresses, which may hold what nobody should see.
        logging.getLogger(chatty).setLevel(logging.WARNING)
    if not known:
        logging.getLogger(__name__).warning("KAIZEN_LOG_LEVEL must be one of %s.", ", ".join(LOG_LEVELS))
