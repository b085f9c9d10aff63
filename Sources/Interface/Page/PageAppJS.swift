// swift-format-ignore-file
/// `page/app.js`, put here by script/page.
enum PageAppJS {
  static let text = #"""
import { get, Problem } from "./api.js";
import { el, instant, useToken } from "./format.js";
import { homeView } from "./home.js";
import { card, useNames } from "./parts.js";
import { accountView, blockView, searchView, transactionView } from "./views.js";

const view = document.getElementById("view");
const live = document.getElementById("live");
const liveText = document.getElementById("live-text");
const interval = 2000;
let network = null;
let head = null;
/** Counts views, so that the answer of one that was left is dropped. */
let turn = 0;
let isLive = true;

function route() {
  const [, kind = "", ...rest] = location.hash.split("/");
  let text = rest.join("/");
  try {
    text = decodeURIComponent(text);
  } catch {
    // What is badly encoded is shown as it stands.
  }
  return { kind, text };
}

function make({ kind, text }, isFresh) {
  switch (kind) {
    case "account": return accountView(text);
    case "block": return blockView(text);
    case "transaction": return transactionView(text);
    case "search": return searchView(text, isFresh);
    default: return homeView(network);
  }
}

function failure(error) {
  const isProblem = error instanceof Problem;
  return {
    title: isProblem ? error.title : "The node does not answer",
    content: [
      el("h1", { tabindex: "-1" }, isProblem ? error.title : "The node does not answer"),
      card("What is wrong", el("p", {}, isProblem ? error.message
        : "The node cannot be reached; this page tries again by itself."),
      isProblem && error.repair ? el("p", {}, error.repair) : null,
      el("p", {}, el("a", { href: "#/" }, "To the beginning"))),
    ],
  };
}

/** Shows the present view; one that came by a link takes the focus. */
async function show(isFresh) {
  turn += 1;
  const mine = turn;
  const where = route();
  let result;
  try {
    result = await make(where, isFresh);
  } catch (error) {
    // A view that stands is better than a passing fault.
    if (!isFresh && !(error instanceof Problem)) throw error;
    result = failure(error);
  }
  if (mine !== turn) return;
  if (result.redirect) {
    location.replace(result.redirect);
    return;
  }
  isLive = !["block", "search"].includes(where.kind);
  document.body.dataset.view = where.kind || "home";
  document.title = `${result.title} · ${network.token.name} on Freehold`;
  replace(result.content, isFresh);
  view.dataset.block = head;
}

/** Puts new content in place; a view that only lives on keeps its open details and its focus. */
function replace(content, isFresh) {
  const open = [...view.querySelectorAll("details")].map((one) => one.open);
  const focused = view.contains(document.activeElement)
    ? [...view.querySelectorAll("a, summary, [tabindex]")].indexOf(document.activeElement) : -1;
  view.replaceChildren(...content.filter((one) => one));
  if (isFresh) {
    if (location.hash.length > 2) view.querySelector("h1")?.focus();
    return;
  }
  view.querySelectorAll("details").forEach((one, place) => { one.open = open[place] ?? false; });
  if (focused >= 0) view.querySelectorAll("a, summary, [tabindex]")[focused]?.focus();
}

function tell(state, text) {
  if (live.dataset.state !== state) live.dataset.state = state;
  if (liveText.textContent !== text) liveText.textContent = text;
}

async function tick() {
  try {
    network ??= await begin();
    const { items: [newest] } = await get("/v1/blocks?limit=1");
    if (newest.hash !== head) {
      const isFirst = head === null;
      head = newest.hash;
      if (isFirst || isLive) await show(isFirst);
    }
    tell("on", `Block ${newest.number}, ${instant(newest.time)}`);
  } catch {
    tell("off", "No connection to the node");
  }
  setTimeout(tick, document.hidden ? 5 * interval : interval);
}

async function begin() {
  const facts = await get("/network");
  useToken(facts.token);
  useNames(facts);
  return facts;
}

document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const wanted = document.getElementById("q").value.trim();
  if (wanted) location.hash = `#/search/${encodeURIComponent(wanted)}`;
});

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  view.focus();
});

addEventListener("hashchange", () => {
  if (network) show(true).catch(() => tell("off", "No connection to the node"));
});

tick();
"""#
}
