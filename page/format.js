// Amounts are BigInt from the moment they are read: a Number would round them.

let token = { symbol: "", decimals: 0 };

export function useToken(facts) {
  token = { symbol: facts.symbol, decimals: facts.decimals };
}

/** Digits in groups of three. */
export function grouped(digits) {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** Base units as whole tokens, exact, without zeros at the end. */
export function tokens(units) {
  const text = BigInt(units).toString().padStart(token.decimals + 1, "0");
  const whole = text.slice(0, text.length - token.decimals);
  const fraction = text.slice(text.length - token.decimals).replace(/0+$/, "");
  return grouped(whole) + (fraction ? "." + fraction : "");
}

/** An amount of an answer with its symbol. */
export function amount(value) {
  return tokens(value.units) + " " + value.symbol;
}

/** A part of a whole in percent with two decimals, rounded down. */
export function share(part, whole) {
  if (whole === 0n) return "0%";
  const points = (part * 10000n) / whole;
  if (points === 0n && part > 0n) return "< 0.01%";
  return percent(points);
}

/** Hundredths of a percent. */
export function percent(points) {
  const value = BigInt(points);
  const fraction = (value % 100n).toString().padStart(2, "0").replace(/0+$/, "");
  return grouped((value / 100n).toString()) + (fraction ? "." + fraction : "") + "%";
}

/** `1 day`, `1,000 days`. */
export function count(number, name) {
  const value = BigInt(number);
  return `${grouped(value.toString())} ${name}${value === 1n ? "" : "s"}`;
}

/** A span of seconds in words. */
export function span(seconds) {
  let rest = BigInt(seconds);
  if (rest === 0n) return "no lock";
  const parts = [];
  for (const [name, size] of [["day", 86400n], ["hour", 3600n], ["minute", 60n], ["second", 1n]]) {
    const number = rest / size;
    rest %= size;
    if (number > 0n) parts.push(count(number, name));
  }
  return parts.slice(0, 2).join(" ");
}

/** RFC 3339 in UTC, as people read it. */
export function instant(text) {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z$/.exec(text);
  if (match) return `${match[1]} ${match[2]} UTC`;
  if (text === "never") return "without end";
  return text === "0" ? "none" : text;
}

/** A long hash or address, cut in the middle. */
export function short(hex) {
  return hex.length > 20 ? `${hex.slice(0, 10)}…${hex.slice(-6)}` : hex;
}

/** How many epochs something lasts; the largest number stands for no end in sight. */
export function epochs(number) {
  return BigInt(number) >= 0xffffffffffffffffn ? "nothing was paid lately"
    : count(number, "epoch");
}

/** `camelCase` as words. */
export function words(name) {
  return name.replace(/([A-Z])/g, (letter) => " " + letter.toLowerCase());
}

/** An element with attributes and children; text is always text, never markup. */
export function el(name, attributes = {}, ...children) {
  const isDrawing = drawings.has(name);
  const node = isDrawing
    ? document.createElementNS("http://www.w3.org/2000/svg", name)
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(key, value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

const drawings = new Set(["svg", "rect", "g", "title", "line", "text"]);

export function time(text) {
  return el("time", { datetime: text }, instant(text));
}
