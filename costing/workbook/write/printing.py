"""How wide sheets print: several A4 pages across, at a size that can be read."""

from __future__ import annotations

from collections.abc import Sequence

from costing.workbook.write.layout import Sheet

#: Width inside the margins of a landscape A4 page (277 mm at 96 dots an inch), in pixels; a part of
#: it is left, since columns are not as wide in every program.
_PAGE, _LEFT = 1045.0, 0.28


def across(
    sheet: Sheet,
    repeated: int,
    first: int,
    group: int,
    widths: Sequence[float] = (),
    scale: int = 62,
) -> None:
    """Print a sheet on as many pages across as it takes.

    The first `repeated` columns come again on each page. From `first` on, columns stay together by
    `group`, as far as their widths (those of the sheet, unless given) let them. `scale`: per cent
    of full size.
    """
    raw, pixels = sheet.raw, [_pixels(width) for width in widths or sheet.widths]
    raw.set_print_scale(scale)
    raw.repeat_columns(0, repeated - 1)
    raw.print_across()
    room = _PAGE / scale * 100 * (1 - _LEFT)
    used, breaks = sum(pixels[:first]), []
    for start in range(first, len(pixels), group):
        wide = sum(pixels[start : start + group])
        if used + wide > room and start > first:
            breaks.append(start)
            used = sum(pixels[:repeated])
        used += wide
    raw.set_v_pagebreaks(breaks)


def _pixels(width: float) -> float:
    """A column's width on screen, from its width in characters."""
    return 7 * width + 5
