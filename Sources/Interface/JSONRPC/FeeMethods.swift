internal import Economy
internal import Engine
internal import Primitives

extension Method {
  /// What a transaction costs.
  static let fees: [Method] = [
    Method("eth_gasPrice") { (rpc, _, writer) throws(RPCFailure) in
      writer.quantity(rpc.chain.genesis.network.baseFee)
    },
    Method("eth_baseFee") { (rpc, _, writer) throws(RPCFailure) in
      writer.quantity(rpc.chain.genesis.network.baseFee)
    },
    // Blocks are not auctioned: whoever pays the base price is in the next one.
    Method("eth_maxPriorityFeePerGas") { (_, _, writer) throws(RPCFailure) in
      writer.quantity(0 as UInt64)
    },
    Method(
      "eth_feeHistory",
      [.required("blockCount"), .required("newestBlock"), .optional("rewardPercentiles")]
    ) { (rpc, arguments, writer) throws(RPCFailure) in
      let count = try arguments.required(0, Shape.count)
      let newest = try arguments.required(1, Shape.block)
      let percentiles = try arguments.optional(2, FeeHistory.percentiles) ?? []
      try rpc.feeHistory(count, newest, percentiles).write(to: &writer)
    },
  ]
}

/// What blocks used and what was offered above the base price, block by block, never null.
struct FeeHistory {
  var oldest: Height = 0
  /// One more than there are blocks: the last is the next block's.
  var baseFees: [UInt128] = []
  /// Used and permitted gas.
  var gas: [(used: UInt64, limit: UInt64)] = []
  /// A row a block, a column a percentile; empty where none was asked for.
  var rewards: [[UInt128]] = []

  /// Hundredths of a percent, rounded down; refused unless they rise from 0 to 100.
  static func percentiles(_ value: JSONValue) throws(ShapeFailure) -> [UInt64] {
    guard case .array(let elements) = value else {
      throw ShapeFailure("a list of numbers is wanted, not \(value.kind)")
    }
    guard elements.count <= RPCLimits.feeHistoryPercentiles else {
      throw ShapeFailure("at most \(RPCLimits.feeHistoryPercentiles) percentiles are answered")
    }
    var percentiles: [UInt64] = []
    for element in elements {
      guard case .number(let text) = element, let percentile = Double(text), percentile >= 0,
        percentile <= 100
      else { throw ShapeFailure("invalid reward percentile: a number from 0 to 100 is wanted") }
      let hundredths = UInt64(percentile * 100)
      guard hundredths >= percentiles.last ?? 0 else {
        throw ShapeFailure("invalid reward percentile: they must rise")
      }
      percentiles.append(hundredths)
    }
    return percentiles
  }

  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("oldestBlock", quantity: oldest)
    writer.name("baseFeePerGas")
    writer.beginArray()
    for fee in baseFees { writer.quantity(fee) }
    writer.endArray()
    writer.name("gasUsedRatio")
    writer.beginArray()
    for (used, limit) in gas { writer.raw(Self.ratio(used, limit)) }
    writer.endArray()
    writer.name("reward")
    writer.beginArray()
    for row in rewards {
      writer.beginArray()
      for reward in row { writer.quantity(reward) }
      writer.endArray()
    }
    writer.endArray()
    writer.endObject()
  }

  /// The quotient in nine decimals, 0 to 1.
  static func ratio(_ used: UInt64, _ limit: UInt64) -> String {
    guard used < limit else { return limit == 0 ? "0" : "1" }
    let digits = String(UInt128(used) * 1_000_000_000 / UInt128(limit))
    return "0." + String(repeating: "0", count: 9 - digits.utf8.count) + digits
  }

  /// What was offered above the base price at each percentile of the gas used; zeros for a block
  /// that nobody paid for.
  static func rewards(of block: Block, at percentiles: [UInt64]) -> [UInt128] {
    var offers: [(tip: UInt128, gas: UInt64)] = []
    for receipt in block.receipts where receipt.gasUsed > 0 {
      let base = block.header.baseFee
      let price = receipt.effectivePrice
      offers.append((price > base ? price - base : 0, receipt.gasUsed))
    }
    guard let first = offers.first else { return percentiles.map { _ in 0 } }
    if offers.allSatisfy({ $0.tip == first.tip }) { return percentiles.map { _ in first.tip } }
    offers.sort { $0.tip < $1.tip }
    var place = 0
    var sum = UInt128(offers[0].gas)
    return percentiles.map { percentile in
      let threshold = UInt128(block.header.gasUsed) * UInt128(percentile) / 10_000
      while sum < threshold, place + 1 < offers.count {
        place += 1
        sum += UInt128(offers[place].gas)
      }
      return offers[place].tip
    }
  }
}

extension JSONRPC {
  func feeHistory(
    _ count: UInt64, _ newest: BlockReference, _ percentiles: [UInt64]
  ) throws(RPCFailure) -> FeeHistory {
    guard let last = try block(newest) else {
      throw RPCFailure(
        RPCFailure.refused, "request beyond head block: the newest block is \(blocks.head.height)")
    }
    var found: [Block] = []
    var work = 0
    var next: Block? = last
    while found.count < min(count, UInt64(RPCLimits.feeHistoryBlocks)), let block = next {
      work += percentiles.isEmpty ? 0 : block.receipts.count
      if work > RPCLimits.feeHistoryTransactions, !found.isEmpty { break }
      found.append(block)
      next = block.height == 0 ? nil : try blocks.block(block.height - 1)
    }
    var history = FeeHistory()
    history.oldest = found.last?.height ?? last.height
    for block in found.reversed() {
      history.baseFees.append(block.header.baseFee)
      history.gas.append((block.header.gasUsed, block.header.gasLimit))
      if !percentiles.isEmpty {
        history.rewards.append(FeeHistory.rewards(of: block, at: percentiles))
      }
    }
    history.baseFees.append(chain.genesis.network.baseFee)
    return history
  }
}
