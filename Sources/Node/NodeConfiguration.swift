public import Engine
public import HTTP
public import Storage

/// Where a node listens and what it may use.
public struct NodeConfiguration: Sendable {
  public var host: String
  public var port: UInt16
  /// True where addresses besides loopback may be bound without encryption.
  public var isPublic: Bool
  /// When checkpoints are written and what is kept.
  public var checkpoints: CheckpointPolicy
  /// True where metrics are for other machines too.
  public var tellsMetrics = false
  /// True where the index is kept.
  public var keepsIndex = true
  /// Bytes of recent blocks that stay in memory.
  public var memoryBytes = 1 << 30
  /// The certificate of a node that speaks TLS.
  public var certificate: CertificateFiles?
  /// How many connections may be open; further ones are told 503.
  public var connections = 1_024
  /// How many of them one client may have; 0 for no limit. This machine's own are not counted.
  public var connectionsPerClient = 128
  /// What each client may ask for.
  public var rates = ClientRates()
  /// True where a proxy on this machine says in X-Forwarded-For whom it speaks for.
  public var isBehindProxy = false
  /// How much may wait for a block.
  public var pool = PoolSize()
  /// What each signing account may send.
  public var accountAllowance = Allowance.unlimited

  public init(
    host: String, port: UInt16, isPublic: Bool, checkpoints: CheckpointPolicy = CheckpointPolicy()
  ) {
    self.host = host
    self.port = port
    self.isPublic = isPublic
    self.checkpoints = checkpoints
  }

  /// How clients are met, in one word for `/network`.
  var transport: String {
    if certificate != nil { return "tls" }
    return HTTPConfiguration.isLoopback(host) ? "loopback" : "insecure-public"
  }

  /// What the transport is started with.
  func http(
    _ admit: @escaping @Sendable (HTTPRequestHead) -> HTTPResponse?
  ) throws(DataFolderFailure) -> HTTPConfiguration {
    var http = HTTPConfiguration(address: host, port: port)
    http.allowPublic = isPublic
    http.crossOrigin = HTTPCrossOrigin(
      allowHeaders: ["content-type", "idempotency-key", "if-none-match"],
      exposeHeaders: ["ETag", "Idempotency-Replayed", "Link", "Location", "Retry-After"])
    http.maximumConnections = connections
    http.maximumConnectionsPerAddress = connectionsPerClient
    http.limitsLoopback = rates.limitsLoopback
    http.certificate = try certificate?.load()
    http.admit = admit
    return http
  }
}

/// Why a node does not start.
public enum NodeFailure: Error, Sendable {
  case folder(DataFolderFailure)
  case replay(ReplayFailure)
  case storage(StorageFailure)
  case http(HTTPServerFailure)

  /// What is wrong and how to repair it.
  public var text: String {
    switch self {
    case .folder(let failure): failure.text
    case .replay(let failure): failure.text
    case .storage(let failure): failure.description
    case .http(let failure): failure.description
    }
  }
}
