"""Named expressions: a table anyone can edit, and the feelings between its entries."""

from mien.motion.expressions.expression import DEFAULT_INTENSITY, CoarseParameters, Expression
from mien.motion.expressions.feelings import feeling
from mien.motion.expressions.table import find_expression, load_expressions

__all__ = [
    "DEFAULT_INTENSITY",
    "CoarseParameters",
    "Expression",
    "feeling",
    "find_expression",
    "load_expressions",
]
