import Cryptography
import Economy
import Primitives
import Testing

@testable import Engine
@testable import Interface

@Suite struct PoolMethodsTests {
  @Test("What waits is listed by account and nonce, what stands behind a gap apart")
  func contents() throws {
    let network = try TestNetwork()
    func draft(_ nonce: UInt64) -> Draft {
      Draft(nonce: nonce, to: network.keys[3].address, value: 7 * TestNetwork.weiPerUnit)
    }
    for nonce in [0, 1, 5] as [UInt64] {
      try network.send(draft(nonce).sign(network.keys[0]))
    }
    let lone = try network.send(draft(3).sign(network.keys[1]))
    #expect(
      try network.result("txpool_status").text == #"{"pending":"0x2","queued":"0x2"}"#)
    let (first, second) = (
      network.keys[0].address.checksummed, network.keys[1].address.checksummed
    )
    let contents = try network.result("txpool_content")
    #expect(contents["pending"]?.members?.map(\.name) == [first])
    #expect(contents["pending"]?[first]?.members?.map(\.name) == ["0", "1"])
    #expect(contents["queued"]?[first]?.members?.map(\.name) == ["5"])
    #expect(contents["queued"]?[second]?["3"]?["hash"] == .string(lone))
    #expect(contents["queued"]?[second]?["3"]?["blockHash"] == .null)
    let own = try network.result(
      "txpool_contentFrom", #"["\#(network.keys[0].address.text)"]"#)
    #expect(own["pending"] == contents["pending"]?[first])
    #expect(own["queued"] == contents["queued"]?[first])
    let nobody = try network.result(
      "txpool_contentFrom", #"["\#(network.keys[3].address.text)"]"#)
    #expect(nobody.text == #"{"pending":{},"queued":{}}"#)
    let text = try network.result("txpool_inspect")["pending"]?[first]?["0"]?.string
    let to = network.keys[3].address.checksummed
    #expect(text == "\(to): 700000000000000 wei + 100000 gas × 200000000000 wei")
    network.makeBlock()
    #expect(
      try network.result("txpool_status").text == #"{"pending":"0x0","queued":"0x2"}"#)
  }

  @Test("A pool that is too large for one answer is refused, and says what to ask instead")
  func tooMany() throws {
    let network = try TestNetwork()
    #expect(network.chain.waiting(limit: 0)?.isEmpty == true)
    try network.send(
      Draft(nonce: 0, to: network.keys[3].address, value: TestNetwork.weiPerUnit)
        .sign(network.keys[0]))
    #expect(network.chain.waiting(limit: 0) == nil && network.chain.waiting(limit: 1)?.count == 1)
  }

  @Test("Arrivals are a ring: what is forgotten is skipped, never repeated")
  func arrivals() {
    let network = try? TestNetwork()
    #expect(network?.chain.arrivals(from: 0, limit: 5).hashes.isEmpty == true)
    var ring = Arrivals()
    let count = UInt64(Arrivals.capacity + 10)
    for number in 0..<count { ring.append(Digest(w0: number, w1: 0, w2: 0, w3: 0)) }
    #expect(ring.count == count && ring.first == 10)
    #expect(ring.read(from: 0, limit: 2).map(\.w0) == [10, 11])
    #expect(ring.read(from: count - 1, limit: 9).map(\.w0) == [count - 1])
    #expect(ring.read(from: count, limit: 9).isEmpty)
  }
}
