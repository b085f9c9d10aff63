internal import Cryptography
internal import Economy
internal import Engine
internal import Primitives

/// `GET /api?module=…&action=…` as portfolio and tax programs ask explorers: always 200 with
/// `{status, message, result}`, everything in text.
///
/// `txlist` and its kin need the index; without one they say so.
struct EtherscanAPI: Sendable {
  static let path = "/api"
  /// Rows of one page, and of everything that `page` can reach.
  static let most = 10_000

  let rpc: JSONRPC

  /// What the envelope says where there is no result to give.
  struct Refusal: Error {
    let message: String
    let result: String?

    /// A wrong or missing argument.
    init(_ result: String) {
      message = "NOTOK"
      self.result = "Error! " + result
    }

    /// Nothing was found, which clients expect as an empty list.
    init(nothing message: String) {
      self.message = message
      result = nil
    }
  }

  /// Answers with the envelope.
  func answer(_ query: EtherscanQuery) -> [UInt8] {
    var writer = JSONWriter(capacity: 4_096)
    writer.beginObject()
    do throws(Refusal) {
      let result = try result(query)
      writer.member("status", text: "1")
      writer.member("message", text: "OK")
      writer.name("result")
      writer.raw(result)
    } catch {
      writer.member("status", text: "0")
      writer.member("message", text: error.message)
      writer.name("result")
      if let text = error.result {
        writer.string(text)
      } else {
        writer.beginArray()
        writer.endArray()
      }
    }
    writer.endObject()
    return writer.bytes
  }

  private func result(_ query: EtherscanQuery) throws(Refusal) -> [UInt8] {
    var writer = JSONWriter(capacity: 4_096)
    switch (query["module"].lowercased(), query["action"].lowercased()) {
    case ("account", "balance"):
      writer.string(try balance(query.address("address")))
    case ("account", "balancemulti"): try balances(query, &writer)
    case ("account", "tokenbalance"):
      try requireToken(query)
      let account = try query.address("address")
      writer.string(String(rpc.chain.withState { $0.balance(of: account) }.units))
    case ("account", "txlist"): try transactions(query, &writer)
    case ("account", "tokentx"): try transfers(query, &writer)
    // Nothing is called within a call here, and no token is a collectible or has many kinds but the
    // receipts of staking, which `getLogs` shows.
    case ("account", "txlistinternal"), ("account", "tokennfttx"), ("account", "token1155tx"),
      ("account", "getminedblocks"):
      throw Refusal(nothing: "No transactions found")
    case ("transaction", "gettxreceiptstatus"):
      let place = try transaction(query)
      writer.beginObject()
      writer.member("status", text: place.block.receipts[place.index].isSuccess ? "1" : "0")
      writer.endObject()
    case ("transaction", "getstatus"): try status(query, &writer)
    case ("logs", "getlogs"): try logs(query, &writer)
    case ("stats", "tokensupply"):
      try requireToken(query)
      writer.string(String(rpc.chain.withState { $0.totalSupply() }.units))
    case ("stats", "ethsupply"):
      let supply = rpc.chain.withState { $0.totalSupply() }
      writer.string((UInt256(supply.units) * rpc.chain.genesis.network.weiPerUnit).description)
    case ("block", "getblocknobytime"): writer.string(try height(query))
    case (let module, _)
    where !["account", "transaction", "logs", "stats", "block"].contains(module):
      throw Refusal("Missing Or invalid Module name")
    default: throw Refusal("Missing Or invalid Action name")
    }
    return writer.bytes
  }

  // Accounts

  private func balance(_ account: Address) -> String {
    let held = rpc.chain.withState { $0.balance(of: account) }
    return (UInt256(held.units) * rpc.chain.genesis.network.weiPerUnit).description
  }

  private func balances(_ query: EtherscanQuery, _ writer: inout JSONWriter) throws(Refusal) {
    let texts = query["address"].split(separator: ",").map(String.init)
    guard (1...20).contains(texts.count) else {
      throw Refusal("Invalid address format: 1 to 20 addresses, separated by commas")
    }
    writer.beginArray()
    for text in texts {
      let account = try EtherscanQuery { _ in text }.address("address")
      writer.beginObject()
      writer.member("account", text: text)
      writer.member("balance", text: balance(account))
      writer.endObject()
    }
    writer.endArray()
  }

  private func transactions(_ query: EtherscanQuery, _ writer: inout JSONWriter) throws(Refusal) {
    let account = try query.address("address")
    var page = try query.page()
    page.partiesOnly = true
    let rows = try ask { (archive) throws(ArchiveFailure) in
      try archive.transactions(of: account, page)
    }
    guard !rows.isEmpty else { throw Refusal(nothing: "No transactions found") }
    writer.beginArray()
    for row in rows {
      writer.beginObject()
      common(row, &writer)
      var call: CallDeclaration?
      if case .signed(let signed) = row.transaction {
        let asked = signed.decoded.call
        let module = Registry.module(asked.module)
        call = module.flatMap {
          Int(asked.place) < $0.calls.count ? $0.calls[Int(asked.place)] : nil
        }
        let data = signed.decoded.bytes[signed.decoded.data]
        writer.member("value", text: String(signed.decoded.value))
        writer.member("input", bytes: data)
        writer.member("methodId", bytes: data.prefix(4))
      } else {
        writer.member("value", text: "0")
        writer.member("input", bytes: [])
        writer.member("methodId", bytes: [])
      }
      writer.member("functionName", text: call?.signature ?? "")
      writer.member("to", text: row.transaction.to.map { Hex.text($0.bytes) } ?? "")
      writer.member("from", text: Hex.text(row.transaction.sender.bytes))
      writer.member("contractAddress", text: "")
      writer.member("isError", text: row.isSuccess ? "0" : "1")
      writer.member("txreceipt_status", text: row.isSuccess ? "1" : "0")
      writer.endObject()
    }
    writer.endArray()
  }

  private func transfers(_ query: EtherscanQuery, _ writer: inout JSONWriter) throws(Refusal) {
    if query.has("contractaddress") { try requireToken(query) }
    let account = query.has("address") ? try query.address("address") : nil
    let page = try query.page()
    let rows = try ask { (archive) throws(ArchiveFailure) in
      try archive.transfers(of: account, page)
    }
    guard !rows.isEmpty else { throw Refusal(nothing: "No transactions found") }
    let token = rpc.chain.genesis.token
    writer.beginArray()
    for row in rows {
      writer.beginObject()
      common(row.transaction, &writer)
      writer.member("from", text: Hex.text(row.from.bytes))
      writer.member("to", text: Hex.text(row.to.bytes))
      writer.member("value", text: String(row.amount.units))
      writer.member("contractAddress", text: Hex.text(Token.declaration.address.bytes))
      writer.member("tokenName", text: token.name)
      writer.member("tokenSymbol", text: token.symbol)
      writer.member("tokenDecimal", text: String(token.decimals))
      writer.member("logIndex", text: String(row.place.index))
      writer.member("input", text: "deprecated")
      writer.endObject()
    }
    writer.endArray()
  }

  /// What both lists say of a transaction.
  private func common(_ row: AccountTransaction, _ writer: inout JSONWriter) {
    var (nonce, limit) = (row.place.height, UInt64(0))
    if case .signed(let signed) = row.transaction {
      (nonce, limit) = (signed.decoded.nonce, signed.decoded.gasLimit)
    }
    let head = rpc.chain.head.height
    writer.member("blockNumber", text: String(row.place.height))
    writer.member("timeStamp", text: String(row.time))
    writer.member("hash", digest: row.transaction.hash)
    writer.member("nonce", text: String(nonce))
    writer.member("blockHash", digest: row.blockHash)
    writer.member("transactionIndex", text: String(row.place.index))
    writer.member("gas", text: String(limit))
    writer.member("gasPrice", text: String(row.price))
    writer.member("gasUsed", text: String(row.gasUsed))
    writer.member("cumulativeGasUsed", text: String(row.cumulativeGasUsed))
    writer.member("confirmations", text: String(head - min(head, row.place.height) + 1))
  }

  private func requireToken(_ query: EtherscanQuery) throws(Refusal) {
    guard try query.address("contractaddress") == Token.declaration.address else {
      throw Refusal(
        "Invalid contract address format: the token is "
          + Token.declaration.address.checksummed)
    }
  }

  // Transactions and blocks

  private func transaction(_ query: EtherscanQuery) throws(Refusal) -> TransactionPlace {
    guard let hash = Hex.bytes(query["txhash"]).flatMap({ Digest($0) }) else {
      throw Refusal("Invalid transaction hash format")
    }
    let found: TransactionPlace?
    do throws(RPCFailure) {
      found = try rpc.blocks.transaction(hash)
    } catch {
      throw Refusal(error.message)
    }
    guard let found else { throw Refusal("No transaction has this hash") }
    return found
  }

  private func status(_ query: EtherscanQuery, _ writer: inout JSONWriter) throws(Refusal) {
    let place = try transaction(query)
    let rejection = place.block.receipts[place.index].rejection
    writer.beginObject()
    writer.member("isError", text: rejection == nil ? "0" : "1")
    writer.member(
      "errDescription", text: rejection.flatMap { Registry.rejection($0)?.name } ?? "")
    writer.endObject()
  }

  private func height(_ query: EtherscanQuery) throws(Refusal) -> String {
    guard let time = UInt64(query["timestamp"]) else {
      throw Refusal("Invalid timestamp: seconds since 1970 are wanted")
    }
    let before = try ask { (archive) throws(ArchiveFailure) in
      try archive.newestBlock(notAfter: query["closest"] == "after" ? max(time, 1) - 1 : time)
    }
    if query["closest"] == "after" {
      let next = before.map { $0 + 1 } ?? 0
      guard next <= rpc.chain.head.height else { throw Refusal("No closest block found") }
      return String(next)
    }
    guard let before else { throw Refusal("No closest block found") }
    return String(before)
  }

  /// What the index answers.
  private func ask<Answer>(
    _ body: (any BlockArchive) throws(ArchiveFailure) -> Answer
  ) throws(Refusal) -> Answer {
    guard let archive = rpc.configuration.archive else {
      throw Refusal("This node keeps no index: it was started with --no-index")
    }
    do throws(ArchiveFailure) {
      return try body(archive)
    } catch {
      throw Refusal(error.text)
    }
  }
}

// Logs

extension EtherscanAPI {
  private func logs(_ query: EtherscanQuery, _ writer: inout JSONWriter) throws(Refusal) {
    let page = try query.page(most: 1_000, from: "fromBlock", to: "toBlock")
    let filter = try query.logFilter()
    let head = rpc.chain.head.height
    let range =
      page.heights
      .lowerBound...max(
        page.heights.lowerBound, min(page.heights.upperBound, head))
    writer.beginArray()
    var seen = 0
    var work = 0
    do throws(RPCFailure) {
      var next = range.lowerBound
      while next <= range.upperBound, next <= head, seen < page.skip + page.limit {
        let (named, following) = try rpc.blocks.candidates(
          filter, next...range.upperBound, limit: Limits.queryRows)
        // Where the index names none, each block is read.
        let heights = named.isEmpty && following == next ? [next] : named
        for height in heights where seen < page.skip + page.limit {
          guard let block = try rpc.blocks.block(height) else { throw .pruned(height, rpc.blocks) }
          work += filter.width + block.logCount
          guard work <= RPCLimits.filterWork / 8 else {
            throw RPCFailure(RPCFailure.limitExceeded, "query reads too much: ask for fewer blocks")
          }
          write(block, filter, page, &seen, &writer)
        }
        next = max(following, next + 1)
      }
    } catch {
      throw Refusal(error.message)
    }
    writer.endArray()
    guard seen > page.skip else { throw Refusal(nothing: "No records found") }
  }

  private func write(
    _ block: Block, _ filter: LogFilter, _ page: ArchivePage, _ seen: inout Int,
    _ writer: inout JSONWriter
  ) {
    guard block.logCount > 0, filter.mayMatch(block.header.bloom.bytes) else { return }
    for (index, receipt) in block.receipts.enumerated() {
      for place in receipt.events {
        let log = block.log(place)
        guard filter.matches(log), seen < page.skip + page.limit else { continue }
        seen += 1
        guard seen > page.skip else { continue }
        writer.beginObject()
        writer.member("address", address: log.address)
        writer.name("topics")
        writer.beginArray()
        for topic in log.topics { writer.hex(topic.bytes) }
        writer.endArray()
        writer.member("data", bytes: log.data)
        writer.member("blockNumber", quantity: block.height)
        writer.member("blockHash", digest: block.hash)
        writer.member("timeStamp", quantity: block.header.timestamp)
        writer.member("gasPrice", quantity: receipt.effectivePrice)
        writer.member("gasUsed", quantity: receipt.gasUsed)
        writer.member("logIndex", quantity: UInt64(place))
        writer.member("transactionHash", digest: block.transactions[index].hash)
        writer.member("transactionIndex", quantity: UInt64(index))
        writer.endObject()
      }
    }
  }
}
