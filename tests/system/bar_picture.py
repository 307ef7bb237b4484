"""A picture of a run on a terminal, from what a run really prints there: bar.svg, which README shows.
Usage: bar_picture.py BUILD   draws it again"""

import fcntl
import html
import os
import pty
import re
import struct
import sys
import tempfile
import termios

import example_internet

COLUMNS = 96
PICTURE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bar.svg")
COMMAND = "fanfetch urls.txt"
LINKS = 400
WIDTH, HEIGHT, LEFT, TOP = 8.4, 20, 16, 28  # of a character, of a line; margins
COLOURS = {"31": "red", "32": "green", "33": "yellow", "36": "cyan", "1": "bold", "2": "dim"}


def capture(build, internet):
    """What the run writes to its terminal."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "urls.txt"), "w") as links:
            links.writelines(f"https://slow.example.org/{number}.jpg\n" for number in range(LINKS))
            links.write("https://example.org/gone.jpg\n")
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(folder)
            os.execve(os.path.join(build, "coordinator/fanfetch"), COMMAND.split(),
                      {"TERM": "xterm", "LC_ALL": "C.UTF-8", "HOME": folder, "https_proxy": internet.proxy,
                       "SSL_CERT_FILE": internet.certificate})
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
        output = b""
        try:
            while data := os.read(terminal, 65536):
                output += data
        except OSError:
            pass  # its other end is closed
        os.close(terminal)
        os.waitpid(child, 0)
    return output.decode()


def screen(output):
    """The lines that stand there when two thirds are done: what has been said, and the bar."""
    said, best, distance = [], "", LINKS
    for piece in re.split(r"\r\x1b\[K|\r\n", output):
        done = re.search(r" (\d+)/\d+ ", re.sub(r"\x1b\[[\d;]*m", "", piece))
        if not done:
            said.append(piece)
        elif abs(int(done.group(1)) - LINKS * 2 // 3) < distance:
            best, distance = piece, abs(int(done.group(1)) - LINKS * 2 // 3)
    failures = [line for line in said if "http_4xx" in line and "gone.jpg" in line]
    return ["$ " + COMMAND, *failures, best]


def plain(line):
    return re.sub(r"\x1b\[[\d;]*m", "", line)


def svg(lines):
    rows = []
    for number, line in enumerate(lines):
        spans, style = [], ""
        for text, codes in re.findall(r"([^\x1b]*)(?:\x1b\[([\d;]*)m)?", line):
            if text:
                spans.append(f'<tspan class="{style}">{html.escape(text)}</tspan>')
            if codes:
                style = " ".join(COLOURS[code] for code in codes.split(";") if code in COLOURS)
        rows.append(f'<text x="{LEFT}" y="{TOP + number * HEIGHT}" xml:space="preserve">{"".join(spans)}</text>')
    width, height = LEFT * 2 + COLUMNS * WIDTH, TOP + len(lines) * HEIGHT
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" role="img" aria-label="{html.escape(plain(lines[-1]))}">
<style>
  rect {{ fill: #f6f8fa; stroke: #d0d7de }}
  text {{ font: 14px ui-monospace, "DejaVu Sans Mono", monospace; fill: #1f2328 }}
  .red {{ fill: #b3261e }} .green {{ fill: #1a7f37 }} .yellow {{ fill: #7d4e00 }} .cyan {{ fill: #0b6b78 }} .bold {{ font-weight: bold }}
  @media (prefers-color-scheme: dark) {{
    rect {{ fill: #161b22; stroke: #30363d }}
    text {{ fill: #e6edf3 }}
    .red {{ fill: #ff8a80 }} .green {{ fill: #56d364 }} .yellow {{ fill: #e3b341 }} .cyan {{ fill: #76e3ea }}
  }}
</style>
<rect x="0.5" y="0.5" width="{width - 1:.0f}" height="{height - 1}" rx="6"/>
{chr(10).join(rows)}
</svg>
"""


def shape(lines):
    """What does not differ from run to run."""
    text = "\n".join(plain(line) for line in lines)
    text = re.sub(r"[▏▎▍▌▋▊▉█▕]+ *[▏▕]?", "BAR", text)
    text = re.sub(r"[KMG]iB", "MiB", text)  # as slow as the machine is
    text = re.sub(r"ETA [\dhms]+", "ETA TIME", text)
    return re.sub(r" +", " ", re.sub(r"\d+(\.\d+)?", "N", re.sub(r"\d+-\d+-\d+T[\d:]+Z", "DATE", text)))


def shown():
    """The lines of the picture that is there."""
    with open(PICTURE) as file:
        return [html.unescape(re.sub("<[^>]*>", "", row)) for row in re.findall("<text.*</text>", file.read())]


def main():
    with tempfile.TemporaryDirectory() as folder:
        internet = example_internet.Internet(folder)
        lines = screen(capture(sys.argv[1], internet))
        internet.close()
    with open(PICTURE, "w") as file:
        file.write(svg(lines))


if __name__ == "__main__":
    main()
