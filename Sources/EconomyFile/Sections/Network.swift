internal import Primitives

extension EconomyDocument {
  /// What the network charges and how much a block may hold (decision N01).
  public struct Network: Sendable, Equatable {
    /// 1 to 4,503,599,627,370,476: wallets compute with twice the id in a double.
    public let chainID: UInt64
    public let blockGasLimit: UInt64
    /// wei (10^-18 tokens) for one gas; a multiple of `priceQuantum`.
    public let baseFeePerGas: UInt128
    /// The account of network fees.
    public let feeAccount: String
    /// Whether the node serves the well-known keys of development.
    public let development: Bool
    /// Gas for the plain transfer of value, in thousands.
    public let transferGas: UInt64
    /// Gas for an operation without an entry, in thousands.
    public let defaultGas: UInt64
    /// Gas for each byte of stored content, in thousands; besides the operation's own.
    public let gasPerContentByte: UInt64
    /// Gas by operation, sorted by name.
    public let gas: [GasEntry]
    /// The step of gas prices, in wei, at which a thousand gas cost whole units:
    /// 10^(18 - decimals - 3), at least 1.
    public let priceQuantum: UInt128

    /// The gas of an operation such as ("token", "transfer"), in thousands.
    public func gas(module: String, operation: String) -> UInt64 {
      let name = module + "." + operation
      return gas.first { $0.operation == name }?.thousands ?? defaultGas
    }
  }

  /// What one operation costs.
  public struct GasEntry: Sendable, Equatable {
    /// "module.operation".
    public let operation: String
    /// Gas in thousands.
    public let thousands: UInt64
  }
}

extension EconomyDocument.Network {
  init(_ fields: Fields) {
    let reading = fields.reading
    fields.prose("ref", "decision")
    chainID = fields.whole("chainId", in: 1...4_503_599_627_370_476)
    blockGasLimit = fields.whole("blockGasLimit", in: 1_000_000...1_000_000_000_000)
    var quantum: UInt128 = 1
    for _ in 0..<max(0, 15 - (reading.decimals ?? 18)) { quantum *= 10 }
    priceQuantum = quantum
    var price: UInt128 = 0
    if let node = fields.required("baseFeePerGas"), reading.isSound({ price = node.digits() }) {
      if price == 0 || !price.isMultiple(of: quantum) {
        let near = max(quantum, (price / quantum) * quantum)
        node.fail(
          "\(price) wei is no multiple of the price quantum \(quantum) "
            + "(decimals \(reading.decimals ?? 18))",
          repair: "write \"\(near)\": a thousand gas must cost whole units")
      } else if price > 1_000_000_000_000_000_000 {
        node.fail("one gas costs more than a token", repair: "write at most 10^18 wei")
      }
    }
    baseFeePerGas = price
    feeAccount = fields.text("feeAccount")
    development = fields.optional("development")?.flag() ?? false
    var known = (transfer: UInt64(0), other: UInt64(0), byte: UInt64(0))
    var entries: [EconomyDocument.GasEntry] = []
    let node = fields.required("gas")
    for (name, node) in node?.entries() ?? [] {
      let thousands = node.whole(in: 0...1_000_000)
      switch name {
      case "transfer": known.transfer = thousands
      case "default": known.other = thousands
      case "perContentByte": known.byte = thousands
      default:
        if Self.isOperation(name) {
          entries.append(EconomyDocument.GasEntry(operation: name, thousands: thousands))
        } else {
          node.fail(
            "\"\(name)\" names no operation",
            repair: Spelling.nearest(to: name, among: ["transfer", "default", "perContentByte"])
              .map { "did you mean \"\($0)\"?" } ?? "write it as \"module.operation\"")
        }
      }
    }
    for name in ["transfer", "default", "perContentByte"]
    where node?.value.members != nil && node?.value[name] == nil {
      node?.fail("the key \"\(name)\" is missing", repair: "add it, in thousands of gas")
    }
    transferGas = known.transfer
    defaultGas = known.other
    gasPerContentByte = known.byte
    gas = entries.sorted { $0.operation < $1.operation }
    fields.finish()
  }

  /// Two words of letters and digits, joined by a full stop.
  private static func isOperation(_ name: String) -> Bool {
    let words = name.utf8.split(separator: 0x2e, omittingEmptySubsequences: false)
    return words.count == 2
      && words.allSatisfy { word in
        !word.isEmpty
          && word.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
              || (0x61...0x7a).contains(byte)
          }
      }
  }
}
