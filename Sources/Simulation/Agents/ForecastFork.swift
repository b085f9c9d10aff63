internal import Economy
public import EconomyFile
public import Engine
public import Ledger
public import Primitives
public import Storage

/// A copy of a network as a data folder has it: nothing in the folder is changed.
public struct ForkedState: ~Copyable {
  let document: EconomyDocument
  let state: EconomyState
  /// The block whose state was copied.
  public let origin: ForecastReport.Origin

  /// Reads the newest sound checkpoint and replays what the journal has beyond it. A node may go
  /// on writing meanwhile: the copy ends with the last block that stands whole in the journal.
  public init<D: Disk>(
    reading disk: D, of document: EconomyDocument, secret: HashSecret,
    progress: (Height) -> Void
  ) throws(ReplayFailure) {
    try self.init(
      reading: disk, of: document, genesis: document.genesis(), secret: secret,
      progress: progress)
  }

  /// The same for a genesis that is not the document's own.
  init<D: Disk>(
    reading disk: D, of document: EconomyDocument, genesis: Genesis, secret: HashSecret,
    progress: (Height) -> Void
  ) throws(ReplayFailure) {
    let chain = Chain(genesis: genesis, secret: secret, memory: 1 << 24)
    _ = try Recovery.read(chain, disk: disk, progress: progress)
    let head = chain.head
    let image = chain.withState { state in state.image() }
    do throws(ImageFailure) {
      var loader = StateLoader(genesis: chain.genesis, secret: secret)
      for table in image.tables {
        try loader.begin(table: table.table, wordCount: table.wordCount, count: table.count)
        for page in 0..<table.pageCount { try loader.append(table.bytes(ofPage: page)) }
      }
      for content in image.contents { try loader.append(content: content) }
      state = try loader.finish()
    } catch {
      throw .other("the copied state does not load: \(error.text)")
    }
    self.document = document
    origin = ForecastReport.Origin(
      height: head.height, time: LogicalTime(head.header.timestamp),
      stateRoot: head.header.stateRoot, blockHash: head.hash)
  }
}

extension Population {
  /// The members of a living network: its richest accounts, the richest of all as the whale, the
  /// others in kinds as they come; made-up members without a unit where there are too few.
  static func adopted(
    _ state: borrowing EconomyState, _ settings: ForecastSettings
  ) -> [Agent] {
    let insiders = state.genesis.plans.vesting.wallets.compactMap(\.beneficiary)
    var found: [(address: Address, wealth: UInt128)] = []
    for row in 1..<max(1, state.ledger.accounts.count) {
      let account = state.ledger.accounts[AccountIndex(row: UInt32(truncatingIfNeeded: row))]
      guard !account.flags.contains(.system), account.address != .zero,
        SystemAddress.moduleNumber(account.address) == nil, !insiders.contains(account.address)
      else { continue }
      found.append((account.address, account.balance.units + staked(account.address, state)))
    }
    func isBefore(_ left: Address, _ right: Address) -> Bool {
      left.bytes.lexicographicallyPrecedes(right.bytes)
    }
    found.sort {
      $0.wealth == $1.wealth ? isBefore($0.address, $1.address) : $0.wealth > $1.wealth
    }
    var addresses = found.prefix(settings.agents).map(\.address)
    if addresses.count > 1 {
      addresses = [addresses[0]] + addresses.dropFirst().sorted(by: isBefore)
    }
    for number in 0..<max(0, settings.agents - addresses.count) {
      addresses.append(Agent.address("\(number)"))
    }
    var kinds = kinds(settings.agents, settings.assumptions)
    var generator = Generator(seed: settings.seed)
    if kinds.count > 1 { kinds[1...].shuffle(using: &generator) }
    let sybil = kinds.firstIndex(of: .sybil) ?? 0
    return addresses.enumerated().map { number, address in
      var agent = Agent(
        number: number, address: address, kind: kinds[number],
        person: kinds[number] == .sybil ? sybil : number, seed: settings.seed,
        settings.assumptions)
      agent.positions = positions(address, state)
      return agent
    }
  }

  private static func staked(_ address: Address, _ state: borrowing EconomyState) -> UInt128 {
    positions(address, state).reduce(UInt128(0)) { $0 + $1.principal }
  }

  private static func positions(
    _ address: Address, _ state: borrowing EconomyState
  ) -> [Agent.Position] {
    var positions: [Agent.Position] = []
    for receipt in state.positions(of: address) {
      guard let facts = try? state.position(receipt) else { continue }
      positions.append(
        Agent.Position(
          receipt: UInt64(truncatingIfNeeded: receipt.word.number ?? 0),
          lockEnd: facts.lockEnd.seconds, principal: facts.principal.units))
    }
    return positions
  }

  /// The holders of vesting wallets, each once.
  static func insiders(
    _ addresses: [Address], after agents: [Agent], _ settings: ForecastSettings
  ) -> [Agent] {
    var insiders: [Agent] = []
    for address in addresses where !insiders.contains(where: { $0.address == address }) {
      let number = agents.count + insiders.count
      insiders.append(
        Agent(
          number: number, address: address, kind: .insider, person: number, seed: settings.seed,
          settings.assumptions))
    }
    return insiders
  }
}
