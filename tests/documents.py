"""Word files as tests read them."""

import io

import docx


def word_text(data):
    """Return the text of a Word file, that of its tables included."""
    document = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in document.paragraphs), *cells])
