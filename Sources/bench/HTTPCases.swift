import Cryptography
import Economy
import EconomyFile
import Engine
import Glibc
import Node
import Primitives

/// A whole node on a port of loopback, with funded accounts that can sign.
final class LoopbackNode {
  let node: RunningNode
  let keys: [PrivateKey]
  let form: TransactionForm
  let load: LoadGenerator
  /// The same with so many requests under way at once as many clients make.
  let crowd: LoadGenerator
  private var nonces: [UInt64]
  private var next = 0

  /// - Parameter economy: the texts of the economy file and its overlays.
  init(economy: String, overlays: [String], folder: String) throws {
    keys = Population.keys(2_000)
    nonces = Array(repeating: 0, count: keys.count)
    let grants = keys.map { key in
      """
      {"to": "\(key.address.checksummed)", "tokens": "1000", "from": "treasury.business"}
      """
    }
    let overlay = "{\"grants\": [\(grants.joined(separator: ","))]}"
    let data = DataFolder(folder)
    do throws(DataFolderFailure) {
      _ = try data.create(
        economy: economy, overlays: overlays + [overlay], time: LogicalTime(1_800_000_000))
    } catch {
      throw BenchFailure(error.text)
    }
    var configuration = NodeConfiguration(host: "127.0.0.1", port: 0, isPublic: false)
    configuration.connections = 2_048
    do throws(NodeFailure) {
      node = try RunningNode(
        folder: data, configuration: configuration,
        progress: { _ in },
        notify: { notice in
          if case .failed(let text) = notice { complain("engine: \(text)\n") }
        })
    } catch {
      throw BenchFailure(error.text)
    }
    form = TransactionForm(node.chain.genesis)
    load = try LoadGenerator(port: node.port, connections: 16)
    crowd = try LoadGenerator(port: node.port, connections: 1_000)
  }

  /// The next signed transfers, the senders in turn, in hexadecimal.
  func signed(_ count: Int) -> [String] {
    let intents = (0..<count).map { _ in
      next = (next + 1) % keys.count
      defer { nonces[next] += 1 }
      return TransferIntent(
        sender: next, nonce: nonces[next], to: keys[(next * 7 + 1) % keys.count].address, units: 1)
    }
    let form = form
    return Parallel.map(count) { [keys] in
      Hex.text(form.signed(intents[$0], keys[intents[$0].sender]))
    }
  }

  func settle() {
    while node.chain.waitingSize.count > 0 { usleep(500) }
  }

  func stop() { node.stop() }
}

/// Requests through the real server: reading a balance or sending a transfer, alone or a hundred in
/// one request. The client's thread is part of the same processors.
final class HTTPCase: BenchCase {
  enum Kind { case balance, send, sendCrowd, balanceBatch, sendBatch }

  let name: String
  let unit: String
  let note: String
  private let node: LoopbackNode
  private let kind: Kind
  private let count: Int
  private var requests: [[UInt8]] = []

  init(_ node: LoopbackNode, _ kind: Kind, plan: Plan) {
    self.node = node
    self.kind = kind
    let scale = plan.isQuick ? 1 : 4
    switch kind {
    case .balance:
      (name, unit) = ("http.balance", "requests/s")
      note = "eth_getBalance, one a request, 16 connections"
      count = 10_000 * scale
    case .send:
      (name, unit) = ("http.send", "requests/s")
      note = "eth_sendRawTransaction, one a request, 16 connections"
      count = 4_000 * scale
    case .sendCrowd:
      (name, unit) = ("http.send.crowd", "requests/s")
      note = "eth_sendRawTransaction, one a request, 1,000 connections, until committed"
      count = 8_000 * scale
    case .balanceBatch:
      (name, unit) = ("http.balance.batch", "calls/s")
      note = "eth_getBalance, 100 a request"
      count = 40_000 * scale
    case .sendBatch:
      (name, unit) = ("http.send.batch", "calls/s")
      note = "eth_sendRawTransaction, 100 a request"
      count = 8_000 * scale
    }
  }

  func prepare() throws {
    let bodies: [String]
    switch kind {
    case .balance, .balanceBatch:
      bodies = (0..<count).map { index in
        let address = Hex.text(node.keys[index % node.keys.count].address.bytes)
        return "{\"jsonrpc\":\"2.0\",\"id\":\(index),\"method\":\"eth_getBalance\","
          + "\"params\":[\"\(address)\",\"latest\"]}"
      }
    case .send, .sendCrowd, .sendBatch:
      bodies = node.signed(count).enumerated().map { index, raw in
        "{\"jsonrpc\":\"2.0\",\"id\":\(index),\"method\":\"eth_sendRawTransaction\","
          + "\"params\":[\"\(raw)\"]}"
      }
    }
    switch kind {
    case .balance, .send, .sendCrowd: requests = bodies.map { LoadGenerator.request($0) }
    case .balanceBatch, .sendBatch:
      requests = stride(from: 0, to: count, by: 100).map { start in
        LoadGenerator.request(
          "[" + bodies[start..<min(count, start + 100)].joined(separator: ",") + "]")
      }
    }
  }

  func measure() throws -> Sample {
    let start = now()
    if kind == .sendCrowd {
      try node.crowd.run(requests)
      node.settle()
    } else {
      try node.load.run(requests)
    }
    let taken = now() - start
    requests = []
    node.settle()
    return Sample(value: Double(count) / taken, count: count)
  }
}
