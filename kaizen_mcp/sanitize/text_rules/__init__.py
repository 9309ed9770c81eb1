r"""Tables of the ways to write a secret that no name announces, such as the password in a link: a row in one of them.

Patterns are bytes, because text is searched as UTF-8 in lower case. Several texts are searched at once, joined by
zero bytes, so no pattern may match one: each class of excluded characters excludes `\0` too. Anyone may have
written the text, and it may be megabytes long. To keep the time linear, a pattern looks ahead only over a limited
number of characters, or starts with a literal that can't occur within another match.

`commands` has command lines, devices and settings; `programs` calls in code; `drivers` what a browser driver types;
`http` headers, links and cookies; `sentences` and `one_time_codes` what people write; `keys_and_hashes` keys
that are told by more than their first characters, which are in `key_formats`.
"""

from kaizen_mcp.sanitize.text_rules.commands import COMMANDS
from kaizen_mcp.sanitize.text_rules.drivers import DRIVERS
from kaizen_mcp.sanitize.text_rules.http import HTTP
from kaizen_mcp.sanitize.text_rules.keys_and_hashes import KEYS_AND_HASHES
from kaizen_mcp.sanitize.text_rules.one_time_codes import ONE_TIME_CODES
from kaizen_mcp.sanitize.text_rules.programs import PROGRAMS
from kaizen_mcp.sanitize.text_rules.sentences import SENTENCES

TEXT_RULES = [*HTTP, *COMMANDS, *PROGRAMS, *DRIVERS, *SENTENCES, *ONE_TIME_CODES, *KEYS_AND_HASHES]
"""Each is tried wherever its literal is found."""
