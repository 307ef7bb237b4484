"""How a page looks: at each width, in both schemes, with a picture of each for a look."""

import os

WIDTHS = {390: 844, 768: 1024, 1280: 900, 1920: 1080}
SCHEMES = ("light", "dark")

# Each visible text with less contrast than WCAG's AA asks for, placeholders too.
FAINT_TEXTS = """
const channels = (color) => { const c = color.match(/[\\d.]+/g).map(Number); return c.length > 3 ? c : [...c, 1]; };
const linear = (c) => { c /= 255; return c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4; };
const luminance = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
const behind = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const color = channels(getComputedStyle(e).backgroundColor);
    if (color[3] === 1) return color;
  }
  return [255, 255, 255, 1];
};
const faint = [];
const check = (element, text, color) => {
  const style = getComputedStyle(element), size = parseFloat(style.fontSize);
  const [a, b] = [luminance(channels(color)), luminance(behind(element))].sort((x, y) => y - x);
  const ratio = (a + .05) / (b + .05);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (ratio < (large ? 3 : 4.5)) faint.push(`${text.trim().slice(0, 40)}: ${ratio.toFixed(2)} in <${element.tagName}>`);
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (walker.currentNode.data.trim() === '' || !element.checkVisibility() || element.tagName === 'NOSCRIPT') continue;
  check(element, walker.currentNode.data, getComputedStyle(element).color);
}
for (const input of document.querySelectorAll('input[placeholder]')) {
  if (input.checkVisibility()) check(input, input.placeholder, getComputedStyle(input, '::placeholder').color);
}
return [...new Set(faint)];
"""


def check(test, browser, folder, name):
    """The page that is open scrolls nowhere to the side, and all of its text can be read."""
    for scheme in SCHEMES:
        for width, height in WIDTHS.items():
            browser.look(width, height, scheme)
            browser.run("return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            where = f"{name}-{width}-{scheme}"
            browser.screenshot(os.path.join(folder, where + ".png"))
            test.assertLessEqual(browser.run("return document.documentElement.scrollWidth"), width,
                                 where + " scrolls to the side")
            test.assertEqual([], browser.run(FAINT_TEXTS), where)


def picture_for_readme(browser, folder, name):
    """What is seen of the page first, in both schemes: the files that README shows lie in pictures/."""
    for scheme in SCHEMES:
        browser.look(1280, 800, scheme)
        browser.run("scrollTo(0, 0)")
        browser.run("return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        browser.screenshot(os.path.join(folder, f"readme-{name}-{scheme}.png"), whole_page=False)
