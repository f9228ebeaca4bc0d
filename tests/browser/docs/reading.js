// What a reader of a page would mind: texts that are too faint, parts that stick out, words in the console.

/** Returns what stands in the page with a contrast below `least` to what is behind it. */
export function faint(least) {
  const channel = (value) => (value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  const over = (top, below) => below.map((value, index) => top[index] * top[3] + value * (1 - top[3]));
  const colour = (text) => {
    const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
    return [red, green, blue, alpha];
  };
  const grounds = new Map([[null, [255, 255, 255]]]);
  const behind = (node) => {
    if (!grounds.has(node)) {
      grounds.set(node, over(colour(getComputedStyle(node).backgroundColor), behind(node.parentElement)));
    }
    return grounds.get(node);
  };
  const contrast = (node) => {
    const [text, ground] = [colour(getComputedStyle(node).color), behind(node)];
    const [dark, bright] = [light(over(text, ground)), light(ground)].sort((one, other) => one - other);
    return (bright + 0.05) / (dark + 0.05);
  };
  const read = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  const shown = (node) => node.checkVisibility({ visibilityProperty: true }) && node.getBoundingClientRect().width > 1;
  return [...document.querySelectorAll("body *")]
    .filter((node) => read(node) && shown(node) && contrast(node) < least)
    .map((node) => `${node.className} ${node.textContent.trim().slice(0, 30)}: ${contrast(node).toFixed(2)}`);
}

/** Returns how far the page is wider than what shows it, in pixels. */
export function tooWide() {
  return document.documentElement.scrollWidth - document.documentElement.clientWidth;
}

/** Collects what a page's console and its errors say, from now on. */
export function listened(page) {
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  return said;
}
