"""Exported workbooks as files to alter: without values, or with other inputs."""

from __future__ import annotations

import io
import re
import zipfile

_CACHED = re.compile(
    rb'(<c r="[A-Z]+\d+"(?: s="\d+")?)(?: t="(?:str|e|b)")?>(<f[^>]*>[^<]*</f>)<v>[^<]*</v>'
)


def uncomputed(data: bytes) -> bytes:
    """The workbook without any computed value: a program must compute them all."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = _CACHED.sub(rb"\1>\2", content)
            new.writestr(name, content)
    return stream.getvalue()
