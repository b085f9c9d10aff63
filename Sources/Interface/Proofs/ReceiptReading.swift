internal import Primitives

/// The bytes that the receipts root holds of a transaction, read strictly.
struct ReceiptReading {
  let isSuccess: Bool
  let gasUsed: UInt64
  let cumulativeGasUsed: UInt64
  let price: UInt128
  let refusal: UInt64
  let transaction: Digest
  let sender: Address
  /// Emitter, first topic and how many words follow it.
  let logs: [(emitter: Address, topic: Digest, words: [[UInt8]])]

  /// Nil where the bytes are no receipt.
  init?(_ bytes: [UInt8]) {
    var place = 0
    func word() -> UInt64? {
      guard place + 8 <= bytes.count else { return nil }
      defer { place += 8 }
      return bytes[place..<place + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    func long() -> ArraySlice<UInt8>? {
      guard place + 32 <= bytes.count else { return nil }
      defer { place += 32 }
      return bytes[place..<place + 32]
    }
    func address() -> Address? { long().flatMap { Word($0)?.address } }
    guard let success = word(), success <= 1, let gasUsed = word(), let cumulative = word(),
      let low = word(), let high = word(), let refusal = word(), refusal <= 0xffff_ffff,
      let transaction = long().flatMap({ Digest($0) }), let sender = address(),
      let count = word()
    else { return nil }
    var logs: [(emitter: Address, topic: Digest, words: [[UInt8]])] = []
    for _ in 0..<min(count, UInt64(bytes.count)) {
      guard let emitter = address(), let counts = word(), counts & 0xffff_ffff <= 4_096,
        let topic = long().flatMap({ Digest($0) })
      else { return nil }
      var words: [[UInt8]] = []
      for _ in 0..<counts & 0xffff_ffff {
        guard let word = long() else { return nil }
        words.append(Array(word))
      }
      logs.append((emitter, topic, words))
    }
    guard place == bytes.count, logs.count == count else { return nil }
    isSuccess = success == 1
    self.gasUsed = gasUsed
    cumulativeGasUsed = cumulative
    price = UInt128(high) << 64 | UInt128(low)
    self.refusal = refusal
    self.transaction = transaction
    self.sender = sender
    self.logs = logs
  }

  /// Every field in words.
  var words: [ProvenField] {
    var fields = [
      ProvenField(name: "success", value: isSuccess ? "yes" : "no"),
      ProvenField(name: "gasUsed", value: "\(gasUsed) gas"),
      ProvenField(name: "cumulativeGasUsed", value: "\(cumulativeGasUsed) gas"),
      ProvenField(name: "effectivePrice", value: "\(price) wei per gas"),
      ProvenField(name: "refusal", value: refusalText),
      ProvenField(name: "transaction", value: Hex.text(transaction.bytes)),
      ProvenField(name: "sender", value: Hex.text(sender.bytes)),
    ]
    for (index, log) in logs.enumerated() {
      fields.append(
        ProvenField(
          name: "log \(index)",
          value: "from \(Hex.text(log.emitter.bytes)), topic \(Hex.text(log.topic.bytes))"
            + log.words.map { ", \(Hex.text($0))" }.joined()))
    }
    return fields
  }

  /// Module and code of what refused it, and in which call where it was a batch.
  var refusalText: String {
    if refusal == 0 { return "none" }
    let place = refusal >> 16
    return "module \(refusal >> 8 & 0xff), code \(refusal & 0xff)"
      + (place == 0 ? "" : ", call \(place - 1) of the batch")
  }
}
