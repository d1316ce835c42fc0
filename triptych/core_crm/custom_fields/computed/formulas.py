"""Reading a formula. simpleeval walks what was written, allows nothing but what is named here, and every value that it
holds on the way is a piece of SQL: no value of a record is ever worked out by Python."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import Value
from django.utils.translation import gettext as _
from simpleeval import InvalidExpression, SimpleEval

from triptych.core_crm.custom_fields.computed.functions import FUNCTIONS, choose
from triptych.core_crm.custom_fields.computed.operators import BINARY, COMPARISONS, UNARY, every
from triptych.core_crm.custom_fields.computed.terms import (
    DEEPEST,
    LARGEST,
    TYPES,
    BadFormula,
    Result,
    Sql,
    Term,
    nothing_of,
)

LONGEST = 1_000
_PIECES = re.compile(r'("(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\')')
_VALUES = {"true": "True", "false": "False", "empty": "None", "none": "None"}
_KEYWORDS = frozenset(keyword.kwlist) - {"and", "or", "not", "if", "else", "True", "False", "None"}
"""Words that Python keeps for itself, and a field may be called; names have no underscore, so one tells them apart."""

Look = Callable[[str, str], Term]
"""What a name stands for: of the record itself ('', name), or of a record that it belongs to (relation, name)."""


def read(text: str, look: Look) -> Term:
    """The formula as one part.

    Raises:
        BadFormula: it cannot be read, names what is not there, or does not fit together; the sentence says what.
    """
    tree = parsed(text)
    try:
        found = _Reader(look).eval(text, previously_parsed=tree)
    except InvalidExpression:
        raise BadFormula(_("A formula has names of fields, numbers, texts, operators and functions only.")) from None
    except RecursionError:
        raise _too_deep() from None
    return found  # type: ignore[no-any-return]


def names_in(text: str) -> set[tuple[str, str]]:
    """All that a formula names, as `look` is asked for it; empty if it cannot be read."""
    try:
        tree = parsed(text)
    except BadFormula:
        return set()
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    parts = {
        (_name(node.value.id), _name(node.attr))
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    owners = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names = {
        ("", _name(node.id))
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and id(node) not in called and id(node) not in owners
    }
    return names | parts


def parsed(text: str) -> ast.AST:
    """The tree of a formula. `=`, `<>` and words in capitals are read as spreadsheets have them.

    Raises:
        BadFormula: it is empty, too long, too deep, or no formula.
    """
    if not text.strip():
        raise BadFormula(_("Write a formula, e.g. amount * 0.1."))
    if len(text) > LONGEST:
        raise BadFormula(_("A formula has %(most)d characters at most. Split it into several.") % {"most": LONGEST})
    if not all(one.isprintable() or one in "\n\t\r" for one in text):
        raise BadFormula(_("This holds a character that formulas do not know."))
    if text.count("(") > LONGEST // 4:
        raise _too_deep()
    spelled = "".join(
        piece if number % 2 else _as_python(piece) for number, piece in enumerate(_PIECES.split(text.strip()))
    )
    try:
        tree = ast.parse(f"({spelled}\n)", mode="eval").body
    except SyntaxError as error:
        raise BadFormula(
            _("The formula breaks off or is misspelled near “%(near)s”.") % {"near": _near(error)}
        ) from None
    except (RecursionError, MemoryError, ValueError):
        raise _too_deep() from None
    if _depth(tree) > DEEPEST:
        raise _too_deep()
    return tree


def _as_python(piece: str) -> str:
    piece = re.sub(r"\bif\s*\(", "IF(", piece, flags=re.IGNORECASE)
    piece = re.sub(r"\b(and|or|not)\b", lambda word: word[0].lower(), piece, flags=re.IGNORECASE)
    piece = re.sub(r"\b[A-Za-z]+\b(?!\s*\()", lambda word: _VALUES.get(word[0].lower(), word[0]), piece)
    piece = re.sub(r"\b[a-z]+\b", lambda word: f"{word[0]}_" if word[0] in _KEYWORDS else word[0], piece)
    piece = piece.replace("<>", "!=").replace("\n", " ").replace("\r", " ")
    return re.sub(r"(?<![<>=!])=(?!=)", "==", piece)


def _near(error: SyntaxError) -> str:
    at = max((error.offset or 1) - 2, 0)
    return ((error.text or "").strip("()\n").replace("_", "")[at : at + 20] or "…").strip() or "…"


def _too_deep() -> BadFormula:
    return BadFormula(_("This formula is nested too deep. Split it into several fields."))


def _depth(tree: ast.AST) -> int:
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth if isinstance(node, ast.expr) else 0)
        waiting += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    return deepest


class _Reader(SimpleEval):
    """simpleeval with our operators, and without all nodes but those of a formula."""

    def __init__(self, look: Look) -> None:
        super().__init__(operators={**BINARY, **UNARY}, functions={}, names={})
        self.look = look
        self.nodes = {
            ast.BinOp: self._eval_binop,
            ast.UnaryOp: self._eval_unaryop,
            ast.BoolOp: self._both,
            ast.Compare: self._compared,
            ast.IfExp: self._chosen,
            ast.Call: self._called,
            ast.Name: lambda node: self.look("", _name(node.id)),
            ast.Attribute: self._of_related,
            ast.Constant: self._literal,
        }

    def _both(self, node: ast.BoolOp) -> Term:
        return every("AND" if isinstance(node.op, ast.And) else "OR", [self._eval(one) for one in node.values])

    def _compared(self, node: ast.Compare) -> Term:
        sides = [self._eval(one) for one in (node.left, *node.comparators)]
        if any(type(sign) not in COMPARISONS for sign in node.ops):
            raise BadFormula(_("Values are compared with =, <>, <, <=, > and >=."))
        pairs = zip(node.ops, sides, sides[1:], strict=False)
        parts = [COMPARISONS[type(sign)](left, right) for sign, left, right in pairs]
        return parts[0] if len(parts) == 1 else every("AND", parts)

    def _chosen(self, node: ast.IfExp) -> Term:
        return choose(self._eval(node.test), self._eval(node.body), self._eval(node.orelse))

    def _called(self, node: ast.Call) -> Term:
        name = node.func.id.lower() if isinstance(node.func, ast.Name) else ""
        function = FUNCTIONS.get(name)
        if function is None:
            known = ", ".join(sorted(FUNCTIONS))
            message = _("There is no function “%(name)s”. There are: %(known)s.")
            raise BadFormula(message % {"name": ast.unparse(node.func)[:40], "known": known})
        if node.keywords or not function.fewest <= len(node.args) <= function.most or _starred(node):
            message = _("“%(name)s” is written like this: %(example)s.")
            raise BadFormula(message % {"name": name, "example": function.example})
        return function.call(*[self._eval(one) for one in node.args])

    def _of_related(self, node: ast.Attribute) -> Term:
        if not isinstance(node.value, ast.Name):
            raise BadFormula(_("A formula looks one record further only, e.g. company.name."))
        return self.look(_name(node.value.id), _name(node.attr))

    def _literal(self, node: ast.Constant) -> Term:
        value = node.value
        if value is None:
            return Term(Result.NOTHING, nothing_of(Result.NOTHING))
        if isinstance(value, bool):
            return _written(Result.BOOLEAN, value)
        if isinstance(value, str):
            if "\0" in value or any("\ud800" <= one <= "\udfff" for one in value):
                raise BadFormula(_("This holds a character that formulas do not know."))
            return _written(Result.TEXT, value)
        if isinstance(value, int | float) and abs(value) < LARGEST:
            number = Decimal(repr(value))
            if number.is_finite() and (not number or number.adjusted() >= -20):
                return _written(Result.NUMBER, number)
        raise BadFormula(_("“%(number)s” is too large or too small a number.") % {"number": str(value)[:20]})


def _name(word: str) -> str:
    return word.removesuffix("_")


def _starred(node: ast.Call) -> bool:
    return any(isinstance(one, ast.Starred) for one in node.args)


def _written(type_: Result, value: Any) -> Term:
    return Term(type_, Sql(f"{{}}::{TYPES[type_]}", Value(value), of=type_), literal=value)
