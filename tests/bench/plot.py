"""Draws comparisons as one SVG that can be read on light and on dark pages."""

from statistics import median
from xml.sax.saxutils import escape

WIDTH, NAMES, PANEL, GAP = 880, 150, 290, 75  # of the picture, of the names, of each column of bars, between them
ROW, BAR, HEADING, MARGIN = 22, 13, 44, 12
MOST = 8  # times fanfetch's figure is as far as a bar goes: one that is longer is cut, and says so

# Pages show it by <img>, so it asks the browser, not the page, which colours it is to have.
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 } .small { font-size: 11px; fill: #59636e } .value { font-size: 12px }
  .ours, .part { fill: #0969da } .rival, .build, .python { fill: #8c959f } .limit { fill: #d0d7de }
  .spread { stroke: #1f2328; stroke-width: 1 } .cut { stroke: #ffffff; stroke-width: 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .small { fill: #9198a1 }
    .ours, .part { fill: #4493f8 } .rival, .build, .python { fill: #6e7681 } .limit { fill: #3d444d }
    .spread { stroke: #f0f6fc } .cut { stroke: #0d1117 }
  }
"""


def text(x, y, words, kind="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def value(number):
    """Three digits are all that the figures bear."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def bar(role, values, left, top, full):
    """A median as a bar, lowest to highest as a line on it."""
    middle, low, high = median(values), min(values), max(values)
    scale = PANEL / full
    length = end = min(middle, full) * scale
    parts = [f'<rect x="{left}" y="{top}" width="{max(length, 1):.1f}" height="{BAR}" rx="2" class="{role}"/>']
    if middle > full:
        parts.append(line(left + length - 14, top + BAR + 2, left + length - 6, top - 2, "cut"))
    else:
        end = max(length, min(high, full) * scale)
        parts.append(line(left + low * scale, top + BAR / 2, left + end, top + BAR / 2, "spread"))
    parts.append(text(left + end + 5, top + BAR - 2, value(middle), "value"))
    return parts


def panel(rows, what, scale, left, top):
    """One column of bars: a figure of each row that has it."""
    figures = {index: [number * scale for number in getattr(row, what)]
               for index, row in enumerate(rows) if getattr(row, what)}
    if not figures:
        return []
    ours = [median(values) for index, values in figures.items() if rows[index].role == "ours"]
    full = min(max(map(median, figures.values())), MOST * min(ours) if ours else float("inf"))
    return [part for index, values in figures.items()
            for part in bar(rows[index].role, values, left, top + index * ROW + (ROW - BAR) // 2, full)]


def group(comparison, top):
    """A workload: its title, names, wall and CPU. Returns its parts, and where the next one begins."""
    shown = [row for row in comparison.rows if not row.failed]
    failed = [row for row in comparison.rows if row.failed]
    columns = (("wall", 1, "seconds", NAMES), ("cpu", 1e6 / comparison.files, "µs of CPU a file", NAMES + PANEL + GAP))
    parts = [text(0, top + 16, comparison.title, "title")]
    for what, scale, heading, left in columns:
        parts.append(text(left, top + 34, heading, "small"))
        parts += panel(shown, what, scale, left, top + HEADING)
    for index, row in enumerate(shown + failed):
        y = top + HEADING + index * ROW + ROW / 2 + 4
        parts.append(text(NAMES - 8, y, row.name, anchor="end"))
        if row.failed:
            parts.append(text(NAMES, y, row.failed, "small"))
    return parts, top + HEADING + (len(shown) + len(failed)) * ROW + MARGIN


def draw(comparisons, caption):
    """The whole picture, as text."""
    parts, top = [], 0
    for comparison in (one for one in comparisons if one.rows):
        more, top = group(comparison, top)
        parts += more
    parts.append(text(0, top + 12, caption, "small"))
    body = "\n".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -4 {WIDTH} {top + 28}" width="{WIDTH}" '
            f'height="{top + 28}" role="img">\n<title>fanfetch and other downloaders</title>\n'
            f"<style>{STYLE}</style>\n{body}\n</svg>\n")
