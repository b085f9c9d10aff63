import Cryptography
import EconomyFile
import Foundation
import Ledger
import Primitives
import Testing

@testable import Economy

/// A development network in memory, driven by call data through the kernel as a block drives it.
struct DevelopmentNetwork: ~Copyable {
  // The accounts of the development overlays, by what they may do.
  static let admin = address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
  /// Also holds `pauser.emergency`.
  static let pauser = address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
  static let compliance = address("0x90F79bf6EB2c4f870365E785982E1f101E93b906")
  static let executor = address("0x14dC79964da2C08b23698B3D3cc7Ca32193d9955")
  /// Holds `attester.milestone`.
  static let attester = address("0x976EA74026E726554dB657fA54763abd0C3a0aa9")
  /// Of every wallet of the economy file that has one.
  static let beneficiary = address("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720")
  // Funded members without any role.
  static let alice = address("0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc")
  static let bob = address("0x0000000000000000000000000000000000000b0b")
  static let carol = address("0x00000000000000000000000000000000000Ca401")
  /// Somebody without units.
  static let stranger = address("0x00000000000000000000000000000000005742A6")

  static func address(_ text: String) -> Address { Address(Hex.bytes(text) ?? []) ?? .zero }

  static let root: URL = {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { folder.deleteLastPathComponent() }
    return folder
  }()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  var state: EconomyState
  private var height: Height = 0
  /// The rejections met, as (module, code).
  private(set) var met: Set<[UInt8]> = []

  /// - Parameters:
  ///   - economy: "dta" or "btt".
  ///   - overlays: laid over the file behind the development overlay.
  init(_ economy: String = "dta", overlays: [String] = []) throws {
    let development = economy == "dta" ? "dev" : "dev-btt"
    let document = try EconomyFile.load(
      text: try Self.text("economies/\(economy).json"),
      overlays: [try Self.text("economies/\(development).json")] + overlays)
    // Not the overlay's own grants: they take from wallets whose schedules are tested here.
    let wallet = economy == "dta" ? "swap.pool" : "pool.mining"
    let units: UInt128 = economy == "dta" ? 10_000_000_000 : 1_000_000_000_000_000_000_000
    let members = [
      Self.admin, Self.pauser, Self.compliance, Self.executor, Self.attester, Self.beneficiary,
      Self.alice, Self.bob, Self.carol,
    ]
    let genesis = document.genesis().with(
      grants: members.map { Genesis.Grant(from: wallet, to: $0, units: Amount(units)) })
    state = EconomyState(genesis: genesis, secret: HashSecret(1, 2))
    openBlock(at: 0)
  }

  /// Opens a block so many seconds after genesis, and those that drain the timers before it.
  mutating func openBlock(at elapsed: UInt64) {
    let time = state.genesis.time + Seconds(elapsed)
    repeat { height += 1 } while state.beginBlock(height: height, time: time) < time
  }

  /// Opens the block in which a month ends.
  mutating func openBlock(atMonth month: UInt64) { openBlock(at: month * Seconds.month.count) }

  /// Opens a block some days after the present one.
  mutating func advance(days: UInt64) {
    openBlock(at: state.ledger.time.since(state.genesis.time).count + days * 86_400)
  }

  /// Sends a call by its name and arguments.
  @discardableResult mutating func send(
    _ module: ModuleDeclaration, _ name: String, _ arguments: [ABITree] = [], by sender: Address
  ) -> Outcome.Status {
    guard let call = module.calls.first(where: { $0.name == name }) else {
      Issue.record("\(module.name) has no call \(name)")
      return .success(.nothing)
    }
    return run(Self.decoded(module, call, arguments), to: module.address, by: sender)
  }

  /// Sends units of the token as the transaction's own value.
  mutating func sendValue(_ units: UInt128, to: Address, by sender: Address) -> Outcome.Status {
    run(
      DecodedCall(module: 0, place: 0, operation: .value), to: to, by: sender,
      value: units * state.genesis.network.weiPerUnit)
  }

  /// The call as the wire brings it: encoded by the ABI and read again.
  static func decoded(
    _ module: ModuleDeclaration, _ call: CallDeclaration, _ arguments: [ABITree]
  ) -> DecodedCall {
    var data: [UInt8] = []
    call.selector.appendBigEndian(to: &data)
    do {
      data = try ABITree.encode(arguments, as: call.parameters.map(\.type), after: data)
    } catch { Issue.record("\(call.signature): \(error)") }
    return Registry.decode(to: module.address, data: data, range: 0..<data.count)
  }

  mutating func run(
    _ call: DecodedCall, to: Address, by sender: Address, value: UInt128 = 0
  ) -> Outcome.Status {
    let account = state.ledger.accounts.find(sender)
    let status = state.execute(
      TransactionCall(
        sender: sender, nonce: account.map { state.ledger.accounts[$0].nonce } ?? 0,
        gasLimit: state.gasTable.needed(call), maximumPrice: state.genesis.network.baseFee, tip: 0,
        to: to, value: value, call: call)
    ).status
    if case .rejected(let rejection) = status { met.insert([rejection.module, rejection.code]) }
    return status
  }

  /// Sends a call that must be accepted.
  mutating func accept(
    _ module: ModuleDeclaration, _ name: String, _ arguments: [ABITree] = [], by sender: Address,
    _ location: SourceLocation = #_sourceLocation
  ) {
    let status = send(module, name, arguments, by: sender)
    guard case .success = status else {
      Issue.record("\(name): \(status)", sourceLocation: location)
      return
    }
    let broken = state.invariants()
    #expect(broken.isEmpty, sourceLocation: location)
  }

  /// Sends a call that must be refused with exactly this.
  mutating func refuse(
    _ module: ModuleDeclaration, _ name: String, _ arguments: [ABITree] = [], by sender: Address,
    _ rejection: Rejection, _ location: SourceLocation = #_sourceLocation
  ) {
    let status = send(module, name, arguments, by: sender)
    #expect(status == .rejected(rejection), sourceLocation: location)
    let broken = state.invariants()
    #expect(broken.isEmpty, sourceLocation: location)
  }

  /// What a query answers, asked and read by the ABI as outsiders do.
  func ask(
    _ module: ModuleDeclaration, _ name: String, _ arguments: [ABITree] = []
  ) throws -> [ABITree] {
    let found = module.queries.first {
      $0.name == name && $0.parameters.count == arguments.count
    }
    let query = try #require(found, "\(module.name) has no query \(name)")
    var data: [UInt8] = []
    query.selector.appendBigEndian(to: &data)
    data = try ABITree.encode(arguments, as: query.parameters.map(\.type), after: data)
    return try ABITree.decode(try query.answer(state, data, 4), as: query.returns.map(\.type))
  }

  func units(_ address: Address) -> UInt128 { state.balance(of: address).units }
  func units(_ account: String) -> UInt128 { units(SystemAddress.account(account)) }

  /// The events of a module in the open block, by name.
  func events(_ module: ModuleDeclaration) -> [String] {
    state.ledger.events.records.filter { $0.module == module.number }.compactMap {
      Registry.event($0)?.name
    }
  }

  /// The codes of a module that no call has met.
  func unmet(_ module: UInt8, _ codes: some Sequence<UInt8>) -> [UInt8] {
    codes.filter { !met.contains([module, $0]) }
  }
}

extension ABITree {
  static func count(_ number: UInt128) -> ABITree { .number(UInt256(high: 0, low: number)) }
  static func role(_ role: Access.Role) -> ABITree { .bytes(role.id.bytes) }
}
