import Primitives
import Testing

@testable import Economy

/// Call data of batches and multicalls, encoded as outsiders do.
enum CarriedCalls {
  static let batch = SystemAddress.module(Batch.number)
  static let multicall = SystemAddress.multicall3

  static func call(
    _ target: Address = Fixtures.token, _ data: [UInt8] = [], value: UInt256 = .zero
  ) -> Batch.Call {
    Batch.Call(target: target, value: value, callData: data)
  }

  /// Blocks 200 accounts, and answers the call data that asks for their list.
  static func longList(of net: inout DevelopmentNetwork) throws -> [UInt8] {
    for number in 0..<200 {
      net.accept(
        Compliance.declaration, "blockAccount",
        [
          .account(Address(high: 5, middle: 5, low: UInt32(number))),
          .bytes(Digest.zero.bytes),
        ], by: DevelopmentNetwork.compliance)
    }
    let query = try #require(
      Compliance.declaration.queries.first { $0.name == "blockedAccounts" })
    return Selector(query.selector).bytes + Word.zero.bytes
  }

  static func token(_ data: [UInt8]) -> Batch.Call { call(Fixtures.token, data) }

  static func batch(_ calls: [Batch.Call]) -> [UInt8] {
    ABIWriter.encode(calls, after: [0x3f, 0x70, 0x7e, 0x6b])
  }

  static func aggregate(_ calls: [(Address, [UInt8])]) -> [UInt8] {
    ABIWriter.encode(
      calls.map { Multicall.Call(target: $0.0, callData: $0.1) }, after: [0x25, 0x2d, 0xba, 0x42])
  }

  static func tryAggregate(_ required: Bool, _ calls: [(Address, [UInt8])]) -> [UInt8] {
    ABIWriter.encode(
      required, calls.map { Multicall.Call(target: $0.0, callData: $0.1) },
      after: [0xbc, 0xe3, 0x8b, 0xd7])
  }

  static func aggregate3Value(_ calls: [Multicall.Call3Value]) -> [UInt8] {
    ABIWriter.encode(calls, after: [0x17, 0x4d, 0xea, 0x71])
  }

  static func paid(
    _ target: Address, _ value: UInt128, mayFail: Bool = true, _ data: [UInt8] = []
  ) -> Multicall.Call3Value {
    Multicall.Call3Value(
      target: target, allowFailure: mayFail, value: UInt256(value), callData: data)
  }

  static func results(_ bytes: [UInt8]) throws -> [Multicall.Result] {
    try ABIReader.decode(bytes, as: [Multicall.Result].self)
  }
}

extension Outcome {
  /// What a successful operation returned.
  var answer: [UInt8]? {
    if case .success(let returned) = status { returned.data } else { nil }
  }

  /// The revert data of a refused one.
  var revert: [UInt8]? {
    if case .rejected(let rejection) = status { Registry.revertData(rejection) } else { nil }
  }
}
