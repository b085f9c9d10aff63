import Arguments
import Engine
import Node

/// What `serve` takes in and from whom: encryption, connections, rates, the pool.
enum AdmissionOptions {
  static let rows = [
    Option(
      "tls-certificate", .path, "FILE",
      help: "Speak TLS with this certificate (PEM, its chain behind it); SIGHUP reads it again.",
      environment: .section("serve")),
    Option(
      "tls-key", .path, "FILE",
      help: "The certificate's key (PEM, no password, readable by its owner alone).",
      environment: .section("serve")),
    Option(
      "insecure-public", .flag,
      help: "Allow addresses besides loopback without encryption; /network tells it.",
      environment: .section("serve")),
    Option(
      "admin-socket", .path, "FILE",
      help: "The operator's socket, for freehold admin; admin.sock in the data folder if none.",
      environment: .section("serve")),
    Option(
      "max-connections", .number(1...100_000), "COUNT",
      help: "Open connections; further ones are told 503.", defaultValue: "1024",
      environment: .section("serve")),
    Option(
      "max-connections-per-client", .number(0...100_000), "COUNT",
      help: "Of one address (IPv6: of one /64) besides loopback; 0 for no limit.",
      defaultValue: "128", environment: .section("serve")),
    Option(
      "request-rate", .number(0...Allowance.most), "UNITS",
      help: "Units of work a second for each client, ten times as many at once; 0 for no limit.",
      defaultValue: "200", environment: .section("serve")),
    Option(
      "submit-rate", .number(0...Allowance.most), "COUNT",
      help: "Transactions a second from each client, ten times as many at once; 0 for no limit.",
      defaultValue: "100", environment: .section("serve")),
    Option(
      "account-rate", .number(0...Allowance.most), "COUNT",
      help: "Transactions a second signed by each account, likewise; 0 for no limit.",
      defaultValue: "0", environment: .section("serve")),
    Option(
      "limit-loopback", .flag, help: "Limit this machine's own clients as well.",
      environment: .section("serve")),
    Option(
      "behind-proxy", .flag,
      help: "Loopback is a proxy: the last entry of X-Forwarded-For is the client.",
      environment: .section("serve")),
    Option(
      "pool-transactions", .number(1...10_000_000), "COUNT",
      help: "Transactions that may wait; best what blocks take in a few seconds.",
      defaultValue: String(PoolLimits.transactions), environment: .section("serve")),
    Option(
      "pool-mib", .number(1...65_536), "MIB", help: "Their bytes together, in MiB.",
      defaultValue: String(PoolLimits.bytes >> 20), environment: .section("serve")),
  ]

  /// Puts into the configuration what the command line says; the text of a usage error, or nil.
  static func apply(_ match: Match, to configuration: inout NodeConfiguration) -> String? {
    switch (match.text("tls-certificate"), match.text("tls-key")) {
    case (let certificate?, let key?):
      configuration.certificate = CertificateFiles(certificate: certificate, key: key)
    case (nil, nil): break
    default: return "--tls-certificate and --tls-key belong together: give both"
    }
    func number(_ name: String) -> UInt64 { match.number(name) ?? 0 }
    func allowance(_ name: String) -> Allowance {
      Allowance(perSecond: number(name), burst: ClientRates.burst(number(name)))
    }
    configuration.connections = Int(number("max-connections"))
    configuration.connectionsPerClient = Int(number("max-connections-per-client"))
    configuration.rates = ClientRates(
      requests: allowance("request-rate"), submissions: allowance("submit-rate"),
      limitsLoopback: match.flag("limit-loopback"))
    configuration.accountAllowance = allowance("account-rate")
    configuration.isBehindProxy = match.flag("behind-proxy")
    configuration.pool = PoolSize(
      bytes: Int(number("pool-mib")) << 20, transactions: Int(number("pool-transactions")))
    return nil
  }
}
