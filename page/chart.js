import { el, share } from "./format.js";

const width = 1000;

/** Where a place of the whole lies, in units of the drawing. */
function scaled(part, whole) {
  return whole === 0n ? 0 : Number((part * BigInt(width) * 100n) / whole) / 100;
}

/** One bar of parts. The table beside it says the same, so screen readers skip the drawing. */
export function stackedBar(parts, whole) {
  let at = 0n;
  const pieces = parts.map((part, place) => {
    const start = scaled(at, whole);
    at += part.units;
    const end = scaled(at, whole);
    return el("rect", {
      class: `series-${place % 8}`, x: start, y: 0, height: 40,
      width: Math.max(end - start - 1.5, part.units > 0n ? 0.5 : 0),
    }, el("title", {}, `${part.name}: ${share(part.units, whole)}`));
  });
  return el("svg", {
    viewBox: `0 0 ${width} 40`, preserveAspectRatio: "none", class: "stacked",
    "aria-hidden": "true", focusable: "false",
  }, pieces);
}

/** A bar of what is paid inside a bar of what was promised, in hundredths of a percent. */
export function rateBar(promised, paid, most) {
  const scale = (points) => (most === 0 ? 0 : (points * 120) / most);
  return el("svg", {
    viewBox: "0 0 120 10", class: "rate", "aria-hidden": "true", focusable: "false",
  },
  el("rect", { class: "promised", x: 0, y: 0, height: 10, width: scale(promised), rx: 2 }),
  el("rect", { class: "paid", x: 0, y: 2.5, height: 5, width: scale(paid), rx: 2 }));
}

export function swatch(place) {
  return el("svg", {
    viewBox: "0 0 10 10", class: "swatch", "aria-hidden": "true", focusable: "false",
  }, el("rect", { class: `series-${place % 8}`, width: 10, height: 10, rx: 2 }));
}
