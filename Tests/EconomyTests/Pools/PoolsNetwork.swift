import Cryptography
import EconomyFile
import Foundation
import Ledger
import Primitives

@testable import Economy

/// Development networks of both economies, for the tests of parameters and pools.
enum PoolsNetwork {
  /// The first development account; it holds units and no role that these modules ask for but
  /// the admin's.
  static let member = address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
  /// Holds `parameters.setter` and `governance.executor`.
  static let governor = address("0x14dC79964da2C08b23698B3D3cc7Ca32193d9955")
  static let stranger = address("0x00000000000000000000000000000000000A11cE")

  static func address(_ text: String) -> Address { Address(Hex.bytes(text) ?? []) ?? .zero }

  static func text(_ name: String) -> String {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let path = folder.appendingPathComponent("economies/\(name).json").path
    return FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
      ?? ""
  }

  /// A fresh network; `edit` changes the economy file's text, overlays follow the development one.
  static func dta(
    edit: (String) -> String = { $0 }, overlays: [String] = []
  ) throws -> EconomyState {
    try state(edit(text("dta")), [text("dev")] + overlays)
  }

  static func btt(
    edit: (String) -> String = { $0 }, overlays: [String] = []
  ) throws -> EconomyState {
    try state(edit(text("btt")), [text("dev-btt")] + overlays)
  }

  private static func state(_ text: String, _ overlays: [String]) throws -> EconomyState {
    let document = try EconomyFile.load(text: text, overlays: overlays)
    return EconomyState(genesis: document.genesis(), secret: HashSecret(1, 2))
  }
}

extension EconomyState {
  /// Runs an operation in a scope of its own, as `execute` does; the refusal, or nil.
  mutating func attempt(_ operation: Economy.Operation, by sender: Address) -> Rejection? {
    let account = ledger.account(sender)
    closeScope()
    let savepoint = savepoint()
    let call = TransactionCall(
      sender: sender, nonce: 0, gasLimit: 0, maximumPrice: 0, tip: 0, to: .zero, value: 0,
      call: DecodedCall(module: 0, place: 0, operation: operation))
    do throws(Rejection) {
      _ = try apply(operation, of: call, by: account)
      closeScope()
      return nil
    } catch {
      undo(to: savepoint)
      closeScope()
      return error
    }
  }

  /// Opens a block at so many seconds after genesis; as many as the timers need.
  mutating func advance(to seconds: UInt64) {
    let time = genesis.time + Seconds(seconds)
    var height = ledger.height + 1
    while beginBlock(height: height, time: time) < time { height += 1 }
  }

  /// Opens the block in which an epoch opens.
  mutating func advance(toEpoch epoch: UInt64) { advance(to: epoch * Seconds.day.count) }

  func held(_ name: String) -> UInt128 {
    balance(of: SystemAddress.account(name)).units
  }

  /// The records of a module's event in the open block, each as its words.
  func words(_ module: UInt8, _ code: UInt8) -> [[Word]] {
    ledger.events.records.filter { $0.module == module && $0.code == code }.map { record in
      let start = Int(record.start)
      return Array(ledger.events.words[start..<start + Int(record.wordCount)])
    }
  }
}
