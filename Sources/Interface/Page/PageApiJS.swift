// swift-format-ignore-file
/// `page/api.js`, put here by script/page.
enum PageApiJS {
  static let text = #"""
/** What a problem document says, as an error. */
export class Problem extends Error {
  constructor(document, status) {
    super(document.detail ?? `The node answered ${status}.`);
    this.title = document.title ?? "The node could not answer";
    this.repair = document.repair ?? "";
    this.status = status;
  }
}

/** Reads JSON. The browser keeps ETags, so what has not changed is not sent again. */
export async function get(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  const document = await answer.json();
  if (!answer.ok) throw new Problem(document, answer.status);
  return document;
}

/** The path of a query of a module. */
export function query(module, name, values = {}) {
  const text = new URLSearchParams(values).toString();
  return `/v1/${module}/${name}${text ? "?" + text : ""}`;
}
"""#
}
