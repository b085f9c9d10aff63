import { get } from "./api.js";
import { amount, el, instant, percent, share, short, span, time, words } from "./format.js";
import {
  accountLink, blockLink, card, facts, outcome, table, transactionList, value,
} from "./parts.js";

const title = (...parts) => el("h1", { tabindex: "-1" }, ...parts);
const mono = (text) => el("span", { class: "mono" }, text);

export async function accountView(text) {
  const account = await get(`/v1/accounts/${encodeURIComponent(text)}`);
  const cards = [
    card("Holdings", facts([
      ["Balance", amount(account.balance)],
      ["Spendable", amount(account.spendable)],
      account.frozen.units === "0" ? null : ["Held back", amount(account.frozen)],
      account.quarantined.units === "0" ? null : ["In quarantine", amount(account.quarantined)],
      ["Votes", amount(account.votes)],
      ["Votes are cast by", account.delegate === account.address ? "itself"
        : accountLink(account.delegate)],
      ["Transactions sent", account.nonce.toString()],
      account.blockedSince ? ["Blocked since", instant(account.blockedSince)] : null,
    ])),
  ];
  if (account.positions.length > 0) {
    cards.push(card("Staking positions", table("Staking positions",
      ["Position", "Principal", "Tier", "Lock ends", "Rate", "Earned"],
      account.positions.map((one) => [
        one.position, amount(one.principal), one.tier || "–",
        one.isLocked ? time(one.lockEnd) : "ended",
        percent(one.apr), amount(one.pending),
      ]), { numeric: [1, 4, 5], hidesCaption: true })));
  }
  if (account.grants.length > 0) {
    cards.push(card("Grants", table("Grants",
      ["Grant", "Total", "Released", "Can be paid now", "Duration"],
      account.grants.map((one) => [
        one.grant.toString(), amount(one.facts.total),
        `${amount(one.facts.released)} (${share(BigInt(one.facts.released.units),
          BigInt(one.facts.total.units))})`,
        amount(one.releasable), span(one.facts.duration),
      ]), { numeric: [1, 2, 3], hidesCaption: true })));
  }
  if (account.roles.length > 0) {
    cards.push(card("Roles", table("Roles", ["Role", "Until"],
      account.roles.map((one) => [one.role, instant(one.until)]), { hidesCaption: true })));
  }
  const name = account.name ?? short(account.address);
  return {
    title: name,
    content: [
      title(name), el("p", { class: "mono wrap" }, account.address),
      el("p", { class: "small" }, `A ${account.kind} account, as of block ${account.asOf.block}. `,
        el("a", { href: account.links.proof }, "Proof of the balance")),
      ...cards,
    ],
  };
}

function receiptCards(receipt) {
  const cards = [card("What happened", facts([
    ["Fee", amount(receipt.fee)],
    ["Gas used", receipt.gasUsed.toLocaleString("en")],
    receipt.rejection ? ["Refused by", `${receipt.rejection.module}: ${receipt.rejection.name}`]
      : null,
    receipt.rejection ? ["What to do", receipt.rejection.help] : null,
  ]))];
  const shown = receipt.events;
  cards.push(card("Events",
    shown.length < receipt.eventCount
      ? el("p", {}, `The first ${shown.length} of ${receipt.eventCount}.`) : null,
    shown.length === 0 ? el("p", {}, "None.")
      : el("ol", { class: "stream" }, shown.map((event) => el("li", {},
        el("p", { class: "sentence" }, event.sentence),
        el("details", {}, el("summary", { class: "small" }, `${event.module}.${event.name}`),
          value(event.arguments)))))));
  return cards;
}

export async function transactionView(hash) {
  const found = await get(`/v1/transactions/${encodeURIComponent(hash)}`);
  const cards = [card("What it asks for", facts([
    ["From", accountLink(found.from)],
    ["To", found.to ? accountLink(found.to) : "nobody"],
    found.value.units === "0" ? null : ["Value", amount(found.value)],
    ["Nonce", found.nonce.toString()],
    found.block ? ["Block", [blockLink(found.block.block), ", ", time(found.block.time)]] : null,
  ]),
  found.operation ? el("details", {}, el("summary", {}, "Arguments"),
    value(found.operation.arguments)) : null)];
  if (found.receipt) cards.push(...receiptCards(found.receipt));
  return {
    title: found.sentence,
    // Until it is committed, it may change.
    isLive: found.status === "accepted",
    content: [
      title(found.sentence), el("p", {}, outcome(found)),
      el("p", { class: "mono wrap" }, found.hash), ...cards,
      found.links.proof ? el("p", {}, el("a", { href: found.links.proof },
        "Proof of the receipt")) : null,
    ],
  };
}

export async function blockView(text) {
  const path = `/v1/blocks/${encodeURIComponent(text)}`;
  const [block, transactions] = await Promise.all([
    get(path), get(`${path}/transactions?limit=100`)]);
  const isMore = transactions.next !== null;
  return {
    title: `Block ${block.number}`,
    content: [
      title(`Block ${block.number}`),
      card("Header", facts([
        ["Time", time(block.time)],
        ["Hash", mono(block.hash)],
        ["Parent", block.number === 0 ? mono(block.parentHash)
          : el("a", { class: "mono", href: `#/block/${block.number - 1}` }, block.parentHash)],
        ["State root", mono(block.stateRoot)],
        ["Gas used", block.gasUsed.toLocaleString("en")],
        ["Events", block.eventCount.toString()],
      ])),
      card("Transactions",
        isMore ? el("p", {}, `The first 100 of ${block.transactionCount}.`) : null,
        transactions.items.length === 0 ? el("p", {}, "None.")
          : transactionList(transactions.items, true)),
    ],
  };
}

const pages = {
  account: (path) => `#/account/${path.split("/").pop()}`,
  block: (path) => `#/block/${path.split("/").pop()}`,
  transaction: (path) => `#/transaction/${path.split("/").pop()}`,
};

export async function searchView(wanted, isFresh) {
  const { items } = await get(`/v1/search?${new URLSearchParams({ q: wanted })}`);
  const linked = items.filter((item) => pages[item.kind]);
  if (isFresh && items.length === 1 && linked.length === 1) {
    return { redirect: pages[items[0].kind](items[0].path) };
  }
  return {
    title: `Search: ${wanted}`,
    content: [
      title("Search: ", wanted),
      items.length === 0
        ? el("p", { class: "note" }, "Nothing was found. Try an address, a transaction's or",
          " block's hash, a block's number, or a part of a wallet's name.")
        : el("ul", { class: "results" }, items.map((item) => el("li", {},
          el("span", { class: "tag" }, words(item.kind)), " ",
          pages[item.kind]
            ? el("a", { href: pages[item.kind](item.path) }, item.title)
            : item.kind === "module" ? el("a", { href: item.path }, item.title) : item.title))),
    ],
  };
}
