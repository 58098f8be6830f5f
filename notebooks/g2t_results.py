"""Tables of results as pandas data frames.

Arrow files are read with pyarrow or polars where one of them is installed, else by the reader in here, which needs numpy, pandas
and flatbuffers alone (Debian: python3-pandas python3-flatbuffers). It reads what the simulator writes: uncompressed files with
columns of floats, integers, booleans, texts (dictionaries too) and bytes. Parquet files need pyarrow or polars.
"""

import glob
import json
import os

import numpy as np
import pandas as pd

MAGIC = b"ARROW1"


def result(pattern):
    """The newest folder of results that a pattern finds ("../results/quickstart-*"), or says how to make one."""
    folders = [path for path in glob.glob(pattern) if os.path.exists(os.path.join(path, "summary.json"))]
    if not folders:
        raise FileNotFoundError(f"no results at {pattern}: make some with g2t run or g2t sweep (see notebooks/README.md)")
    return max(folders, key=os.path.getmtime)


def summary(folder):
    """The summary of a result or sweep, as a dictionary."""
    with open(os.path.join(folder, "summary.json"), encoding="utf-8") as file:
        return json.load(file)


def table(path):
    """An Arrow or Parquet file as a data frame; missing values are NaN."""
    if path.endswith(".parquet"):
        return _parquet(path)
    try:
        import pyarrow.feather

        return pyarrow.feather.read_feather(path)
    except ImportError:
        pass
    try:
        import polars

        return polars.read_ipc(path, memory_map=False).to_pandas()
    except ImportError:
        pass
    with open(path, "rb") as file:
        return read_arrow(file.read(), path)[0]


def units(path):
    """Unit and meaning of each column of an Arrow file, a row a column."""
    with open(path, "rb") as file:
        return read_arrow(file.read(), path)[1]


def _parquet(path):
    try:
        import pyarrow.parquet

        return pyarrow.parquet.read_table(path).to_pandas()
    except ImportError:
        pass
    try:
        import polars
    except ImportError:
        raise ImportError(f"{path}: Parquet needs pyarrow or polars; the .arrow file beside it needs neither") from None
    return polars.read_parquet(path).to_pandas()


# The format: https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format, and the flatbuffers schemas Message.fbs,
# Schema.fbs and File.fbs of Apache Arrow. Numbers of fields below are theirs.


class _Table:
    """A table of a flatbuffer; fields by their number."""

    def __init__(self, data, position):
        from flatbuffers.table import Table

        self.data = data
        self.table = Table(data, position)

    def _at(self, field):
        offset = self.table.Offset(4 + 2 * field)
        return None if offset == 0 else self.table.Pos + offset

    def number(self, field, kind, default=0):
        at = self._at(field)
        return default if at is None else np.frombuffer(self.data, kind, 1, at)[0].item()

    def text(self, field):
        at = self._at(field)
        return "" if at is None else self.table.String(at).decode("utf-8")

    def child(self, field):
        at = self._at(field)
        return None if at is None else _Table(self.data, self.table.Indirect(at))

    def children(self, field):
        offset = self.table.Offset(4 + 2 * field)
        if offset == 0:
            return []
        first = self.table.Vector(offset)
        return [_Table(self.data, self.table.Indirect(first + 4 * i)) for i in range(self.table.VectorLen(offset))]

    def structs(self, field, kind):
        offset = self.table.Offset(4 + 2 * field)
        if offset == 0:
            return np.empty(0, kind)
        return np.frombuffer(self.data, kind, self.table.VectorLen(offset), self.table.Vector(offset))


_BLOCK = np.dtype([("offset", "<i8"), ("metadata", "<i4"), ("", "<i4"), ("body", "<i8")])
_NODE = np.dtype([("length", "<i8"), ("nulls", "<i8")])
_BUFFER = np.dtype([("offset", "<i8"), ("length", "<i8")])
_INT, _FLOAT, _BINARY, _UTF8, _BOOL = 2, 3, 4, 5, 6


def read_arrow(data, place="the file"):
    """The bytes of an Arrow IPC file as a data frame, and the unit and meaning of its columns as another."""
    if len(data) < 24 or data[:6] != MAGIC or data[-6:] != MAGIC:
        raise ValueError(f"{place}: expected an Arrow IPC file, got something else")
    length = int.from_bytes(data[-10:-6], "little")
    footer = _root(data, len(data) - 10 - length)
    fields = footer.child(1).children(1)
    dictionaries = {}
    encoded = {_dictionary(field)[0]: field for field in fields if _dictionary(field) is not None}
    for block in footer.structs(2, _BLOCK):
        header, body = _message(data, block)
        batch = header.child(1)
        number = header.number(0, "<i8")
        values = _columns(batch, body, [(_type(encoded[number]), None)], {}, place)[0]
        dictionaries[number] = np.concatenate([dictionaries[number], values]) if header.number(2, "?") else values
    batches = []
    for block in footer.structs(3, _BLOCK):
        batch, body = _message(data, block)
        batches.append(_columns(batch, body, [(_type(field), _dictionary(field)) for field in fields], dictionaries, place))
    names = [field.text(0) for field in fields]
    columns = [np.concatenate([batch[i] for batch in batches]) if batches else np.empty(0) for i in range(len(fields))]
    notes = [{note.text(0): note.text(1) for note in field.children(6)} for field in fields]
    about = pd.DataFrame(
        {key: [note.get(key, "") for note in notes] for key in ("unit", "description")}, index=pd.Index(names, name="column")
    )
    return pd.DataFrame(dict(zip(names, columns))), about


def _root(data, position):
    return _Table(data, position + int.from_bytes(data[position : position + 4], "little"))


def _message(data, block):
    """Header and body of a message."""
    start = int(block["offset"])
    if data[start : start + 4] == b"\xff\xff\xff\xff":
        start += 4
    message = _root(data, start + 4)
    body = int(block["offset"]) + int(block["metadata"])
    return message.child(2), memoryview(data)[body : body + int(block["body"])]


def _type(field):
    """Number of a field's type, and what numpy calls its values."""
    number = field.number(2, "u1")
    kind = field.child(3)
    if number == _INT:
        return number, f"<{'i' if kind.number(1, '?') else 'u'}{kind.number(0, '<i4') // 8}"
    if number == _FLOAT:
        return number, ("<f2", "<f4", "<f8")[kind.number(0, "<i2")]
    return number, None


def _dictionary(field):
    """Number and index type of a field's dictionary; None for a field without."""
    encoding = field.child(4)
    if encoding is None:
        return None
    index = encoding.child(1)
    kind = "<i4" if index is None else f"<{'i' if index.number(1, '?') else 'u'}{index.number(0, '<i4') // 8}"
    return encoding.number(0, "<i8"), kind


def _columns(batch, body, kinds, dictionaries, place):
    """The columns of a record batch."""
    if batch.child(3) is not None:
        raise ValueError(f"{place}: expected uncompressed columns; install pyarrow or polars to read compressed ones")
    nodes = iter(batch.structs(1, _NODE))
    buffers = iter(batch.structs(2, _BUFFER))

    def buffer(kind, count):
        at = next(buffers)
        return np.frombuffer(body, kind, count, int(at["offset"])) if count > 0 else np.empty(0, kind)

    columns = []
    for (number, kind), dictionary in kinds:
        node = next(nodes)
        rows = int(node["length"])
        validity = next(buffers)
        valid = None
        if node["nulls"] > 0:
            valid = _bits(body, validity, rows)
        if dictionary is not None:
            values = dictionaries[dictionary[0]][buffer(dictionary[1], rows)]
        elif number in (_INT, _FLOAT):
            values = buffer(kind, rows)
        elif number == _BOOL:
            values = _bits(body, next(buffers), rows)
        elif number in (_UTF8, _BINARY):
            offsets = buffer("<i4", rows + 1)
            at = next(buffers)
            whole = bytes(body[int(at["offset"]) : int(at["offset"]) + int(at["length"])])
            parts = [whole[offsets[i] : offsets[i + 1]] for i in range(rows)]
            values = np.empty(rows, object)
            values[:] = [part.decode("utf-8") for part in parts] if number == _UTF8 else parts
        else:
            raise ValueError(f"{place}: expected numbers, booleans, texts or bytes, got a column of type {number}")
        if valid is not None:
            values = values.astype(object if values.dtype == object else "f8")
            values[~valid] = None if values.dtype == object else np.nan
        columns.append(values)
    return columns


def _bits(body, at, rows):
    """A bit a row, least significant first."""
    packed = np.frombuffer(body, "u1", (rows + 7) // 8, int(at["offset"]))
    return np.unpackbits(packed, count=rows, bitorder="little").astype(bool)
