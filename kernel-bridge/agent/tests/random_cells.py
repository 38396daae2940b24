"""Cells that a seed makes: nested blocks of every kind of statement, over names that are sometimes not there, so that
about one in three ends in an error, somewhere deep."""

from __future__ import annotations

import random

NAMES = ["a", "b", "c", "rows", "text", "table", "missing"]
ATOMS = ["1", "0", "'s'", "[1, 2, 3]", "{'k': 4}", "(5, 6)", "None", "True", "2.5", "{7, 8}"]


class Cells:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.functions = 0

    def cell(self) -> str:
        lines = [line for _ in range(self.random.randint(2, 4)) for line in self.statement(0)]
        if self.random.random() < 0.3:
            lines.append(self.value(1))
        return "\n".join(lines)

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def name(self) -> str:
        return self.random.choice(NAMES[:-1] if self.random.random() < 0.95 else NAMES)

    def value(self, depth: int) -> str:
        if depth > 2 or self.random.random() < 0.3:
            return self.name() if self.random.random() < 0.6 else self.random.choice(ATOMS)
        one, two = self.value(depth + 1), self.value(depth + 1)
        return self.pick(
            f"({one}, {two})",
            f"[{one}, *[{two}]]",
            f"({one} if {two} else {self.value(depth + 1)})",
            f"({one} or {two})",
            f"({one} and {two})",
            f"(not {one})",
            f"({one} == {two})",
            f"({one} is not {two})",
            f"[n for n in ({one}, {two}) if n]",
            f"{{str(k): k for k in ({one}, {two})}}",
            f"sum(len(str(n)) for n in ({one}, {two}))",
            f"(lambda x, y={one}: (x, y))({two})",
            f"f'{{{self.name()}!r:>8}} {{{self.name()}}}'",
            f"len(str({one}))",
            f"(w := {one})",
            f"str({one})[:2]",
            f"{one}.__class__.__name__",
            f"{self.name()}[0]",
            f"(1 / {self.pick('1', '2', '0')})",
        )

    def block(self, depth: int) -> list[str]:
        return ["    " + line for _ in range(self.random.randint(1, 2)) for line in self.statement(depth + 1)]

    def statement(self, depth: int) -> list[str]:
        simple = depth > 2 or self.random.random() < 0.5
        return self.simple() if simple else self.compound(depth)

    def simple(self) -> list[str]:
        name, value = self.name(), self.value(0)
        return [
            self.pick(
                f"{name} = {value}",
                f"{name} = {self.name()} = {value}",
                f"first, *rest = [{value}, {self.value(1)}]",
                f"print({value})",
                f"print({name!r}, {value}, sep='|')",
                f"table = dict(k={value})",
                f"rows = [{value}]",
                f"rows.append({value})",
                f"table['n'] = {value}",
                f"assert {value} is not missing_too" if self.random.random() < 0.1 else f"assert ({value},)",
                f"a: int = {value}",
                f"b += {self.pick('1', value)}",
                f"del {self.pick('first', 'rest')}" if self.random.random() < 0.2 else "pass",
                f"globals()['c'] = {value}",
                f"{value};",
            )
        ]

    def compound(self, depth: int) -> list[str]:
        body, other = self.block(depth), self.block(depth)
        value = self.value(1)
        self.functions += 1
        called = f"f{self.functions}"
        return self.random.choice(
            [
                [f"if {value}:", *body, "else:", *other],
                [f"for n in ({value}, {self.value(1)}):", *body, "    if n: continue", "else:", *other],
                ["count = 2", "while count:", "    count -= 1", *body, f"    if {value}: break"],
                [
                    "try:",
                    *body,
                    "except (TypeError, KeyError) as problem:",
                    "    print(repr(problem))",
                    "finally:",
                    *other,
                ],
                ["try:", *body, "except Exception:", *other, "else:", "    print('fine')"],
                ["import contextlib", "with contextlib.suppress(TypeError) as entered:", *body],
                [
                    f"def {called}(x, *args, y={value}, **more):",
                    *body,
                    f"    return {value}",
                    f"print({called}(1, z=2))",
                ],
                [f"def {called}():", "    global c", *body, f"    c = {value}", f"{called}()"],
                [f"def {called}():", *body, f"    yield {value}", "    yield 2", f"print(list({called}()))"],
                [
                    *(f"class K{called}:", "    shared = 1", *body, f"    def m(self): return ({value}, self.shared)"),
                    f"print(K{called}().m())",
                ],
                [f"async def {called}():", *body, f"    return {value}", f"print(await {called}())"],
                [f"match {value}:", "    case [x, *_]:", *_deeper(body), "    case _:", *_deeper(other)],
                ["@(lambda f: f)", f"def {called}(x={value}): return [x for _ in range(2)]", f"print({called}())"],
                [
                    *(f"def {called}():", "    n = 0", "    def inner():", "        nonlocal n", "        n += 1"),
                    *(f"        return n, {value}", "    return inner", f"print({called}()())"),
                ],
            ]
        )


def _deeper(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]
