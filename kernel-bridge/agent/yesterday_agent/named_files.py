"""pure. Paths that code may have handed to a reader or writer written in C, which opens them past the audit hook.

They come from the strings in code that ran, from the texts and paths of the variables that it read, and
from one joined to the other; and only where the code calls something that sounds like reading or writing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePath
from typing import Any

from .kinds import module_of
from .libraries import MODULES

_TOUCHING = re.compile(
    r"(?:load|save|scan|sink|dump|copy|connect|export|import|from|to|stat|exists)(?:_|$)|(?:read|write|open)_"
    r"|.*_(?:csv|json|parquet|file|files|disk|table|path|db|database)$"
    r"|(?:loads?|opens?)[A-Z]|(?:sql|execute|executescript|query|Dataset|dataset|memmap|imread|imwrite)$|.*File$"
    r"|(?:csv|json|parquet|orc|avro|delta|textFile|wholeTextFiles|binaryFiles|saveAsTextFile)$"
    r"|(?:isfile|isdir|is_file|is_dir|getsize|getmtime|system|getoutput|run|call|check_call|check_output|Popen)$"
)
_FOLDER_READER = re.compile(
    r"(?:read|scan|open)_\w+$|\w*[Dd]ataset$|(?:Image|Dataset)Folder$|load_from_disk$|(?:sql|execute|query)$"
    r"|(?:csv|json|parquet|orc|avro|delta|textFile|wholeTextFiles|binaryFiles)$"
)
_FOLDER_WRITER = re.compile(
    rf"(?:to_(?!{'|'.join(MODULES)})|(?:write|sink|export)_)(?!list|dict|numeric|datetime|device)\w+$|save_to_disk$"
)
"""What becomes an object of another package or of Python writes nothing."""
_WORDS = re.compile(r"[\s'\"<>|;&()=,]+")
_QUOTED = re.compile(r"'([^'\n]{1,500})'")
_COPIED_TO = re.compile(r"\bcopy\b[^;]*?\bto\s+'([^'\n\0]{1,500})'", re.IGNORECASE)
_EXPANDED = re.compile(r"\{(\w+)\}|\$(\w+)")
_TEXT = 1_000
_ITEMS = 50
_MOST = 300


HEARD = frozenset(("read_text", "read_bytes", "write_text", "write_bytes", "open_code"))
"""Python's own, which the audit hook reports."""


def sounds_like_files(call: str) -> bool:
    """Whether what is called so may read or write files."""
    return _TOUCHING.match(call) is not None


def may_name_folder(call: str) -> bool:
    """Whether a text that is given to it may be the path of a folder, although it has no dot."""
    return reads_folder(call) or _FOLDER_WRITER.match(call) is not None


def reads_folder(call: str) -> bool:
    """Whether what is called so may read all files of a folder."""
    return _FOLDER_READER.match(call) is not None


def touches_files(calls: Iterable[str]) -> bool:
    """Whether a run that called these may have read or written files unobserved."""
    return any(map(sounds_like_files, {*calls} - HEARD))


def adds_to(path: str, texts: Collection[str], calls: Collection[str]) -> bool:
    """Whether a file of the kinds that hold many things, and are written in C, may keep what was in it: by the mode
    that it was opened in, or where that is the default."""
    return _HOLDS_MANY.search(path) is not None and not (_MODES.isdisjoint(texts) and _ADDING.isdisjoint(calls))


_HOLDS_MANY = re.compile(r"\.(?:h5|hdf5?|he5|nc4?)$")
_MODES = frozenset(("a", "r+"))
_ADDING = frozenset(("to_hdf", "HDFStore"))


def named_paths(strings: Iterable[str]) -> set[str]:
    """What may be a file's path: a short string as it is, or a quoted part of a longer one (SQL over files)."""
    found: set[str] = set()
    for text in strings:
        if len(text) < _TEXT and "\n" not in text:
            found.add(text)
        found.update(quoted_parts(text))
    return {path for path in found if "." in path and "\0" not in path}


def copied_to(texts: Iterable[str]) -> set[str]:
    """What statements of SQL copy to: a file, or a folder for partitions."""
    return {found for text in texts for found in _COPIED_TO.findall(text[:100_000])}


def quoted_parts(text: str) -> list[str]:
    """What is in quotes within a text, as the names of files in SQL are."""
    return _QUOTED.findall(text[:100_000])


def command_paths(commands: Iterable[str], values: Mapping[str, Any]) -> set[str]:
    """The words of shell commands, with the variables in them."""
    found: set[str] = set()
    for command in commands:
        filled = _EXPANDED.sub(lambda name: str(_path(values.get(name[1] or name[2])) or ""), command[:100_000])
        found.update(_WORDS.split(filled))
    return {word for word in found if 1 < len(word) < _TEXT and "\0" not in word}


def valued_paths(values: Iterable[Any], strings: Iterable[str]) -> list[str]:
    """Paths that variables hold, alone and with the strings of the code behind them."""
    bases = [path for value in values for path in _paths(value)][:_ITEMS]
    endings = [text for text in strings if 0 < len(text) < 200 and "\n" not in text and "\0" not in text]
    joined = [path for base in bases for end in endings for path in (os.path.join(base, end), base + end)]
    return [*bases, *joined][:_MOST]


def _paths(value: Any) -> Iterable[str]:
    """Of a text or path, or of those that a plain container holds."""
    held: Iterable[Any] = (value,)
    if type(value) in (list, tuple, set) and len(value) <= _ITEMS:
        held = value
    elif type(value) is dict and len(value) <= _ITEMS:
        held = value.values()
    elif isinstance(getattr(value, "__dict__", None), dict) and not isinstance(value, (type, PurePath)):
        held = list(vars(value).values())[:_ITEMS] if module_of(type(value)) == "__main__" else ()
    return [path for path in map(_path, held) if path]


def _path(value: Any) -> str | None:
    if isinstance(value, PurePath):
        return str(value)
    plain = type(value) is str and 0 < len(value) < _TEXT and "\n" not in value and "\0" not in value
    return value if plain else None
