"""pure. What the agent can know of one package: the type of the entries in `libraries`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypedDict

if TYPE_CHECKING:
    from .accesses import Access
    from .graph import Node
    from .narrowing import Path
    from .pixels import Picture
    from .table_view import Summary, Table

Dissection = tuple[dict[str, Any], list[tuple[str, Any]]]
"""Parts with tokens, and links: what `parts.Anatomy` begins with."""
Parts = Iterable[tuple[str, Any]]
"""Tagged content: bytes as they are, all else as values. The tag `untold` gives a reason instead."""


class Description(TypedDict, total=False):
    """What the variables panel shows of a value. `size`: bytes that it holds. `opens`: the form of its viewer."""

    shape: list[int]
    preview: str
    size: int
    opens: str


@dataclass(frozen=True)
class Use:
    """What a run did that settings could matter to."""

    loads: Collection[str]
    values: Collection[Any]
    """What the names that it loaded are bound to."""
    strings: Collection[str]
    shows: bool
    """It showed a result, or printed, or made text of something."""
    environ: bool
    """It looked at environment variables, or started a program."""


@dataclass(frozen=True)
class SettingGroup:
    """Settings that hide behind no name. `read` takes microseconds and returns None where there are none yet."""

    read: Callable[[], dict[str, Any] | None]
    matters: Callable[[str, Use], bool]
    """Whether the setting of this name matters to what a run did."""


class StateWatcher(Protocol):
    """Follows state that hides behind no name, over the runs of one kernel."""

    @property
    def name(self) -> str:
        """As the record shows the state."""

    @property
    def used_reason(self) -> str: ...
    @property
    def changed_reason(self) -> str: ...

    def begin(self) -> None:
        """A run starts."""

    def finish(
        self, run: str, loads: Mapping[str, Collection[Access]], namespace: Mapping[str, Any]
    ) -> tuple[list[str], bool]:
        """The runs whose work this one used, and whether it changed the state."""


@dataclass(frozen=True)
class ByProducts:
    """What a computation leaves on values beside its result, such as gradients: a run that uses the values alone
    depends neither on who left it nor on who cleared it."""

    part: str
    """Where it is left."""
    may_have: Callable[[type], bool]
    """Whether values of this class may have some."""
    left_on: Callable[[Any], Iterable[Any]]
    """The values on which work with this one would leave some."""
    is_apart: Callable[[Access], bool]
    """Whether an access looks at none itself."""
    may_be_asked: Callable[[Iterable[str], Collection[str], Mapping[str, Any]], bool]
    """Whether a run that read these names and called these, with this namespace, may look at some elsewhere."""


@dataclass(frozen=True)
class Frames:
    """Classes whose columns can be looked at without the others, each a part by its label."""

    names: frozenset[str]
    is_by_column: Callable[[Any, Mapping[str, Any], bool], bool]
    """Whether rows and one column of a frame with these parts can be looked at alone; the last: some are stored."""
    has_attribute: Callable[[Any, str], bool]
    """Whether the frame, or what groups its rows, has this attribute whatever its columns are."""


@dataclass(frozen=True)
class Members:
    """For a class that keeps what is asked of its instances by name or place in dictionaries of theirs."""

    tables: tuple[str, ...]
    """Attributes with those dictionaries, first found first."""
    by_place: frozenset[str]
    """Names of classes that are asked by place or key as well."""
    asker: Callable[[type], object]
    """The library's own `__getattr__` that looks into them, of a class below the library's."""


class IdleDraws(Protocol):
    """Whether nothing uses what a run drew from a random state."""

    def begin(self, state: bytes | None) -> None:
        """A run starts from this state; None where there is none yet."""

    def only(self) -> bool:
        """To be asked of a run that moved the state."""


@dataclass(frozen=True)
class RandomState:
    """A global random generator. `read` and `memory` get the module that has it."""

    module: str
    """It can be read once this module is imported."""
    read: Callable[[Any], bytes | None]
    """None while the module is still being imported."""
    write: Callable[[bytes], None]
    """Brings the generator to a state that `read` returned."""
    memory: Callable[[Any], bytes | None] = lambda module: None
    """Bytes that differ when the state has moved, in a tenth of the time of `read`; None where it has none."""
    idle: Callable[[], IdleDraws] | None = None
    """Makes what follows draws without a use, for one kernel."""


@dataclass(frozen=True)
class Seed:
    """For a library that takes its first seed from the system by itself."""

    first: Callable[[], int | None]
    give: Callable[[int], None]
    watch: Callable[[], None]
    """Has later seeds of the library come from `os.urandom`, which is recorded. Asked before every run."""


Hold = Callable[[int, Any], Any]
"""Gets address and bytes of memory, and gives what goes into the pickle for it: a `bytearray` once it is loaded."""


class Apart(NamedTuple):
    """A large value in pieces beside its pickle. `facts` join them again; the first is of a class of the package."""

    size: int
    facts: tuple[Any, ...]
    pieces: Iterator[memoryview]


@dataclass(frozen=True)
class Stored:
    """How values that look into memory are stored. `alone` and `shared` answer as `object.__reduce__` does; None leaves
    a value to its package. They raise `UnstorableError`. What they name stays loadable for good."""

    alone: Callable[[Any], Any] | None = None
    shared: Callable[[Any, Hold], Any] | None = None
    """Among values that may look into the same memory."""
    apart: Callable[[Any], Apart | None] | None = None
    joined: Callable[..., Any] | None = None
    """The value of all pieces, as one `bytearray`, and the facts that `apart` gave."""
    refusal: Callable[[Any], str | None] | None = None
    """Why a value of a class of the notebook's, below the package's, is not stored."""


@dataclass(frozen=True, eq=False)
class Library:
    """All that the agent knows of one package. Every field but the first has a default.

    Each function gets values whose class, or a base of it, comes from the package. It runs no code of the user's.
    """

    package: str
    """The name that users import."""
    dissect: Callable[[Any], Dissection | None] | None = None
    """The parts of a value that change apart from each other. None for a value that the generic code can read."""
    memories: Callable[[Any], list[int]] | None = None
    """Addresses of the memory that a value looks into: equal for all values that share it."""
    hidden_links: Callable[[Any], list[Any]] | None = None
    """Objects that a value holds where its attributes do not lead."""
    content: Callable[[Any], Parts | None] | None = None
    """What the content digest is computed from. None for a value that the generic code can digest."""
    is_constant: Callable[[Any], bool] | None = None
    """Whether a value never changes once it is made."""
    lazy_attributes: frozenset[str] = frozenset()
    """Attributes that are filled when they are first asked for, and say nothing new."""
    borrowed_attributes: frozenset[str] = frozenset()
    """Attributes that hold an object of another owner: replacing it is a change, what happens in it is not."""
    text: Callable[[Any], str | None] | None = None
    """A preview of a scalar."""
    shape: Callable[[Any], list[int] | None] | None = None
    """Rows and columns, or the dimensions of an array."""
    schema: Callable[[Any], list[list[str]] | None] | None = None
    """The columns of a table, each with its type."""
    describe: Callable[[Any], Description | None] | None = None
    """For the variables panel, also while a run is on. It copies and computes nothing, and reads attributes of a class
    below the library's by the library's own descriptors. None for what the generic code describes."""
    table: Callable[[Any, Sequence[int]], Table | None] | None = None
    """The value as a table for the value viewer, without a copy. The numbers fix all but an array's last two axes."""
    picture: Callable[[Any, Sequence[int]], Picture | None] | None = None
    """The value as a picture for the value viewer; the numbers as in `table`."""
    statistics: Callable[[Any], Summary | None] | None = None
    """Of an array of numbers or times that a table's column gave as its sample."""
    number: Callable[[Any], Any] | None = None
    """A scalar as a number of Python's. None for what is no scalar."""
    model: Callable[[Any], dict[str, Any] | None] | None = None
    """Class and parameters of a model, by the library's own methods: `facets.named` builds it."""
    harmless_calls: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By class name the methods that leave a value as it was, each with a dot before it."""
    only_lays_out: Callable[[Collection[Access]], bool] | None = None
    """Whether a run did nothing with a value but show it, which lays it out and changes nothing else."""
    settings: Mapping[str, SettingGroup] = field(default_factory=dict)
    """By the name that the record shows."""
    on_import: Mapping[str, Callable[[ModuleType], None]] = field(default_factory=dict)
    """By the full name of a module what is done once it is loaded."""
    compiled_from: Callable[[Any], Any] | None = None
    """The function or module that a value was compiled from. None for what was not compiled."""
    is_compiler: bool = False
    """All objects of the package lead into a compiler's machinery."""
    narrow: Callable[[Node, Access], list[Path] | None] | None = None
    """The parts of an object that an access can see. None where the generic code decides."""
    refitted: Callable[[Node, Collection[Access]], set[str]] | None = None
    """The parts that these accesses made again, whatever they were."""
    is_mask: Callable[[Any], bool] | None = None
    """Whether a value chooses rows, and is no label."""
    array: str = ""
    """The name of the class whose values are arrays: a shape, a type of element, and memory."""
    owns_memory: Callable[[Any], bool] | None = None
    """Whether an array of exactly that class is no view into a larger one."""
    frames: Frames | None = None
    members: Members | None = None
    connections: frozenset[str] = frozenset()
    """Names of the classes that are connections to a database: opaque, with a `cursor` or `execute`."""
    databases: frozenset[str] = frozenset()
    """Names of the classes that lead to a database through connections of their own."""
    statement: Callable[[Any], str | None] | None = None
    """The SQL that a value expresses."""
    connects_itself: bool = False
    """Functions of the package use a connection that it opens by itself."""
    remade: Callable[[Any, Collection[Access]], list[Any]] | None = None
    """The objects below a value that these accesses filled again, whatever they were."""
    by_products: ByProducts | None = None
    random: Mapping[str, RandomState] = field(default_factory=dict)
    """By the name that the record shows."""
    seed: Seed | None = None
    is_on_device: Callable[[Any], bool] | None = None
    """Whether a value lies in the memory of a device such as a GPU, which this process alone reaches."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """By a class that answers of servers have, in the package itself, the method or property that gives all bytes."""
    http_connections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the full name of a module its classes that connect as those of `http.client` do."""
    stored: Stored | None = None
    copies_on_write: bool = False
    """Values may share memory, and yet each has what is written into it for itself."""
    counts_changes: bool = False
    """Large values are compared by a count of their changes, which not every write raises: a digest that is computed
    after the run may be of another state."""
    watchers: tuple[Callable[[], StateWatcher], ...] = ()
    """Each makes a watcher for one kernel."""
