"""`%%sql` and `%sql`: header, parameters, connection, statements in order. The last rows are the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .completion import install
from .connections import Connection, Connections
from .header import parse_header
from .library import Answer, Engine, Piece
from .parameters import bind
from .problems import SqlError
from .statement_facts import Observer, StatementUse, parse_facts, paths_in
from .statements import Bound
from .tables import columns_of, is_frame


class SqlMagic:
    """Of one shell. `cell` and `line` are what IPython calls."""

    def __init__(self, shell: Any, observer: Observer | None) -> None:
        from IPython.core.magic import no_var_expand

        self._shell, self._observer = shell, observer
        self.connections = Connections(observer.secrets if observer else lambda values: None)
        self._columns: dict[tuple[int, str], list[str] | None] = {}
        self.cell: Callable[[str, str], Any] = no_var_expand(lambda line, cell: self._run(line, cell))
        self.line: Callable[[str], Any] = no_var_expand(lambda line: self._run(line, ""))
        install(shell, self)

    @property
    def variables(self) -> dict[str, Any]:
        """The notebook's namespace."""
        namespace: dict[str, Any] = self._shell.user_ns
        return namespace

    def _run(self, line: str, cell: str) -> Any:
        try:
            return self._run_cell(line, cell)
        except SqlError as problem:
            raise problem from None

    def _run_cell(self, line: str, cell: str) -> Any:
        if self._observer is not None:
            self._observer.cell({line, cell}, is_whole=cell != "")
        header = parse_header(line, lambda word: self.connections.is_known(word, self.variables))
        source = f"{header.sql}\n{cell}" if header.sql and cell.strip() else header.sql or cell
        connection = self.connections.find(header.connection, self.variables)
        engine = self.engine(connection)
        bound = bind(source, self.variables, engine.mark)
        self._note(connection, bound, header.result)
        answer = self._answer(engine, connection, bound, source)
        if answer is None:
            return None
        if answer.changed is not None:
            print(f"{answer.changed:,} {'row' if answer.changed == 1 else 'rows'} changed.")
        if header.result is None:
            return answer.frame
        if answer.frame is None:
            print(f"The SQL returned no rows. `{header.result}` was not assigned.")
            return None
        self.variables[header.result] = answer.frame
        return answer.frame

    def _note(self, connection: Connection, bound: Bound, result: str | None) -> None:
        if self._observer is not None:
            read = bound.names | ({connection.variable} if connection.variable else set())
            self._observer.variables(read, {result} if result else set())

    def engine(self, connection: Connection) -> Engine:
        """What runs statements on it."""
        return self.connections.engine(connection, self.variables)

    def _answer(self, engine: Engine, connection: Connection, bound: Bound, source: str) -> Answer | None:
        piece: Piece | None = None
        answer: Answer | None = None
        try:
            pieces = engine.pieces(bound)
            with engine.transaction():
                for piece in pieces:
                    use = self._use(engine, connection, piece, bound)
                    if self._observer is not None:
                        self._observer.begins(use)
                    answer = engine.run(piece, bound)
                    if use.facts is None or use.facts.writes:
                        self._columns.clear()
                    if self._observer is not None:
                        self._observer.ended(use)
        except SqlError:
            raise
        except Exception as error:
            raise engine.problem(error, piece, bound, source) from None
        return answer

    def _use(self, engine: Engine, connection: Connection, piece: Piece, bound: Bound) -> StatementUse:
        """The facts of a statement; parameters are values, so they are no part of its text."""
        shown = piece.sql.replace("\0", "")
        if self._observer is None:
            return StatementUse(shown, connection.label, connection.variable, None, {}, set())
        text = _named_marks(piece.sql)
        facts = parse_facts(text, connection.dialect, lambda table: self.columns(engine, connection, table))
        frames: dict[str, set[str] | None] = {}
        if engine.reads_frames and facts is not None:
            tables = self._schema(engine)
            for name in [name for name in facts.reads if name in self.variables and name.lower() not in tables]:
                if is_frame(self.variables[name]):
                    frames[name] = facts.reads.pop(name)
        texts = {value for value in bound.values.values() if type(value) is str and len(value) < 1_000}
        return StatementUse(shown, connection.label, connection.variable, facts, frames, paths_in(piece.sql) | texts)

    def columns(self, engine: Engine, connection: Connection, table: str) -> list[str] | None:
        """The columns of a table or frame; None if they are unknown."""
        if engine.reads_frames:
            known: list[str] | None = self._schema(engine).get(table.lower())
            value = self.variables.get(table)
            return known if known is not None else columns_of(value) if is_frame(value) else None
        key = (id(connection.held), table)
        if key not in self._columns:
            self._columns[key] = engine.columns(table)
        return self._columns[key]

    def tables(self, engine: Engine, connection: Connection) -> list[str]:
        """All tables of a connection; looked up again after a change by a SQL cell."""
        key = (id(connection.held), "")
        if key not in self._columns:
            self._columns[key] = engine.tables()
        return self._columns[key] or []

    @staticmethod
    def _schema(engine: Engine) -> dict[str, list[str]]:
        try:
            return {name.lower(): columns for name, columns in (engine.schema() or {}).items()}
        except Exception:  # A transaction that failed answers nothing.
            return {}


def _named_marks(sql: str) -> str:
    """Bound parameters as every dialect parses them."""
    parts = sql.split("\0")
    return "".join(f":{part}" if place % 2 else part for place, part in enumerate(parts))
