"""From a file as it comes to lines of clean text, each with its physical number. Nothing is dropped.

A scan reads the whole file once and says whether the database can read it as it stands (plain UTF-8,
line feeds only, no control character). If not, it is copied to a temporary file, line for line, where
a line that cannot be judged starts with SPECIAL, its finding's code and SPECIAL again.
"""

from __future__ import annotations

import codecs
import errno
import gzip
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

BLOCK = 8 << 20
SAMPLE = 1 << 20
MAX_LINE = 1_000_000  # characters
LONG_LINE = 4 * MAX_LINE  # bytes, too long in any encoding: what comes after is not kept in memory
WINDOW = 1 << 17  # bytes: a line over MAX_LINE covers at least one such part of a block
SPECIAL = "\x02"
CONTROLS = "\x00\x01\x02\x1e\x1f"
CONTROL = re.compile(f"[{CONTROLS}]")
NOT_PLAIN = tuple(c.encode() for c in "\r" + CONTROLS)

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
WIDE_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class UnreadableFile(Exception):
    """The file cannot be read at all; says why in French and in English."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en

    @classmethod
    def of(cls, error: OSError) -> UnreadableFile:
        """What the system says, in both languages when we know how."""
        english = error.strerror or str(error)
        return cls(_SYSTEM_REASONS.get(error.errno or 0, english), english)


_SYSTEM_REASONS = {
    errno.ENOENT: "il n’existe pas à cet endroit",
    errno.EACCES: "vous n’avez pas le droit de le lire",
    errno.EISDIR: "c’est un dossier, pas un fichier",
    errno.EIO: "le disque ne répond pas",
}


@dataclass(frozen=True)
class Scan:
    """What one reading of the whole file tells. `lines` counts line feeds and a last unended line."""

    encoding: str  # utf-8 or latin-1
    lines: int
    plain: bool  # the database may read the file as it stands
    quotes: bool
    size: int  # bytes, once decompressed


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes, decompressed when it is gzip or zstd (told by its first bytes, not its name)."""
    try:
        handle = path.open("rb")
    except OSError as error:
        raise UnreadableFile.of(error) from None
    start = handle.read(4)
    handle.seek(0)
    if start.startswith(GZIP):
        return gzip.GzipFile(fileobj=handle)  # type: ignore[return-value]
    if start == ZSTD:
        # Loaded only for such files.
        import zstandard

        return _ZstdFile(handle, zstandard.ZstdDecompressor())  # type: ignore[return-value]
    return handle


class _ZstdFile:
    """The bytes of a zstd file. One that is cut is an error, which the library's own reader keeps quiet."""

    STEP = 4_096  # compressed bytes taken at once: they may stand for 32,000 times as many

    def __init__(self, handle: BinaryIO, decompressor: Any) -> None:
        self.handle = handle
        self.frame = decompressor.decompressobj()
        self.decompressor = decompressor
        self.rest = b""

    def __enter__(self) -> _ZstdFile:
        return self

    def __exit__(self, *error: object) -> None:
        self.handle.close()

    def read(self, size: int) -> bytes:
        """At least `size` bytes, fewer at the end. Raises EOFError when the last frame is not whole."""
        parts: list[bytes] = []
        while size > 0:
            data = self.rest or self.handle.read(self.STEP)
            if not data:
                if not self.frame.eof:
                    raise EOFError("cut before its end")
                break
            if self.frame.eof:
                self.frame = self.decompressor.decompressobj()
            parts.append(self.frame.decompress(data))
            self.rest = self.frame.unused_data if self.frame.eof else b""
            size -= len(parts[-1])
        return b"".join(parts)


def is_compressed(path: Path) -> bool:
    """Whether the file starts like gzip or zstd."""
    with path.open("rb") as handle:
        start = handle.read(4)
    return start.startswith(GZIP) or start == ZSTD


def blocks(path: Path, progress: Callable[[int], None] | None = None) -> Iterator[bytes]:
    """The file's bytes by blocks, without a byte-order mark. Raises UnreadableFile."""
    first = True
    with open_bytes(path) as handle:
        while True:
            try:
                block = handle.read(BLOCK)
            except Exception as error:
                # zstandard is not loaded for other files, so that its error is known by name only.
                known = isinstance(error, OSError | EOFError | ValueError | zlib.error)
                if not known and type(error).__name__ != "ZstdError":
                    raise
                raise UnreadableFile(
                    f"données compressées abîmées ({error})", f"damaged compressed data ({error})"
                ) from None
            if not block:
                return
            if first:
                first = False
                if block.startswith(WIDE_BOMS):
                    raise UnreadableFile(
                        "il est en UTF-16 ; enregistrez-le en UTF-8", "it is in UTF-16; save it as UTF-8"
                    )
                block = block.removeprefix(codecs.BOM_UTF8)
            if progress:
                progress(len(block))
            yield block


def scan(path: Path, progress: Callable[[int], None] | None = None) -> Scan:
    """Read the whole file once. Raises UnreadableFile."""
    lines = size = 0
    plain = not is_compressed(path)
    quotes = False
    encodings = _Encodings()
    last = b""
    for block in blocks(path, progress):
        size += len(block)
        lines += block.count(b"\n")
        quotes = quotes or b'"' in block
        plain = plain and not any(c in block for c in NOT_PLAIN) and not _has_long_line(block)
        encodings.see(block)
        last = block
    encodings.end()
    lines += bool(last) and not last.endswith(b"\n")
    return Scan(encodings.name, lines, plain and encodings.valid, quotes, size)


def _has_long_line(block: bytes) -> bool:
    """Whether a line may be longer than MAX_LINE: a whole window of the block holds no line feed."""
    starts = range(0, len(block) - WINDOW + 1, WINDOW)
    return any(block.find(b"\n", start, start + WINDOW) < 0 for start in starts)


class _Encodings:
    """Tells UTF-8 from Latin-1: a file with no valid multi-byte character and stray bytes is Latin-1."""

    def __init__(self) -> None:
        self.valid = True
        self.multibyte = False
        self.pending = b""

    def see(self, block: bytes, *, final: bool = False) -> None:
        if block.isascii() and not self.pending:
            return
        data = self.pending + block
        try:
            text, used = codecs.utf_8_decode(data, "strict", final)
        except UnicodeDecodeError:
            self.valid = False
            text, used = codecs.utf_8_decode(data, "ignore", final)
        self.pending = data[used:]
        self.multibyte = self.multibyte or not text.isascii()

    def end(self) -> None:
        self.see(b"", final=True)

    @property
    def name(self) -> str:
        return "utf-8" if self.valid or self.multibyte else "latin-1"


def sample(path: Path) -> bytes:
    """The start of a file and, where it can be reached directly, its end."""
    first = next(blocks(path), b"")[:SAMPLE]
    if is_compressed(path):
        return first
    with path.open("rb") as handle:
        handle.seek(max(0, path.stat().st_size - SAMPLE))
        return first + handle.read()


# Windows writes its own characters where Latin-1 has none, and leaves five bytes without any: those are read
# as the controls of the same number, so that what is read as text can be written back as it came.
WINDOWS, BOTH_WAYS = "cp1252", "vigie-both-ways"


def _both_ways(error: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(error, UnicodeDecodeError):
        return chr(error.object[error.start]), error.start + 1
    if isinstance(error, UnicodeEncodeError) and ord(error.object[error.start]) < 256:
        return bytes([ord(error.object[error.start])]), error.start + 1
    raise error


codecs.register_error(BOTH_WAYS, _both_ways)


def raw_chunks(source: Iterable[bytes]) -> Iterator[bytes]:
    """Runs of whole physical lines with line feeds between them, whatever ended them in the file."""
    rest = b""
    for block in source:
        data = rest + block
        # A return at the very end may belong to a line feed in the next block.
        held = b"\r" if data.endswith(b"\r") else b""
        data = data.removesuffix(held)
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        whole, feed, rest = data.rpartition(b"\n")
        if feed:
            yield whole
        rest = rest[:LONG_LINE] + held
    if rest:
        yield rest.removesuffix(b"\r")


def raw_lines(source: Iterable[bytes]) -> Iterator[bytes]:
    """Every physical line without its end: a line feed, a carriage return, or both."""
    for chunk in raw_chunks(source):
        yield from chunk.split(b"\n")


def clean_chunks(source: Iterable[bytes], encoding: str) -> Iterator[list[str]]:
    """Every physical line as text, by runs. One that cannot be judged is marked (see SPECIAL)."""
    codec, errors = (WINDOWS, BOTH_WAYS) if encoding == "latin-1" else ("utf-8", "strict")
    for chunk in raw_chunks(source):
        try:
            text = chunk.decode(codec, errors)
        except UnicodeDecodeError:
            yield [_clean(raw) or BLANK for raw in chunk.split(b"\n")]
            continue
        lines = text.split("\n")
        if any(c in text for c in CONTROLS) or max(map(len, lines)) > MAX_LINE:
            lines = [_checked(line) for line in lines]
        yield [line or BLANK for line in lines] if "" in lines else lines


def clean_lines(source: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Every physical line as text. One that cannot be judged is marked (see SPECIAL)."""
    for lines in clean_chunks(source, encoding):
        yield from lines


def numbered(path: Path, encoding: str, wanted: set[str] | None = None) -> Iterator[tuple[int, str]]:
    """Every line with its number from 1, or only those whose text is wanted."""
    start = 1
    for lines in clean_chunks(blocks(path), encoding):
        if wanted is None:
            yield from enumerate(lines, start)
        else:
            yield from [(n, line) for n, line in enumerate(lines, start) if line in wanted]
        start += len(lines)


def _clean(raw: bytes) -> str:
    if len(raw) >= LONG_LINE:
        return mark("line-too-long", raw[: MAX_LINE // 4].decode(errors="replace"))
    try:
        return _checked(raw.decode())
    except UnicodeDecodeError:
        return mark("encoding", raw.decode(errors="replace"))


def _checked(text: str) -> str:
    if len(text) > MAX_LINE:
        return mark("line-too-long", text)
    return mark("nul-byte", text) if CONTROL.search(text) else text


def mark(code: str, text: str) -> str:
    """A line that cannot be judged, with its reason."""
    return f"{SPECIAL}{code}{SPECIAL}{CONTROL.sub('�', text[:200])}"


def marked(line: str) -> str:
    """The reason of a marked line, "" for any other."""
    return line.split(SPECIAL, 2)[1] if line.startswith(SPECIAL) else ""


BLANK = mark("blank-line", "")


def copy_clean(path: Path, encoding: str, target: Path) -> int:
    """Write the cleaned lines to `target`, numbered as in the original. Returns how many there are."""
    count = 0
    with target.open("w", encoding="utf-8", newline="\n") as out:
        for lines in clean_chunks(blocks(path), encoding):
            out.write("\n".join(lines) + "\n")
            count += len(lines)
    return count
