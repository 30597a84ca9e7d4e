"""Hours of study."""

from tests.matrix import Row, only
from tests.matrix.members import MANAGERS

ROWS = {"education_list": Row(get=only(*MANAGERS))}
