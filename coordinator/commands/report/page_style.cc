#include "coordinator/commands/report/page_style.h"

#include <fmt/format.h>

#include "common/http/base64.h"
#include "common/sha256.h"
#include "coordinator/commands/report/palette.h"

namespace fanfetch {
namespace {

constexpr std::string_view kRules = R"css(
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);
  font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Cantarell,sans-serif}
header,main,footer{max-width:1240px;margin:0 auto;padding:0 24px}
header{padding-top:28px}
h1{font-size:24px;line-height:1.25;font-weight:650;margin:0;overflow-wrap:anywhere}
h2{font-size:16px;font-weight:650;margin:36px 0 12px}
h3{font-size:14px;font-weight:650;margin:0}
p{margin:0 0 8px}
a{color:var(--link);text-decoration:none}
a:hover,a:focus-visible{text-decoration:underline}
.kicker{color:var(--muted);margin:0 0 2px}
.sub{color:var(--muted);margin:4px 0 0}
.note{color:var(--muted);margin:8px 0 0}
.bad{color:var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:12px;margin:14px 0 0}
.tile,.panel{background:var(--surface);border:1px solid var(--line);border-radius:8px}
.tile{padding:12px 14px;min-width:0}
.tile dt{color:var(--muted);font-size:12.5px}
.tile dd{margin:0}
.tile .value{font-size:22px;line-height:1.3;font-weight:650;font-variant-numeric:tabular-nums}
.tile .more{color:var(--muted);font-size:12.5px}
.command{background:var(--inset);border:1px solid var(--line);border-radius:6px;padding:8px 12px;
  margin:8px 0;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere;
  font:12.5px/1.5 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}
main>.command{margin:14px 0 0}
.charts{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:12px}
.panel{padding:14px 16px;margin:0 0 12px;min-width:0}
.charts .panel{margin:0}
figure{margin:0}
figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 12px;margin:0 0 8px}
figcaption span{color:var(--muted)}
svg{display:block;width:100%;overflow:visible;font-size:12px;font-variant-numeric:tabular-nums}
svg text{fill:var(--muted)}
svg .name{fill:var(--text)}
svg .halo{paint-order:stroke;stroke:var(--surface);stroke-width:4px;stroke-linejoin:round}
svg .grid{stroke:var(--line);stroke-width:1;shape-rendering:crispEdges}
svg .area{fill:var(--soft)}
svg .edge{fill:none;stroke:var(--accent);stroke-width:1.75px;vector-effect:non-scaling-stroke}
svg .bar,svg .dot{fill:var(--accent)}
svg .reach{fill:var(--soft)}
svg .fault{fill:var(--bad)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);padding:0 0 8px}
th,td{padding:6px 12px 6px 0;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
thead th{border-top:0;border-bottom:1px solid var(--line);color:var(--muted);font-weight:500;
  white-space:nowrap}
tbody tr:first-child>*{border-top:0}
th:last-child,td:last-child{padding-right:0}
tbody th{font-weight:500}
.number{text-align:right;white-space:nowrap}
.long{overflow-wrap:anywhere;min-width:16em}
.plain{white-space:nowrap}
th button{font:inherit;color:inherit;background:none;border:0;padding:0;margin:0;cursor:pointer}
th button:hover{color:var(--text);text-decoration:underline}
th[aria-sort] button{color:var(--text)}
th[aria-sort=ascending] button::after{content:" \2191"}
th[aria-sort=descending] button::after{content:" \2193"}
.failure h3{display:flex;flex-wrap:wrap;gap:0 10px;align-items:baseline}
.failure h3 span{color:var(--muted);font-weight:400}
.failure p{margin:2px 0 0;color:var(--muted)}
.failure table{margin-top:8px}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(112px,1fr));gap:12px;
  list-style:none;margin:0;padding:0}
.pictures img{display:block;width:100%;aspect-ratio:1;object-fit:contain;background:var(--inset);
  border:1px solid var(--line);border-radius:6px;color:var(--muted);font-size:11px;
  overflow:hidden;overflow-wrap:anywhere}
.pictures span{display:block;margin-top:4px;font-size:11.5px;line-height:1.35;color:var(--muted);
  white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
footer{color:var(--muted);padding-top:28px;padding-bottom:40px}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
@media screen and (max-width:760px){
  header,main,footer{padding-left:14px;padding-right:14px}
  .charts{grid-template-columns:minmax(0,1fr)}
  .tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}
  .long{min-width:13em}
}
@media print{
  @page{margin:14mm}
  body{background:var(--surface);font-size:10.5px;-webkit-print-color-adjust:exact;print-color-adjust:exact}
  header,main,footer{max-width:none;padding-left:0;padding-right:0}
  h2{margin-top:18px;break-after:avoid}
  .tile,.panel,.pictures li,tr,figure{break-inside:avoid}
  .scroll{overflow:visible}
  .failure{break-inside:auto}
  .tile .value{font-size:16px}
  .pictures{grid-template-columns:repeat(8,1fr)}
  a{color:inherit}
}
)css";

constexpr std::string_view kScript = R"js(
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const value = (row, column) => {
    const cell = row.cells[column];
    return "value" in cell.dataset ? Number(cell.dataset.value) : cell.textContent.trim();
  };
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const isNumber = heading.classList.contains("number");
      const before = heading.getAttribute("aria-sort");
      const falling = before ? before === "ascending" : isNumber;
      const sorted = [...body.rows].sort((one, other) => {
        const a = value(one, column), b = value(other, column);
        const order = isNumber ? a - b : a.localeCompare(b);
        return falling ? -order : order;
      });
      for (const other of headings) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
      body.append(...sorted);
    });
  });
}
)js";

std::string variables(const Palette& palette) {
  return fmt::format(
      "--page:{};--surface:{};--inset:{};--text:{};--muted:{};--line:{};--link:{};--accent:{};"
      "--soft:{};--bad:{}",
      palette.page, palette.surface, palette.inset, palette.text, palette.muted, palette.line,
      palette.link, palette.accent, palette.soft, palette.bad);
}

std::string source_of(std::string_view text) {
  const Sha256Digest digest = sha256(text);
  const std::string bytes(digest.begin(), digest.end());
  return fmt::format("'sha256-{}'", base64(bytes));
}

}  // namespace

const std::string& report_style() {
  // Paper is light, whatever the screen.
  static const std::string kStyle =
      fmt::format("\n:root{{color-scheme:light dark;{}}}\n", variables(kLightPalette)) +
      fmt::format("@media screen and (prefers-color-scheme:dark){{:root{{{}}}}}",
                  variables(kDarkPalette)) +
      std::string(kRules);
  return kStyle;
}

std::string_view report_script() { return kScript; }

std::string report_policy() {
  return fmt::format(
      "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; "
      "form-action 'none'",
      source_of(report_style()), source_of(report_script()));
}

}  // namespace fanfetch
