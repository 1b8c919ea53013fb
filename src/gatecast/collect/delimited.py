"""CSV files as clubs have them: any separator, encoding or decimal mark, read as text with the row of each row."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import polars as pl

from gatecast.collect.raw_table import MOST_ROWS, RawTable, check_width, named_columns
from gatecast.errors import DataError
from gatecast.files import spreadsheet_original_table

__all__ = ["read_delimited"]

SEPARATORS = (";", "\t", "|", ",")
"""In order of precedence where all lines have the same number of each: commas also stand within numbers."""
SEPARATOR_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)
LINES_LOOKED_AT = 200
ROWS_AT_ONCE = 5_000
SIGNS_AT_ONCE = 1_000_000
BYTES_LOOKED_AT = 1_000_000
WESTERN = "cp1252"
LEGACY = (
    *("cp949", "cp932", "gb18030", "big5", "euc_jp", "cp1250", "cp1251", "cp1253", "cp1254", "cp1252", "cp1255"),
    *("cp1256", "cp1257", "koi8_r", "cp874"),
)
"""Encodings that spreadsheets save CSV files in."""
COMMON_MARKS = "€£–—‘’“”°・ー·々´"
EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC")
LARGEST_WESTERN_SHARE = 0.4
"""Of letters with accents among all letters of the text outside ASCII lines, in a Western language."""

Numbered = tuple[int, list[str]]


def read_delimited(content: bytes, file: str) -> RawTable:
    """Read the bytes of a CSV file whose cells stand apart by commas, semicolons, tabs or bars.

    Blank lines are skipped but counted; every other row must have as many cells as the header. A row of one cell,
    such as a note below the table, is kept.

    Raises
    ------
    DataError
        Not a text, no rows, or a row of another width.
    """
    text, encoding = _decoded(content, file)
    separator = _separator(text)
    records = _records(text, separator, file)
    header = next(records, None)
    if header is None:
        raise DataError("an empty file", "a header and at least one row below it", file=file)
    names = [name.strip() for name in header[1]]
    width = len(names)
    check_width(width, file)
    schema = {str(place): pl.String for place in range(width)}
    chunks: list[pl.DataFrame] = []
    rows: list[int] = []
    widened = _same_width(records, width, separator, file)
    while chunk := list(islice(widened, ROWS_AT_ONCE)):
        rows.extend(number for number, _ in chunk)
        chunks.append(pl.DataFrame([cells for _, cells in chunk], schema=schema, orient="row"))
        if len(rows) > MOST_ROWS:
            raise DataError(f"more than {MOST_ROWS} rows", f"at most {MOST_ROWS}", file=file)
    if not chunks:
        raise DataError("no games", "at least one row below the header", file=file)
    stripped = pl.all().str.strip_chars()
    frame = pl.concat(chunks).select(pl.when(stripped != "").then(stripped))
    frame = spreadsheet_original_table(frame)
    frame, facts = named_columns(names, frame.get_columns(), rows, file)
    facts = replace(facts, encoding=encoding, separator=separator)
    return RawTable(frame, rows, file, decimal_comma=separator in ";\t", facts=facts)


def _decoded(content: bytes, file: str) -> tuple[str, str]:
    """Decode a text; return it with the name of its encoding, empty for UTF-8.

    UTF-16 is known by its mark. Any other encoding is recognised by charset-normalizer, but for Western European,
    which short texts confuse with Central European.
    """
    encoding = ""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text, encoding = content.decode("utf-16", errors="replace"), "UTF-16"
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text, encoding = _legacy(content)
    at = text.find("\0")
    if at < 0 and encoding:
        at = next((place for place, sign in enumerate(text) if sign == "\ufffd" or _is_control(sign)), -1)
    if at >= 0:
        row = text.count("\n", 0, at) + 1
        remedy = "save the table as CSV UTF-8 again, or check its ending"
        raise DataError("bytes that are no text", "a CSV file in UTF-8", remedy, file=file, row=row)
    return text, encoding


def _legacy(content: bytes) -> tuple[str, str]:
    """Decode a text that is not Unicode; return it with the name of the encoding that fits best."""
    western = content.decode(WESTERN, errors="replace")
    if _reads_as_western(western):
        return western, WESTERN
    import charset_normalizer

    matches = charset_normalizer.from_bytes(content[:BYTES_LOOKED_AT], cp_isolation=list(LEGACY))
    ranked = [match.encoding for match in matches] or [WESTERN]
    known = [name for name in LEGACY if name not in ranked and _decodes(content, name)]
    # Short texts fit several encodings: the first one in which no word looks broken, if there is one.
    encoding = min([*ranked, *known], key=lambda name: _broken_words(content, name))
    return content.decode(encoding, errors="replace"), encoding


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _broken_words(content: bytes, encoding: str) -> int:
    """Count the words of a text that mix scripts or hold signs that no name has, read in some encoding."""
    text = content[:BYTES_LOOKED_AT].decode(encoding, errors="replace")
    words = {word for word in re.split(r'[\s,;|"]+', text) if not word.isascii()}
    return sum(_is_broken(word, encoding) for word in words)


def _is_broken(word: str, encoding: str) -> bool:
    if re.search(r"[^\x00-\x7f][_\[\]\\^@{}|~`]", word):
        return True
    if any(not sign.isalpha() and sign not in COMMON_MARKS for sign in word if ord(sign) > 127):
        return True
    scripts = {unicodedata.name(sign, "?").split()[0] for sign in word if sign.isalpha()}
    scripts = {"CJK" if script in EAST_ASIAN else script for script in scripts}
    with_letters = scripts == {"CJK", "LATIN"} and not any(sign.islower() for sign in word if sign.isascii())
    if len(scripts) > 1 and not with_letters:
        return True
    # Syllables beyond the standard set are hardly ever used.
    return encoding == "cp949" and any(not _in_standard_korean(sign) for sign in word if ord(sign) > 127)


def _in_standard_korean(sign: str) -> bool:
    try:
        sign.encode("euc_kr")
    except UnicodeEncodeError:
        return False
    return True


def _reads_as_western(text: str) -> bool:
    """Return True where all signs beyond ASCII are letters or common marks, and few among the letters."""
    beyond = [sign for sign in text if ord(sign) > 127]
    letters = sum(sign.isalpha() for sign in text)
    common = all((sign.isalpha() and sign not in "ªµº") or sign in "€£–—‘’“”°" for sign in beyond)
    return common and len(beyond) <= LARGEST_WESTERN_SHARE * letters


def _is_control(sign: str) -> bool:
    return sign not in "\t\r\n\f\v" and unicodedata.category(sign) == "Cc"


def _separator(text: str) -> str:
    """Return the separator that the file names, or the one that splits most lines alike."""
    lines = [line for line in islice(io.StringIO(text), LINES_LOOKED_AT) if line.strip()]
    if not lines:
        return ","
    named = SEPARATOR_LINE.match(lines[0])
    if named:
        return named[1]
    counts = {sign: [_outside_quotes(line).count(sign) for line in lines] for sign in SEPARATORS}
    alike = [sign for sign in SEPARATORS if counts[sign][0] and len(set(counts[sign])) == 1]
    # Commas within the header and the numbers may be as even as the separator: the first of the most frequent.
    return max(alike or reversed(SEPARATORS), key=lambda sign: counts[sign][0])


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a text with their ends, a part of the text at a time: it is never in memory twice."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin + SIGNS_AT_ONCE) + 1 or len(text)
        yield from io.StringIO(text[begin:end], newline="")
        begin = end


def _records(text: str, separator: str, file: str) -> Iterator[Numbered]:
    """Yield each row that has anything in it, with its number; a first line that names the separator is skipped."""
    lines = csv.reader(_lines(text), delimiter=separator, strict=True)
    first = text.split("\n", 1)[0]
    number = 0
    while True:
        number += 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as broken:
            remedy = "close every quotation mark, and double those inside a cell"
            raise DataError(f"a broken cell ({broken})", "whole cells", remedy, file=file, row=number) from None
        if number == 1 and SEPARATOR_LINE.match(first):
            continue
        if any(cell.strip() for cell in cells):
            yield number, cells


def _same_width(records: Iterator[Numbered], width: int, separator: str, file: str) -> Iterator[Numbered]:
    """Yield each row with as many cells as the header; empty ones beyond it are dropped."""
    for number, cells in records:
        if len(cells) == width:
            yield number, cells
        elif len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            yield number, cells[:width]
        elif len(cells) == 1 and width > 2:
            yield number, [*cells, *[""] * (width - 1)]
        else:
            between = SEPARATOR_NAMES.get(separator, repr(separator))
            remedy = f"cells stand apart by {between}; put a cell that contains one in quotation marks"
            raise DataError(f"{len(cells)} cells", f"{width} as in the header", remedy, file=file, row=number)
