"""Draws comparisons as one SVG that can be read on light and on dark pages."""

from xml.sax.saxutils import escape

WIDTH, NAMES, PANEL, GAP = 880, 150, 290, 75  # of the picture, of the names, of each column of bars, between them
ROW, BAR, HEADING, MARGIN = 22, 13, 44, 12
MOST = 8  # times fanfetch's figure is as far as a bar goes: one that is longer is cut, and says so

# Pages show it by <img>, so it asks the browser, not the page, which colours it is to have.
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 } .small { font-size: 11px; fill: #59636e } .value { font-size: 12px }
  .ours { fill: #0969da } .rival, .python { fill: #8c959f } .limit { fill: #d0d7de }
  .spread { stroke: #1f2328; stroke-width: 1 } .cut { stroke: #ffffff; stroke-width: 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .small { fill: #9198a1 }
    .ours { fill: #4493f8 } .rival, .python { fill: #6e7681 } .limit { fill: #3d444d }
    .spread { stroke: #f0f6fc } .cut { stroke: #0d1117 }
  }
"""


def text(x, y, words, kind="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def value(number):
    """Three digits are all that the figures bear."""
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def bar(row, values, left, top, full):
    """A median as a bar, lowest to highest as a line on it."""
    median, low, high = sorted(values)[len(values) // 2], min(values), max(values)
    scale = PANEL / full
    length = min(median, full) * scale
    parts = [f'<rect x="{left}" y="{top}" width="{max(length, 1):.1f}" height="{BAR}" rx="2" class="{row.role}"/>']
    if median > full:
        parts.append(line(left + length - 14, top + BAR + 2, left + length - 6, top - 2, "cut"))
        end = length
    else:
        end = min(high, full) * scale
        middle = top + BAR / 2
        parts.append(line(left + low * scale, middle, left + end, middle, "spread"))
    parts.append(text(left + max(end, length) + 5, top + BAR - 2, value(median), "value"))
    return parts


def panel(rows, what, scale, left, top):
    """One column of bars: a figure of each row."""
    figures = {row.name: [number * scale for number in getattr(row, what)] for row in rows}
    medians = {name: sorted(values)[len(values) // 2] for name, values in figures.items()}
    ours = [medians[row.name] for row in rows if row.role == "ours"]
    full = min(max(medians.values()), MOST * min(ours) if ours else float("inf"))
    parts = []
    for index, row in enumerate(rows):
        parts += bar(row, figures[row.name], left, top + index * ROW + (ROW - BAR) // 2, full)
    return parts


def group(comparison, top):
    """A workload: its title, names, wall and CPU. The parts, and where the next one begins."""
    shown = [row for row in comparison.rows if row.wall]
    failed = [row for row in comparison.rows if row.failed]
    columns = (("wall", 1, "seconds", NAMES), ("cpu", 1e6 / comparison.files, "µs of CPU a file", NAMES + PANEL + GAP))
    parts = [text(0, top + 16, comparison.title, "title")]
    for what, scale, heading, left in columns:
        parts.append(text(left, top + 34, heading, "small"))
        if shown:
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
    for comparison in comparisons:
        more, top = group(comparison, top)
        parts += more
    parts.append(text(0, top + 12, caption, "small"))
    body = "\n".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -4 {WIDTH} {top + 28}" width="{WIDTH}" '
            f'height="{top + 28}" role="img">\n<title>fanfetch and other downloaders</title>\n'
            f"<style>{STYLE}</style>\n{body}\n</svg>\n")
