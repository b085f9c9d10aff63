internal import Cryptography
internal import Economy
internal import Engine
internal import Primitives

/// Writes transactions as REST shows them: in words, with their events, amounts with their unit.
struct TransactionView {
  private let rest: REST
  private var weiPerUnit: UInt128 { rest.chain.genesis.network.weiPerUnit }

  init(_ rest: REST) { self.rest = rest }

  /// A line of a list.
  func writeSummary(_ place: TransactionPosition, to writer: inout JSONWriter) {
    writer.beginObject()
    head(place.block.transactions[place.index], place, &writer)
    writer.endObject()
  }

  /// Everything about a transaction of a block, or one that waits where there is no place.
  func write(
    _ transaction: BlockTransaction, _ place: TransactionPosition?, to writer: inout JSONWriter
  ) {
    writer.beginObject()
    head(transaction, place, &writer)
    request(transaction, &writer)
    writer.name("receipt")
    if let place { receipt(place, &writer) } else { writer.null() }
    writer.name("links")
    writer.beginObject()
    let hash = Hex.text(transaction.hash.bytes)
    writer.member("self", text: "/v1/transactions/\(hash)")
    if let place {
      writer.member("block", text: "/v1/blocks/\(place.block.height)")
      writer.member("proof", text: "/proof/receipt/\(hash)")
    }
    writer.endObject()
    writer.endObject()
  }

  private func head(
    _ transaction: BlockTransaction, _ place: TransactionPosition?, _ writer: inout JSONWriter
  ) {
    writer.member("hash", digest: transaction.hash)
    writer.member("status", text: place == nil ? "accepted" : "committed")
    writer.member("sentence", text: sentence(transaction, place))
    writer.member("from", text: transaction.sender.checksummed)
    writer.name("to")
    if let to = transaction.to { writer.string(to.checksummed) } else { writer.null() }
    writer.name("success")
    if let place {
      writer.bool(place.block.receipts[place.index].isSuccess)
    } else {
      writer.null()
    }
    writer.name("block")
    if let place { writer.asOf(place.block) } else { writer.null() }
    writer.name("index")
    if let place { writer.number(place.index) } else { writer.null() }
  }

  /// What a member asks for; of the block's own transaction, what happened first that is more than
  /// a posting.
  private func sentence(
    _ transaction: BlockTransaction, _ place: TransactionPosition?
  ) -> String {
    if case .system(let system) = transaction, system.height > 0, let place {
      let receipt = place.block.receipts[place.index]
      for index in receipt.events.prefix(Self.mostEvents) {
        let log = place.block.log(index)
        guard log.topics.first != Token.transferEvent.topic,
          let text = EventText(address: log.address, topics: log.topics, data: log.data)
        else { continue }
        return "By itself: " + rest.sentences.event(text)
      }
    }
    return rest.sentences.transaction(transaction, weiPerUnit: weiPerUnit)
  }

  private func request(_ transaction: BlockTransaction, _ writer: inout JSONWriter) {
    var decoded: DecodedTransaction?
    if case .signed(let signed) = transaction { decoded = signed.decoded }
    writer.member("kind", text: decoded == nil ? "system" : "signed")
    writer.member("type", number: decoded?.type ?? 0)
    if case .system(let system) = transaction {
      writer.member("nonce", number: system.height)
    } else {
      writer.member("nonce", number: decoded?.nonce ?? 0)
    }
    writer.name("value")
    rest.coder.write(
      units: UInt256((decoded?.value ?? 0) / weiPerUnit), to: &writer)
    writer.member("gasLimit", number: decoded?.gasLimit ?? 0)
    writer.member("maxFeePerGas", text: String(decoded?.maximumPrice ?? 0))
    writer.member("input", bytes: decoded.map { Array($0.bytes[$0.data]) } ?? [])
    writer.name("operation")
    guard let decoded, let to = decoded.to,
      let asked = CallText(to: to, data: Array(decoded.bytes[decoded.data]))
    else { return writer.null() }
    writer.beginObject()
    writer.member("module", text: asked.module.name)
    writer.member("name", text: asked.name)
    writer.name("arguments")
    rest.coder.write(asked.values, as: asked.fields, to: &writer)
    writer.endObject()
  }

  private func receipt(_ place: TransactionPosition, _ writer: inout JSONWriter) {
    let receipt = place.block.receipts[place.index]
    writer.beginObject()
    writer.member("success", flag: receipt.isSuccess)
    writer.member("gasUsed", number: receipt.gasUsed)
    writer.member("effectiveGasPrice", text: String(receipt.effectivePrice))
    writer.name("fee")
    let fee = UInt128(receipt.gasUsed) * receipt.effectivePrice / weiPerUnit
    rest.coder.write(units: UInt256(fee), to: &writer)
    writer.name("rejection")
    if let rejection = receipt.rejection {
      RejectionView(rejection, rest.coder).write(to: &writer)
    } else {
      writer.null()
    }
    writer.member("eventCount", number: receipt.events.count)
    writer.name("events")
    writer.beginArray()
    for index in receipt.events.prefix(Self.mostEvents) {
      event(place.block.log(index), index, &writer)
    }
    writer.endArray()
    writer.endObject()
  }

  /// Events that one answer shows; a genesis or an epoch may have many more, which `eth_getLogs`
  /// has.
  static let mostEvents = 1_000

  private func event(_ log: Log, _ index: Int, _ writer: inout JSONWriter) {
    let text = EventText(address: log.address, topics: log.topics, data: log.data)
    writer.beginObject()
    writer.member("index", number: index)
    writer.member("address", text: log.address.checksummed)
    writer.member("module", text: text?.module.name ?? "")
    writer.member("name", text: text?.event.name ?? "")
    writer.member("sentence", text: text.map { rest.sentences.event($0) } ?? "")
    writer.name("arguments")
    rest.coder.write(text?.values ?? [], as: text?.fields ?? [], to: &writer)
    writer.endObject()
  }
}
