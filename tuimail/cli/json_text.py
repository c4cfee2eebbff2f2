"""What `--json` prints."""

import json


def json_text(data: object) -> str:
    """A value as JSON for people and programs alike: indented, letters as they are."""
    return json.dumps(data, ensure_ascii=False, indent=2)
