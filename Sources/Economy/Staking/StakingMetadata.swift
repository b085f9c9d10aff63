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

/// RFC 4648, section 4.
enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The bytes as text, padded to whole groups of four.
  static func text(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits: UInt32 = 0
      for byte in group { bits = bits << 8 | UInt32(byte) }
      bits <<= 8 * UInt32(3 - group.count)
      for place in 0..<4 {
        text.append(
          place <= group.count ? digits[Int(bits >> (18 - 6 * UInt32(place)) & 63)] : 0x3d)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
