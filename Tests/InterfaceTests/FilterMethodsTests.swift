import Cryptography
import Economy
import Engine
import Primitives
import Synchronization
import Testing

@testable import Interface

@Suite struct FilterMethodsTests {
  private func install(_ network: TestNetwork, _ method: String, _ arguments: String = "[]")
    throws -> String
  {
    try #require(try network.result(method, arguments).string)
  }

  private func changes(_ network: TestNetwork, _ filter: String) throws -> [JSONValue] {
    try #require(try network.result("eth_getFilterChanges", #"["\#(filter)"]"#).elements)
  }

  private func transfer(_ network: TestNetwork, _ nonce: UInt64, _ units: UInt128 = 9) throws
    -> String
  {
    let data = TokenCalls.transfer(network.keys[3].address, units)
    return try network.send(
      Draft(nonce: nonce, to: TokenCalls.token, data: data).sign(network.keys[0]))
  }

  @Test("A poll gets what is new since the last one, each thing once")
  func polling() throws {
    let network = try TestNetwork()
    _ = try transfer(network, 0)
    network.makeBlock()
    let receiver = Hex.text(Word(network.keys[3].address).bytes)
    let blocks = try install(network, "eth_newBlockFilter")
    let arrivals = try install(network, "eth_newPendingTransactionFilter")
    let logs = try install(
      network, "eth_newFilter", #"[{"fromBlock":"0x0","topics":[null,null,"\#(receiver)"]}]"#)
    for filter in [blocks, arrivals, logs] { #expect(try changes(network, filter).isEmpty) }
    let second = try transfer(network, 1)
    #expect(try changes(network, arrivals) == [.string(second)])
    #expect(try changes(network, blocks).isEmpty)
    let made = [network.makeBlock(), network.makeBlock()]
    #expect(try changes(network, blocks) == made.map { .string(Hex.text($0.hash.bytes)) })
    let found = try changes(network, logs)
    #expect(found.map { $0["transactionHash"] } == [.string(second)])
    for filter in [blocks, arrivals, logs] { #expect(try changes(network, filter).isEmpty) }
    // All that match, the ones before the filter too.
    let all = try network.result("eth_getFilterLogs", #"["\#(logs)"]"#).elements
    #expect(all?.count == 2 && all?.last == found[0])
  }

  @Test("A range of numbers bounds what a log filter hears of")
  func range() throws {
    let network = try TestNetwork()
    let late = try install(network, "eth_newFilter", #"[{"fromBlock":"0x2","toBlock":"0x2"}]"#)
    for nonce in 0..<3 as Range<UInt64> {
      _ = try transfer(network, nonce)
      network.makeBlock()
    }
    let heights = try changes(network, late).map { $0["blockNumber"]?.string }
    #expect(!heights.isEmpty && heights.allSatisfy { $0 == "0x2" })
  }

  @Test("An answer that is full leaves the rest to the next poll, in the midst of a block too")
  func fullAnswers() throws {
    let network = try TestNetwork()
    let logs = try install(network, "eth_newFilter", "[{}]")
    var nonces: [UInt64] = [0, 0, 0]
    for _ in 0..<28 {
      for (place, key) in network.keys.prefix(3).enumerated() {
        for _ in 0..<64 {
          let draft = Draft(
            nonce: nonces[place], to: network.keys[3].address, value: TestNetwork.weiPerUnit)
          try network.send(draft.sign(key))
          nonces[place] += 1
        }
      }
      network.makeBlock()
    }
    let first = try changes(network, logs)
    #expect(first.count == Limits.queryLogs)
    let rest = try changes(network, logs)
    #expect(first.count + rest.count == 28 * 192 * 2)
    var keys: Set<String> = []
    for log in first + rest {
      keys.insert("\(log["blockNumber"]?.string ?? "")/\(log["logIndex"]?.string ?? "")")
    }
    #expect(keys.count == first.count + rest.count)
  }

  @Test("A filter that nobody knows, or of another kind, is named so")
  func refusals() throws {
    let network = try TestNetwork()
    let blocks = try install(network, "eth_newBlockFilter")
    #expect(
      try network.failure("eth_getFilterLogs", #"["\#(blocks)"]"#).message.hasPrefix("filter"))
    #expect(try network.result("eth_uninstallFilter", #"["\#(blocks)"]"#) == .bool(true))
    #expect(try network.result("eth_uninstallFilter", #"["\#(blocks)"]"#) == .bool(false))
    let gone = try network.failure("eth_getFilterChanges", #"["\#(blocks)"]"#)
    #expect(gone.code == "-32000" && gone.message.hasPrefix("filter not found"))
    #expect(try network.failure("eth_getFilterChanges", #"["1"]"#).code == "-32602")
    let hash = "0x" + String(repeating: "1", count: 64)
    #expect(try network.failure("eth_newFilter", #"[{"blockHash":"\#(hash)"}]"#).code == "-32602")
    let wide = "0x1" + String(repeating: "0", count: 40)
    #expect(try network.result("eth_uninstallFilter", #"["\#(wide)"]"#) == .bool(false))
  }

  @Test("Filters are bounded in number; those unused for their lifetime make room")
  func bounds() throws {
    final class Time: Sendable {
      let seconds = Atomic<UInt64>(0)
    }
    let time = Time()
    let filters = Filters(limit: 2, lifetime: 10) { time.seconds.load(ordering: .relaxed) }
    let reading = InstalledFilter.Reading(place: LogPlace(height: 1), arrival: 0)
    let first = try #require(filters.install(.blocks, reading))
    time.seconds.store(6, ordering: .relaxed)
    let second = try #require(filters.install(.blocks, reading))
    #expect(first != second && filters.install(.blocks, reading) == nil)
    time.seconds.store(11, ordering: .relaxed)
    #expect(filters.find(second) != nil && filters.find(first) == nil && filters.count == 1)
    #expect(filters.install(.arrivals, reading) != nil)
    // Used at 11, so that it lives until 21.
    time.seconds.store(21, ordering: .relaxed)
    #expect(filters.find(second) != nil)
    time.seconds.store(40, ordering: .relaxed)
    #expect(filters.install(.blocks, reading) != nil && filters.count == 1)
    #expect(!filters.remove(second))
  }

  @Test("A filter that slept longer than memory is told what it missed, and goes on")
  func forgotten() throws {
    let network = try TestNetwork(memory: 20_000)
    let blocks = try install(network, "eth_newBlockFilter")
    for nonce in 0..<40 as Range<UInt64> {
      _ = try transfer(network, nonce)
      network.makeBlock()
    }
    let first = network.chain.firstHeight
    try #require(first > 1)
    let failure = try network.failure("eth_getFilterChanges", #"["\#(blocks)"]"#)
    #expect(failure.code == "4444" && failure.message.contains("blocks 1 to \(first - 1) are"))
    #expect(try changes(network, blocks).count == Int(40 - first + 1))
  }
}
