public import Primitives

/// What wallets show of a receipt (ERC-721 metadata).
extension EconomyState {
  /// The receipts' full name.
  public borrowing func receiptName() -> String { genesis.token.name + " Stake" }

  /// The receipts' symbol.
  public borrowing func receiptSymbol() -> String { "st" + genesis.token.symbol }

  /// A receipt's facts as a `data:` address (RFC 2397) of a JSON document, in base 64 as wallets
  /// expect it.
  public borrowing func receiptAddress(_ id: Staking.ReceiptID) throws(Rejection) -> String {
    let facts = try position(id)
    let decimals = Int(genesis.token.decimals)
    func tokens(_ amount: Amount) -> String {
      DecimalText.format(amount, decimals: decimals) + " " + genesis.token.symbol
    }
    var json = JSONWriter(capacity: 1_024)
    json.beginObject()
    json.name("name")
    json.string("\(receiptName()) \(id.number ?? 0)")
    json.name("description")
    json.string("\(tokens(facts.principal)) locked for \(facts.lock.count / 86_400) days")
    json.name("attributes")
    json.beginArray()
    func attribute(_ name: String, _ value: String) {
      json.beginObject()
      json.name("trait_type")
      json.string(name)
      json.name("value")
      json.string(value)
      json.endObject()
    }
    attribute("principal", tokens(facts.principal))
    if !facts.tier.isEmpty { attribute("tier", facts.tier) }
    attribute("lock seconds", "\(facts.lock.count)")
    attribute("lock end", "\(facts.lockEnd.seconds)")
    attribute("locked", facts.isLocked ? "yes" : "no")
    attribute("apr in basis points", "\(facts.apr.value)")
    attribute("bonus in basis points", "\(facts.bonus.value)")
    attribute("pending", tokens(facts.pending))
    json.endArray()
    json.endObject()
    return "data:application/json;base64," + Base64.text(json.bytes)
  }
}
