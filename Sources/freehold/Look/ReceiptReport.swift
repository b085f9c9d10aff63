import Economy
import Interface
import Primitives

/// A receipt in words: what it cost, and its events as the modules declare them.
struct ReceiptReport {
  let receipt: JSONValue
  let coder: TextCoder
  let network: NetworkFacts

  var isSuccess: Bool { receipt["status"]?.string == "0x1" }

  /// At the bound of the type where a node says more.
  private var fee: UInt128 {
    let (fee, overflow) = quantity("gasUsed")
      .multipliedReportingOverflow(by: quantity("effectiveGasPrice"))
    return overflow ? .max : fee
  }
  private var events: [EventText?] { (receipt["logs"]?.elements ?? []).map(Self.event) }

  func quantity(_ name: String) -> UInt128 {
    receipt[name]?.string.flatMap { Hex.quantity($0) } ?? 0
  }

  func address(_ name: String) -> Address? {
    receipt[name]?.string.flatMap { Hex.bytes($0) }.flatMap { Address($0) }
  }

  /// The lines under a headline.
  var lines: [String] {
    var lines = ["  hash     \(receipt["transactionHash"]?.string ?? "")"]
    lines.append("  block    \(quantity("blockNumber"))")
    lines.append("  fee      \(network.amount(fee, coder)) for \(quantity("gasUsed")) gas")
    for event in events {
      lines.append("  event    \(event.map { $0.words(coder) } ?? "undeclared")")
    }
    return lines
  }

  /// The members of an object.
  func write(_ writer: inout JSONWriter) {
    writer.name("hash")
    writer.string(receipt["transactionHash"]?.string ?? "")
    writer.name("blockNumber")
    writer.number(quantity("blockNumber"))
    writer.name("gasUsed")
    writer.number(quantity("gasUsed"))
    writer.name("fee")
    coder.write(units: network.units(fee), to: &writer)
    writer.name("events")
    writer.beginArray()
    for event in events.compactMap(\.self) {
      writer.beginObject()
      event.write(coder, &writer)
      writer.endObject()
    }
    writer.endArray()
  }

  /// A log of JSON-RPC as its module declares it.
  static func event(_ log: JSONValue) -> EventText? {
    guard let address = log["address"]?.string.flatMap({ Hex.bytes($0) }).flatMap({ Address($0) }),
      let data = log["data"]?.string.flatMap({ Hex.bytes($0) })
    else { return nil }
    let topics = (log["topics"]?.elements ?? []).compactMap { topic in
      topic.string.flatMap { Hex.bytes($0) }.flatMap { Word($0) }
    }
    return EventText(address: address, topics: topics, data: data)
  }
}

extension EventText {
  /// The members module, event and arguments.
  func write(_ coder: TextCoder, _ writer: inout JSONWriter) {
    writer.name("module")
    writer.string(module.name)
    writer.name("event")
    writer.string(event.name)
    writer.name("arguments")
    coder.write(values, as: fields, to: &writer)
  }
}

extension NetworkFacts {
  /// Wei in base units, rounded down.
  func units(_ wei: UInt128) -> UInt256 { UInt256(wei / weiPerUnit) }

  /// Wei in tokens, rounded down to a unit.
  func amount(_ wei: UInt128, _ coder: TextCoder) -> String {
    coder.text(.number(units(wei)), as: ABIField("", Amount.self))
  }
}
