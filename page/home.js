import { get, query } from "./api.js";
import { rateBar, stackedBar, swatch } from "./chart.js";
import {
  amount, count, el, epochs, percent, share, span, time, tokens, words,
} from "./format.js";
import { accountLink, blockLink, card, facts, table, transactionList } from "./parts.js";

/** Groups of a supply: the first word of a wallet's name, members besides. */
export function groups(supply) {
  const sums = new Map();
  for (const account of supply.accounts) {
    const units = BigInt(account.balance.units);
    if (units === 0n) continue;
    const group = account.name.split(".")[0];
    const known = sums.get(group) ?? { name: group, units: 0n, accounts: [] };
    known.units += units;
    known.accounts.push(account);
    sums.set(group, known);
  }
  const members = BigInt(supply.members.units);
  if (members > 0n) sums.set("members", { name: "members", units: members, accounts: [] });
  return [...sums.values()].sort((one, two) => (one.units < two.units ? 1 : -1));
}

function figure(name, value, note) {
  return el("div", { class: "figure" }, el("dt", {}, name), el("dd", { class: "big" }, value),
    note ? el("dd", { class: "small" }, note) : null);
}

function supplyCard(supply) {
  const parts = groups(supply);
  const whole = parts.reduce((sum, part) => sum + part.units, 0n);
  const symbol = supply.total.symbol;
  const rows = parts.map((part, place) => [
    [swatch(place), " ", part.name], tokens(part.units), share(part.units, whole),
  ]);
  const wallets = parts.flatMap((part) => part.accounts).map((account) => [
    accountLink(account.address), tokens(account.balance.units),
    share(BigInt(account.balance.units), whole),
  ]);
  return card("Where the supply is",
    stackedBar(parts, whole),
    table(`Supply by kind of wallet, in ${symbol}`, ["Kind", symbol, "Share"], rows,
      { numeric: [1, 2] }),
    el("details", {}, el("summary", {}, `All ${wallets.length} wallets`),
      table(`Supply by wallet, in ${symbol}`, ["Wallet", symbol, "Share"], wallets,
        { numeric: [1, 2] })));
}

/** Tiers down, locks across; in a cell what is paid of what was promised. */
function rateTable(rates) {
  const most = Math.max(0, ...rates.map((row) => row.promised));
  const locks = [...new Set(rates.map((row) => row.lock))];
  const tiers = [...new Set(rates.map((row) => row.tier))];
  const rows = tiers.map((tier) => {
    const own = rates.filter((row) => row.tier === tier);
    const cells = locks.map((lock) => {
      const row = own.find((one) => one.lock === lock);
      return row
        ? [`${percent(row.paid)} of ${percent(row.promised)}`,
          rateBar(row.promised, row.paid, most)]
        : "–";
    });
    const from = el("span", { class: "small" }, `, from ${amount(own[0].minimum)}`);
    return [[tier || "every stake", from], ...cells];
  });
  return table("Yearly rates, paid of promised", ["Tier", ...locks.map(span)], rows);
}

function ratesCard(rates, rewards, pool) {
  return card("What staking promises and pays",
    facts([
      ["Coverage now", percent(rewards.coverage)],
      ["This epoch's budget", amount(rewards.budget)],
      ["Missing to the promise", amount(rewards.shortfall)],
      ["Staked", `${amount(rewards.principal)} in ${count(rewards.positions, "position")}`],
      pool ? ["Runway of the pool", epochs(pool.runway)] : null,
    ]),
    rateTable(rates),
    el("p", { class: "small" }, "Promised is the yearly rate of the table; paid is what this",
      " epoch's budget covers of it. What a budget does not cover is not owed."));
}

function poolsCard(pools) {
  const rows = pools.map((pool) => [
    accountLink(pool.account), words(pool.kind), tokens(pool.balance.units),
    tokens(pool.budget.units), tokens(pool.spent.units), epochs(pool.runway),
  ]);
  const symbol = pools[0]?.balance.symbol ?? "";
  return card("Pools",
    table(`Pools, in ${symbol}`, ["Pool", "Pays by", "Holds", "May pay now", "Has paid", "Runway"],
      rows, { numeric: [2, 3, 4] }));
}

function figures(supply, rewards, pool, head) {
  const total = BigInt(supply.total.units);
  return el("dl", { class: "figures" },
    figure("Supply", amount(supply.total), `${amount(supply.burned)} burned`),
    figure("Staked", amount(rewards.principal),
      `${share(BigInt(rewards.principal.units), total)} of the supply`),
    figure("Rates are covered", percent(rewards.coverage), pool ? `runway: ${epochs(pool.runway)}`
      : null),
    figure("Newest block", head.number.toString(), time(head.time)));
}

function blocksCard(blocks) {
  return card("Latest blocks",
    table("Latest blocks", ["Block", "Time", "Transactions", "Gas used"],
      blocks.map((block) => [
        blockLink(block.number), time(block.time), block.transactionCount.toString(),
        block.gasUsed.toLocaleString("en"),
      ]), { numeric: [2, 3], hidesCaption: true }));
}

/** What does not change with every block is read again only now and then. */
let slow = { until: 0 };

async function slowFacts() {
  if (Date.now() < slow.until) return slow;
  const [rates, names] = await Promise.all([
    get(query("staking", "rates")), get(query("pools", "pools"))]);
  const pools = await Promise.all(
    names.pools.map((pool) => get(query("pools", "pool", { pool }))));
  slow = { until: Date.now() + 10_000, rates: rates.rates, pools: pools.map((one) => one.facts) };
  return slow;
}

/** Everything that the home view shows. */
export async function homeView(network) {
  const [supply, rewards, blocks, transactions, { rates, pools }] = await Promise.all([
    get("/v1/supply"), get(query("staking", "rewards")), get("/v1/blocks?limit=8"),
    get("/v1/transactions?limit=10"), slowFacts(),
  ]);
  const pool = pools.find((one) => one.kind === "rateCeilingAccumulator");
  return {
    title: network.token.name,
    content: [
      el("h1", { tabindex: "-1" }, network.token.name),
      figures(supply, rewards.rewards, pool, blocks.items[0]),
      el("div", { class: "grid" },
        supplyCard(supply), ratesCard(rates, rewards.rewards, pool),
        card("Latest transactions", transactionList(transactions.items)),
        blocksCard(blocks.items)),
      poolsCard(pools),
    ],
  };
}
