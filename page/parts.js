import { el, instant, short } from "./format.js";

/** Who signs what blocks do by themselves. */
const system = "0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE";
const names = new Map([[system, "the network"]]);

/** Names of accounts, from GET /network. */
export function useNames(network) {
  for (const account of network.accounts) names.set(account.address, account.name);
  for (const module of network.modules) names.set(module.address, module.name);
  (network.development?.accounts ?? []).forEach((account, place) => {
    names.set(account.address, `dev.${place}`);
  });
}

export function accountLink(address) {
  const name = names.get(address);
  return el("a", { href: `#/account/${address}`, title: address },
    name ?? el("span", { class: "mono" }, short(address)));
}

export function transactionLink(hash) {
  return el("a", { href: `#/transaction/${hash}`, class: "mono", title: hash }, short(hash));
}

export function blockLink(number) {
  return el("a", { href: `#/block/${number}` }, `Block ${number}`);
}

/** A table with a caption; the first cell of each row is its head. */
export function table(caption, heads, rows, options = {}) {
  const numeric = new Set(options.numeric ?? []);
  const kind = (place) => (numeric.has(place) ? "number" : null);
  const body = rows.map((cells) => el("tr", {}, cells.map((cell, place) => place === 0
    ? el("th", { scope: "row" }, cell)
    : el("td", { class: kind(place) }, cell))));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {},
      el("caption", { class: options.hidesCaption ? "hidden" : null }, caption),
      el("thead", {}, el("tr", {}, heads.map((head, place) =>
        el("th", { scope: "col", class: kind(place) }, head)))),
      el("tbody", {}, body)));
}

/** Names and values. */
export function facts(rows) {
  return el("dl", {}, rows.filter((row) => row).map(([name, value]) => [
    el("dt", {}, name), el("dd", {}, value)]));
}

export function card(title, ...children) {
  const id = `card-${title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  return el("section", { class: "card", "aria-labelledby": id }, el("h2", { id }, title),
    ...children);
}

/** Whether a transaction did what it asks for: in words and by shape, not by colour alone. */
export function outcome(transaction) {
  if (transaction.status === "accepted") return el("span", { class: "tag wait" }, "… waits");
  return transaction.success
    ? el("span", { class: "tag good" }, "✓ done")
    : el("span", { class: "tag bad" }, "✕ refused");
}

/** Any JSON of an answer, for arguments and facts of modules. */
export function value(json) {
  if (json === null) return "none";
  if (Array.isArray(json)) {
    return json.length === 0 ? "none" : el("ul", {}, json.map((one) => el("li", {}, value(one))));
  }
  if (typeof json === "object") {
    if ("units" in json && "symbol" in json) return `${json.amount} ${json.symbol}`;
    return facts(Object.entries(json).map(([name, one]) => [name, value(one)]));
  }
  if (typeof json === "boolean") return json ? "yes" : "no";
  const text = String(json);
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return accountLink(text);
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return instant(text);
  return text;
}

/** Transactions of a list, in words. */
export function transactionList(items, isOfOneBlock = false) {
  return el("ol", { class: "stream" }, items.map((one) => el("li", {},
    el("p", { class: "sentence" }, one.sentence),
    el("p", { class: "small" }, outcome(one), " by ", accountLink(one.from), " · ",
      isOfOneBlock || !one.block ? null : [blockLink(one.block.block), " · "],
      transactionLink(one.hash)))));
}
