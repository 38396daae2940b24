"""Whose bytes are not stored, and whose digest is keyed: files that hold secrets, and copies of the history."""

from __future__ import annotations

from .own_record import names_own_record
from .secrecy import holds_secret, is_secret_file, masker

_PIECE = 4 * 1024 * 1024
_OVERLAP = 16 * 1024


class Withheld:
    """What is known of files by path and digest; a file that is rewritten is looked at again."""

    def __init__(self) -> None:
        self._archives: set[str] = set()
        self._secret: dict[str, tuple[str, bool]] = {}

    def written(self, path: str, history: bool) -> None:
        """A run wrote the file; `history`: the same run read files of a history."""
        (self._archives.add if history else self._archives.discard)(path)

    def why(self, path: str, digest: str | None) -> str | None:
        """Why the file's bytes are not stored; None where nothing speaks against it. Raises `OSError`."""
        if is_secret_file(path):
            return "its name says that it keeps secrets"
        if path in self._archives or names_own_record(path):
            return "it may hold a copy of the history"
        return "it holds a secret" if self._holds(path, digest) else None

    def digest(self, path: str, digest: str | None) -> str | None:
        """As it is recorded: keyed for a file that keeps secrets, since others could try guesses on it."""
        if digest is None:
            return None
        return masker().keyed(digest) if is_secret_file(path) else digest

    def _holds(self, path: str, digest: str | None) -> bool:
        known = self._secret.get(path)
        if known is not None and known[0] == digest:
            return known[1]
        found = _holds(path)
        if digest is not None:
            self._secret[path] = digest, found
        return found


def _holds(path: str) -> bool:
    before = b""
    with open(path, "rb") as handle:
        while piece := handle.read(_PIECE):
            if holds_secret(before + piece):
                return True
            before = piece[-_OVERLAP:]
    return False
