import Foundation
import Ledger
import Primitives
import Testing

@testable import Economy
@testable import EconomyFile

/// A whole economy with chosen opening balances, in which operations run at seconds since genesis
/// and without fees.
struct StakingFixture: ~Copyable {
  static let day: UInt64 = 86_400
  /// The quality attester of the development networks.
  static let attester = Address(
    high: 0x976e_a740_26e7_2655, middle: 0x4db6_57fa_5476_3abd, low: 0x0c3a_0aa9)

  var state: EconomyState
  private var height: UInt64 = 0

  /// Opening balances come from genesis wallets in file order, besides the staking pool.
  init(_ economy: String, _ balances: [(Address, UInt128)]) throws {
    let overlay = economy == "dta" ? "dev" : "dev-btt"
    let document = try EconomyFile.load(
      text: try Self.text(economy), overlays: [try Self.text(overlay)])
    let genesis = document.genesis()
    var wallets = genesis.wallets.filter { !$0.name.contains("pool.") }
      .map { (name: $0.name, left: $0.units.units) }
    var grants: [Genesis.Grant] = []
    for (account, units) in balances {
      var missing = units
      for place in wallets.indices where missing > 0 && wallets[place].left > 0 {
        let part = min(missing, wallets[place].left)
        wallets[place].left -= part
        missing -= part
        grants.append(Genesis.Grant(from: wallets[place].name, to: account, units: Amount(part)))
      }
      try #require(missing == 0, "the wallets do not hold \(units)")
    }
    state = EconomyState(genesis: genesis.with(grants: grants), secret: HashSecret(3, 5))
  }

  private static func text(_ name: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let path = root.appendingPathComponent("economies/\(name).json").path
    let bytes = try #require(FileManager.default.contents(atPath: path), "\(path) is missing")
    return String(decoding: bytes, as: UTF8.self)
  }

  static func account(_ number: UInt32) -> Address { Address(high: 0xacc0, middle: 0, low: number) }

  /// Opens blocks until that second since genesis.
  mutating func advance(to seconds: UInt64) {
    let time = state.genesis.time + Seconds(seconds)
    repeat {
      height += 1
    } while state.beginBlock(height: height, time: time) < time
  }

  /// Runs an operation as a transaction does, in a scope of its own.
  @discardableResult
  mutating func run(
    _ operation: Staking.Operation, by sender: Address
  ) throws(Rejection) -> Returned {
    let account = state.ledger.account(sender)
    let savepoint = state.savepoint()
    do throws(Rejection) {
      let returned = try state.apply(operation, by: account)
      state.closeScope()
      return returned
    } catch {
      state.undo(to: savepoint)
      state.closeScope()
      throw error
    }
  }

  /// Why an operation is refused; nil where it runs.
  mutating func refusal(_ operation: Staking.Operation, by sender: Address) -> Rejection? {
    do throws(Rejection) {
      _ = try run(operation, by: sender)
      return nil
    } catch { return error }
  }

  /// Locks units for days; returns the receipt.
  mutating func stake(
    _ units: UInt128, days: UInt64, by owner: Address
  ) throws(Rejection) -> Staking.ReceiptID {
    let lock = Seconds(days * Self.day)
    let returned = try run(.stake(Staking.Stake(amount: Amount(units), lock: lock)), by: owner)
    guard case .word(let word) = returned else { return Staking.ReceiptID(0) }
    return Staking.ReceiptID(word: word)
  }

  /// Claims; returns what the beneficiary received.
  mutating func claim(
    _ id: Staking.ReceiptID, by sender: Address
  ) throws(Rejection) -> UInt128 {
    guard case .word(let word) = try run(.claim(Staking.Claim(position: id)), by: sender) else {
      return 0
    }
    return word.number ?? 0
  }

  mutating func score(_ account: Address, _ bonus: UInt8, _ score: UInt32) throws(Rejection) {
    try run(
      .setBonusScore(
        Staking.SetBonusScore(account: account, bonus: bonus, score: BasisPoints(score))),
      by: Self.attester)
  }

  borrowing func held(_ name: String) -> UInt128 { held(SystemAddress.account(name)) }

  borrowing func held(_ account: Address) -> UInt128 { state.balance(of: account).units }

  borrowing func rewards() -> Staking.RewardFacts { state.stakingRewards() }

  /// The staking invariants and the balance of the books.
  borrowing func faults() -> [String] {
    state.stakingInvariants() + (state.ledger.isBalanced ? [] : ["the books do not balance"])
  }
}
