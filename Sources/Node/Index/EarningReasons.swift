internal import Economy
internal import Engine
internal import Interface
internal import Ledger
internal import Primitives

/// Finds out why units came to an account: a posting out of an account of the economy is explained
/// by the event that its operation ends with, or by the call where there is no event.
///
/// The rules hold for modules that do not exist yet: an operation emits one event of its own after
/// its postings, and every pool, wallet and escrow is an account of the economy with a name.
struct EarningReasons {
  /// One posting that somebody earned.
  struct Earning: Equatable {
    /// The posting's log index.
    let log: Int
    let account: Address
    let reason: EarningReason
  }

  /// The names of the economy's accounts, and where what flows through an account comes from.
  private let names: [Address: String]
  private let sources: [Address: String]
  private let principal: Address?
  private let quarantine = SystemAddress.account(Compliance.quarantineName)

  init(_ genesis: Genesis) {
    var names: [Address: String] = [:]
    for name in genesis.accountNames { names[SystemAddress.account(name)] = name }
    let staking = genesis.plans.staking
    for name in [staking.payable, staking.principal, staking.pool] where !name.isEmpty {
      names[SystemAddress.account(name)] = name
    }
    self.names = names
    var sources = names
    // What flowed out of a pool waits in an account of its own for whoever claims it.
    if !staking.payable.isEmpty {
      sources[SystemAddress.account(staking.payable)] = staking.pool
    }
    if let share = staking.feeShare {
      sources[SystemAddress.account(share.payableAccount)] = share.account
    }
    self.sources = sources
    principal = staking.principal.isEmpty ? nil : SystemAddress.account(staking.principal)
  }

  /// Every posting of a transaction that came out of the economy's accounts.
  func earnings(of block: Block, _ index: Int) -> [Earning] {
    let events = block.receipts[index].events
    var found: [Earning] = []
    for log in events {
      let record = block.events[log]
      guard record.module == 0, record.asset == 0 else { continue }
      let words = block.words(of: record)
      let start = words.startIndex
      guard let from = words[start].address, let to = words[start + 1].address,
        words[start + 2] != .zero, from != to, let pool = pool(from, block)
      else { continue }
      found.append(
        explain(log, from, to, pool, block, index, later: log + 1..<events.upperBound))
    }
    return found
  }

  /// The account of the economy behind a payer; nil for a member.
  private func pool(_ payer: Address, _ block: Block) -> String? {
    // The zero address holds the supply before genesis posts it, and what was burned afterwards.
    if payer == .zero { return block.height == 0 ? "genesis" : nil }
    return sources[payer]
  }

  private func explain(
    _ log: Int, _ from: Address, _ to: Address, _ pool: String, _ block: Block, _ index: Int,
    later: Range<Int>
  ) -> Earning {
    var account = to
    var isReturn = from == principal || from == quarantine
    for place in later {
      let record = block.events[place]
      guard record.module != 0, let event = Registry.event(record) else { continue }
      // The movement of a receipt is no operation's own event.
      if event.name == "Transfer" { continue }
      let words = block.words(of: record)
      if to == quarantine, record.module == Compliance.number,
        record.code == Compliance.Event.quarantined.rawValue
      {
        // Kept for somebody who is blocked: what follows says for what.
        account = words.first?.address ?? account
        continue
      }
      if record.module == Staking.number, record.code == Staking.Event.compounded.rawValue,
        to == principal
      {
        account = words.dropFirst().first?.address ?? account
      }
      isReturn =
        isReturn
        || record.module == Vesting.number && record.code == Vesting.Event.revoked.rawValue
      let module = Registry.module(record.module)?.name ?? "module\(record.module)"
      return Earning(
        log: log, account: account,
        reason: EarningReason(
          rule: "\(module).\(event.name)", pool: pool, kind: isReturn ? .returned : .income))
    }
    return Earning(
      log: log, account: account,
      reason: EarningReason(
        rule: Self.rule(of: block, index), pool: pool, kind: isReturn ? .returned : .income))
  }

  /// What a transaction without an event of its own did.
  private static func rule(of block: Block, _ index: Int) -> String {
    switch block.transactions[index] {
    case .system: block.height == 0 ? "genesis" : "block"
    case .signed(let transaction): CallNames.name(transaction.decoded.call)
    }
  }
}

/// What calls are named: `module.call`.
enum CallNames {
  static func name(_ call: DecodedCall) -> String { name(module: call.module, call: call.place) }

  static func name(module: UInt8, call: UInt8) -> String {
    guard let declaration = Registry.module(module), Int(call) < declaration.calls.count else {
      return "value"
    }
    return "\(declaration.name).\(declaration.calls[Int(call)].name)"
  }
}
