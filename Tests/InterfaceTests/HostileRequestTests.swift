import Cryptography
import Economy
import Engine
import Primitives
import Testing

@testable import Interface

/// Bytes that no client would send: whatever they are, the answer is one JSON document.
@Suite struct HostileRequestTests {
  /// A small generator with a seed, so that a failure can be repeated.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
      return mixed ^ mixed >> 31
    }
  }

  private static let pieces = [
    "null", "true", "-1", "0", "1e400", "18446744073709551616", #""""#, #""0x""#, #""0x0""#,
    #""0x1""#, #""0xffffffffffffffff""#, #""0x10000000000000000""#, #""latest""#, #""earliest""#,
    #""pending""#, "[]", "{}", "[[]]", #"[null,"0x1"]"#, #"["0x1"]"#, "[1,50,100]",
    #""0xf4ee401d00000000000000000000000000000001""#,
    #"{"to":"0xf4ee401d00000000000000000000000000000001","data":"0x70a08231"}"#,
    #"{"to":"0xf4ee401d00000000000000000000000000000001","data":"0xa9059cbb00","value":"0x0"}"#,
    #"{"from":"0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266","value":"0xffffffffffffffffffffffff"}"#,
    #"{"fromBlock":"earliest","toBlock":"latest","topics":[null,[]],"address":[]}"#,
    #"{"blockHash":"0x0000000000000000000000000000000000000000000000000000000000000001"}"#,
    #""0x0000000000000000000000000000000000000000000000000000000000000001""#,
  ]

  private func check(_ network: TestNetwork, _ body: [UInt8], _ what: String) {
    guard let answer = network.rpc.answer(body) else { return }
    let value = try? JSONParser.parse(answer)
    #expect(value != nil, "\(what): \(String(decoding: body, as: UTF8.self))")
    for element in value?.elements ?? [value ?? .null] {
      #expect(
        (element["result"] == nil) != (element["error"] == nil),
        "\(what): \(String(decoding: body, as: UTF8.self))")
    }
  }

  @Test("Every method with arguments of every shape", arguments: [1, 2, 3] as [UInt64])
  func arguments(seed: UInt64) throws {
    let network = try TestNetwork()
    network.makeBlock()
    var generator = Generator(state: seed)
    for round in 0..<40 {
      for method in JSONRPC.methods {
        let count = Int.random(in: 0...4, using: &generator)
        let arguments = (0..<count).map { _ in Self.pieces.randomElement(using: &generator) ?? "" }
        let body =
          #"{"jsonrpc":"2.0","id":\#(round),"method":"\#(method)","params":["#
          + arguments.joined(separator: ",") + "]}"
        check(network, Array(body.utf8), "seed \(seed)")
      }
    }
    #expect(network.chain.withState { $0.invariants() }.isEmpty)
  }

  @Test(
    "Requests and transactions with bytes changed, cut and doubled",
    arguments: [4, 5, 6] as [UInt64])
  func mutations(seed: UInt64) throws {
    let network = try TestNetwork()
    var generator = Generator(state: seed)
    let raw = Hex.text(
      Draft(nonce: 0, to: network.keys[3].address, value: TestNetwork.weiPerUnit)
        .sign(network.keys[0]))
    let bodies = [
      #"{"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransaction","params":["\#(raw)"]}"#,
      #"[{"jsonrpc":"2.0","id":"é","method":"eth_getLogs","params":[{"fromBlock":"0x0"}]},1]"#,
      #"{"jsonrpc":"2.0","id":1,"method":"eth_feeHistory","params":["0x5","latest",[1.5,99]]}"#,
    ].map { Array($0.utf8) }
    for _ in 0..<600 {
      var body = bodies.randomElement(using: &generator) ?? []
      for _ in 0..<Int.random(in: 1...4, using: &generator) where !body.isEmpty {
        let place = Int.random(in: 0..<body.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: body[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: body[place] = UInt8(ascii: "0") + UInt8.random(in: 0..<10, using: &generator)
        case 2: body.removeSubrange(place...)
        default: body.insert(contentsOf: body[place...].prefix(9), at: place)
        }
      }
      check(network, body, "seed \(seed)")
    }
  }

  @Test("Random bytes", arguments: [7, 8] as [UInt64])
  func noise(seed: UInt64) throws {
    let network = try TestNetwork()
    var generator = Generator(state: seed)
    for _ in 0..<2_000 {
      let count = Int.random(in: 0..<64, using: &generator)
      let body = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      check(network, body, "seed \(seed)")
      _ = network.router.respond(
        method: "GET", path: String(decoding: body, as: UTF8.self), body: body)
    }
  }
}
