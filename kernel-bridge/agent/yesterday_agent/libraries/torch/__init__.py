"""torch: tensors by their bytes, or by their count of changes where they are large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...addresses import address
from ...content_parts import Memory, sliced
from ...digests import mark
from ...facets import named, plain
from ...global_generators import generator_name
from ...imported import is_a, library
from ...kinds import module_of, origin_of, package_of
from ...library import Description, Dissection, Library, Parts, SettingGroup, Use
from ...part_names import DTYPE, SHAPE, WHOLE
from ...static_types import kind_name, own_attributes
from ...userland import dict_of
from ..numpy import array_picture, array_slice
from .gradients import GRADIENTS
from .members import MEMBERS
from .random import SEED, STATE
from .stored import STORED
from .weights import loaded

if TYPE_CHECKING:
    from ...pixels import Picture
    from ...table_view import Column, Table

TENSOR_BYTES = 16 << 20


def _dissect(value: Any) -> Dissection | None:
    if is_a(value, "torch", "Tensor"):
        return _tensor(value)
    if is_a(value, "torch.jit", "ScriptModule"):
        tensors = [*value.named_parameters(), *value.named_buffers()]
        return {WHOLE: value.training, **{f".{name}": tensor_mark(tensor) for name, tensor in tensors}}, []
    if is_a(value, "torch", "Generator"):
        return {WHOLE: mark(value.get_state().numpy())}, []
    return None


def tensor_mark(value: Any) -> Any:
    """The bytes of a tensor that is small enough, else its count of in-place changes, which views share."""
    small = value.device.type == "cpu" and value.numel() * value.element_size() <= TENSOR_BYTES
    if not small or not _is_strided(value) or value.is_conj() or value.is_quantized or not value.numel():
        return value._version
    plain = value.detach().contiguous().reshape(-1).view(library("torch").uint8)
    return mark(plain.numpy())


def _is_strided(tensor: Any) -> bool:
    return str(tensor.layout) == "torch.strided"


def _tensor(value: Any) -> Dissection:
    shape = tuple(value.shape)
    parts: dict[str, Any] = {WHOLE: (value.data_ptr() if _is_strided(value) else 0, shape, tensor_mark(value))}
    links: list[tuple[str, Any]] = [(".grad", value.grad)] if value.is_leaf and value.grad is not None else []
    parts |= {SHAPE: shape, DTYPE: str(value.dtype), ".device": str(value.device)}
    parts[".requires_grad"] = value.requires_grad
    parts[".grad"] = address(links[0][1]) if links else None
    return parts, links


def _memories(value: Any) -> list[int]:
    if not is_a(value, "torch", "Tensor"):
        return []
    return [value.untyped_storage().data_ptr()] if value.device.type == "cpu" and _is_strided(value) else []


def _owns_memory(value: Any) -> bool:
    return value._base is None and value.nbytes == value.untyped_storage().nbytes()


def _content(value: Any) -> Parts | None:
    if is_a(value, "torch", "Tensor"):
        return _tensor_content(value)
    if is_a(value, "torch", "Generator"):
        return [("generator", value.get_state())]
    if type(value).__name__ in ("dtype", "device", "Size", "memory_format", "layout"):
        return [("torch", repr(value).encode())]
    return None


def _tensor_content(value: Any) -> Parts:
    import torch

    yield (
        "tensor",
        f"{type(value).__name__}{value.dtype}{tuple(value.shape)}{value.device.type}{value.requires_grad}".encode(),
    )
    if value.is_quantized or value.layout != torch.strided:
        yield "untold", "a quantized or sparse tensor"
    elif value.numel():
        yield "bytes", Memory(value.numel() * value.element_size(), lambda: _pieces(value))
    if value.is_leaf and value.grad is not None:
        yield "gradient", value.grad
    if vars(value):
        yield "kept", vars(value)


def _pieces(value: Any) -> Any:
    """The bytes of a tensor, wherever it is; one that is contiguous in memory is not copied."""
    import torch

    with torch.no_grad():
        plain = value.detach().resolve_conj().resolve_neg().cpu().contiguous()
    return sliced(memoryview(plain.reshape(-1).view(torch.uint8).numpy())).pieces()


_CONSTANTS = ("device", "dtype", "layout", "memory_format", "finfo", "iinfo")


def _is_constant(value: Any) -> bool:
    if generator_name(value) is not None:
        return True
    return module_of(type(value)) == "torch.fx.node" or type(value).__name__ in _CONSTANTS


def _model(value: Any) -> dict[str, Any] | None:
    """Of a module, the user's too, counted by torch's own code; of an optimizer."""
    if is_a(value, "torch.nn", "Module"):
        counted = library("torch.nn").Module.parameters(value)
        return named(value, parameters=sum(item.numel() for item in counted))
    if is_a(value, "torch.optim", "Optimizer"):
        groups = value.param_groups
        first = {name: item for name, item in groups[0].items() if name != "params"} if groups else {}
        return named(value, params=plain(first))
    return None


_MODULES = 10_000


def _describe(value: Any) -> Description | None:
    """Of a tensor without the functions of its class; of a module by what it stores, since its class is the user's."""
    torch = library("torch")
    if is_a(value, "torch", "Tensor"):
        with torch._C.DisableTorchFunctionSubclass():
            shape = [int(size) for size in torch.Tensor.shape.__get__(value)]
            preview = f"{str(value.dtype).removeprefix('torch.')} on {value.device}"
            size = int(value.numel() * value.element_size())
        return {"shape": shape, "preview": preview, "size": size, "opens": "array"}
    if is_a(value, "torch.nn", "Module"):
        tensors = module_tensors(value)
        preview = f"{sum(int(one.numel()) for one in tensors):,} parameters"
        return {"preview": preview, "size": sum(int(one.nbytes) for one in tensors), "opens": "module"}
    return None


def _array(value: Any, fixed: Sequence[int], is_whole: bool = False) -> Any:
    """A tensor, or the slice that these places fix, as a numpy array; only the slice leaves its device."""
    torch = library("torch")
    with torch._C.DisableTorchFunctionSubclass(), torch.no_grad():
        plain = value.detach() if is_whole else array_slice(value.detach(), fixed)
        plain = plain.to_dense() if not _is_strided(plain) else plain
        plain = plain.dequantize() if plain.is_quantized else plain.resolve_conj().resolve_neg()
        plain = plain.float() if plain.dtype in (torch.bfloat16, torch.float16) else plain
        return plain.cpu().as_subclass(torch.Tensor).numpy()


def _table(value: Any, fixed: Sequence[int]) -> Table | None:
    from ...table_view import RowsTable
    from ..numpy.table import ArrayTable

    if is_a(value, "torch", "Tensor"):
        return ArrayTable(_array(value, fixed))
    return RowsTable(_LAYER, _layers(value)) if is_a(value, "torch.nn", "Module") else None


def _picture(value: Any, fixed: Sequence[int]) -> Picture | None:
    if not is_a(value, "torch", "Tensor"):
        return None
    is_whole = value.ndim == 3 and value.shape[2] in (1, 3, 4)
    return array_picture(_array(value, fixed, is_whole), ())


_LAYER: list[Column] = [
    {"name": "layer", "type": "str", "kind": "text"},
    {"name": "class", "type": "str", "kind": "text"},
    {"name": "parameters", "type": "int", "kind": "number"},
    {"name": "trainable", "type": "int", "kind": "number"},
    {"name": "shapes", "type": "str", "kind": "text"},
]


def _layers(value: Any) -> list[list[Any]]:
    """A row for each module, outermost first: its own parameters, without those of the modules in it."""
    rows: list[list[Any]] = []
    waiting: list[tuple[str, Any]] = [("", value)]
    seen: set[int] = set()
    kinds = (library("torch").Tensor, library("torch.nn").Parameter)
    while waiting and len(rows) < _MODULES:
        name, module = waiting.pop()
        if address(module) in seen:
            continue
        seen.add(address(module))
        stored = own_attributes(module)
        tensors = {key: one for key, one in (stored.get("_parameters") or {}).items() if type(one) in kinds}
        counts = [int(one.numel()) for one in tensors.values()]
        trained = [int(one.numel()) for one in tensors.values() if one.requires_grad]
        shapes = ", ".join(f"{key} {' by '.join(map(str, one.shape))}" for key, one in tensors.items())
        rows.append([name or "(whole)", kind_name(type(module)), sum(counts), sum(trained), shapes])
        inner = [(f"{name}.{key}" if name else str(key), one) for key, one in (stored.get("_modules") or {}).items()]
        waiting += [(key, one) for key, one in reversed(inner) if is_a(one, "torch.nn", "Module")]
    return rows


def module_tensors(value: Any) -> list[Any]:
    """The parameters of a module and of those in it, each once, of torch's own class."""
    found: dict[int, Any] = {}
    waiting, seen = [value], {address(value)}
    kinds = (library("torch").Tensor, library("torch.nn").Parameter)
    while waiting and len(seen) < _MODULES:
        stored = own_attributes(waiting.pop())
        for one in (stored.get("_parameters") or {}).values():
            if type(one) in kinds:
                found[address(one)] = one
        for one in (stored.get("_modules") or {}).values():
            if is_a(one, "torch.nn", "Module") and address(one) not in seen:
                seen.add(address(one))
                waiting.append(one)
    return list(found.values())


def _compiled_from(value: Any) -> Any:
    """Of a module that `torch.compile` made."""
    is_compiled = type(value).__name__ == "OptimizedModule"
    return dict_of(value).get("_modules", {}).get("_orig_mod") if is_compiled else None


def _is_on_device(value: Any) -> bool:
    if is_a(value, "torch", "Tensor"):
        return str(value.device.type) != "cpu"
    if is_a(value, "torch.nn", "Module"):
        return any(each.device.type != "cpu" for each in (*value.parameters(), *value.buffers()))
    return False


_PRINTS = "print options"


def _settings() -> dict[str, Any] | None:
    torch = library("torch")
    if not hasattr(torch, "get_default_dtype") or not hasattr(torch, "_tensor_str"):
        return None
    return {
        "default dtype": torch.get_default_dtype(),
        "default device": str(torch.get_default_device()),
        "gradients": torch.is_grad_enabled(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        _PRINTS: dict(vars(torch._tensor_str.PRINT_OPTS)),
    }


def _settings_matter(key: str, use: Use) -> bool:
    return (use.shows or key != _PRINTS) and any(map(_is_of_torch, use.values))


def _is_of_torch(value: Any) -> bool:
    return origin_of(value) == "torch" or any(package_of(base) == "torch" for base in type(value).__mro__)


LIBRARY = Library(
    "torch",
    dissect=_dissect,
    memories=_memories,
    content=_content,
    is_constant=_is_constant,
    lazy_attributes=frozenset(("_lineno_map", "_prologue_start")),
    shape=lambda value: [int(size) for size in value.shape] if is_a(value, "torch", "Tensor") else None,
    describe=_describe,
    table=_table,
    picture=_picture,
    model=_model,
    compiled_from=_compiled_from,
    settings={"torch": SettingGroup(_settings, _settings_matter)},
    remade=loaded,
    by_products=GRADIENTS,
    array="Tensor",
    owns_memory=_owns_memory,
    members=MEMBERS,
    random={"torch.random": STATE},
    seed=SEED,
    stored=STORED,
    is_on_device=_is_on_device,
    counts_changes=True,
)
