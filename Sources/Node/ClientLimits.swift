public import Engine
internal import HTTP
internal import Interface
internal import Primitives
internal import Synchronization

/// How much each client may ask of a node. A client is an address, or an IPv6 network of 64 bits.
public struct ClientRates: Sendable, Equatable {
  /// Units of work: a request costs one, more where it is large or makes the node work.
  public var requests: Allowance
  /// Transactions sent.
  public var submissions: Allowance
  /// Whether this machine's own programs are limited as well.
  public var limitsLoopback: Bool

  /// What goes with a rate where nothing else is said: ten seconds of it at once.
  public static func burst(_ rate: UInt64) -> UInt64 { min(rate, Allowance.most / 10) * 10 }

  public init(
    requests: Allowance = Allowance(perSecond: 200, burst: 2_000),
    submissions: Allowance = Allowance(perSecond: 100, burst: 1_000),
    limitsLoopback: Bool = false
  ) {
    self.requests = requests
    self.submissions = submissions
    self.limitsLoopback = limitsLoopback
  }
}

/// Counts what each client asks for and turns away what is too much, before its body is read and
/// again before what it asks for is done.
final class ClientLimits: Sendable {
  /// Bytes of a body that cost one unit.
  private static let unitBytes = 16 << 10

  private struct State {
    var requests: TokenBuckets<ClientAddress>
    var submissions: TokenBuckets<ClientAddress>
    var limitsLoopback: Bool
  }

  /// Requests turned away.
  let refused = Counter()
  private let isBehindProxy: Bool
  private let state: Mutex<State>

  /// - Parameter isBehindProxy: a proxy on this machine says in X-Forwarded-For who its client is.
  init(_ rates: ClientRates, isBehindProxy: Bool) {
    self.isBehindProxy = isBehindProxy
    state = Mutex(
      State(
        requests: TokenBuckets(rates.requests), submissions: TokenBuckets(rates.submissions),
        limitsLoopback: rates.limitsLoopback))
  }

  /// In force from the next request on; what was used before counts on.
  var rates: ClientRates {
    get {
      state.withLock {
        ClientRates(
          requests: $0.requests.allowance, submissions: $0.submissions.allowance,
          limitsLoopback: $0.limitsLoopback)
      }
    }
    set {
      state.withLock {
        $0.requests.allowance = newValue.requests
        $0.submissions.allowance = newValue.submissions
        $0.limitsLoopback = newValue.limitsLoopback
      }
    }
  }

  /// Clients that are remembered.
  var clients: Int { state.withLock { max($0.requests.count, $0.submissions.count) } }

  /// Why a request is turned away on its headers alone; nil lets it in.
  func admit(_ head: HTTPRequestHead) -> HTTPResponse? {
    // What has no length may be as long as any.
    let bytes = head.bodyBytes ?? Limits.requestBytes
    let cost = 1 + UInt64(max(0, bytes) / Self.unitBytes)
    let client = client(head.client) { head.header($0) }
    guard let seconds = take(client, work: cost, submissions: 0) else { return nil }
    let isCall = head.method == .post && head.target.prefix(while: { $0 != "?" }) == "/"
    return HTTPResponse(Readiness.refuse(tooMuch: seconds, isCall: isCall))
  }

  /// What the client of a request that was let in may still spend.
  func allowance(_ request: HTTPRequest) -> ClientAllowance { allowance(request, paid: 1) }

  /// What the client of a conversation may spend on each of its messages.
  func conversation(_ request: HTTPRequest) -> ClientAllowance { allowance(request, paid: 0) }

  private func allowance(_ request: HTTPRequest, paid: UInt64) -> ClientAllowance {
    allowance(of: client(request.client) { request.header($0) }, paid: paid)
  }

  /// What a client may spend, whatever its requests say.
  func allowance(of client: ClientAddress, paid: UInt64 = 0) -> ClientAllowance {
    ClientAllowance(paid: paid) { [self] work, submissions in
      take(client, work: work, submissions: submissions)
    }
  }

  private func client(
    _ address: ClientAddress, _ header: (String) -> String?
  ) -> ClientAddress {
    guard isBehindProxy, address.isLoopback, let list = header("X-Forwarded-For") else {
      return address
    }
    // The proxy adds the client it saw as the last; what stands before that, the client wrote.
    let last = list.split(separator: ",").last.map { $0.filter { $0 != " " && $0 != "\t" } }
    return last.flatMap { ClientAddress($0) } ?? address
  }

  /// Takes both or nothing; seconds to wait where they are not there.
  private func take(_ client: ClientAddress, work: UInt64, submissions: UInt64) -> UInt64? {
    let now = Monotonic.nanoseconds()
    let wait = state.withLock { state -> UInt64? in
      if client.isLoopback, !state.limitsLoopback { return nil }
      if let wait = state.submissions.wait(submissions, client, at: now) { return wait }
      if let wait = state.requests.take(work, client, at: now) { return wait }
      return state.submissions.take(submissions, client, at: now)
    }
    guard let wait else { return nil }
    refused.add()
    return wait / 1_000_000_000 + 1
  }
}
