internal import Glibc

/// Where a client comes from, as far as limits tell clients apart: an IPv4 address, or the first 64
/// bits of an IPv6 address, since whoever has one address there has 2^64 of them.
public struct ClientAddress: Sendable, Hashable {
  private enum Family: Sendable { case v4, v6, local }

  private let family: Family
  private let bits: UInt64

  private init(_ family: Family, _ bits: UInt64) {
    self.family = family
    self.bits = bits
  }

  /// A program of this machine, over a socket in the file system.
  public static let local = ClientAddress(.local, 0)

  /// From a numeric address; nil for anything else.
  public init?(_ text: String) {
    var v4 = in_addr()
    var v6 = in6_addr()
    if inet_pton(AF_INET, text, &v4) == 1 {
      self.init(.v4, UInt64(UInt32(bigEndian: v4.s_addr)))
    } else if inet_pton(AF_INET6, text, &v6) == 1 {
      self.init(withUnsafeBytes(of: v6) { Array($0) })
    } else {
      return nil
    }
  }

  init(_ address: UnsafePointer<sockaddr>?) {
    switch address.map({ Int32($0.pointee.sa_family) }) {
    case AF_INET:
      let v4 = address.map { UnsafeRawPointer($0).load(as: sockaddr_in.self).sin_addr.s_addr }
      self.init(.v4, UInt64(UInt32(bigEndian: v4 ?? 0)))
    case AF_INET6:
      var v6 = address.map { UnsafeRawPointer($0).load(as: sockaddr_in6.self).sin6_addr }
      self.init(withUnsafeBytes(of: &v6) { Array($0.prefix(16)) })
    default: self = .local
    }
  }

  /// - Parameter v6: the 16 bytes of an IPv6 address.
  private init(_ v6: [UInt8]) {
    let word: (ArraySlice<UInt8>) -> UInt64 = { $0.reduce(0) { $0 << 8 | UInt64($1) } }
    let (high, low) = (word(v6[0..<8]), word(v6[8..<16]))
    if high == 0, low >> 32 == 0xffff {
      self.init(.v4, low & 0xffff_ffff)
    } else if high == 0, low == 1 {
      // ::1 alone is loopback; its 64 bits are shared with nobody who could connect.
      self.init(.v6, 0)
    } else {
      self.init(.v6, high)
    }
  }

  /// True for this machine.
  public var isLoopback: Bool {
    switch family {
    case .v4: bits >> 24 == 127
    case .v6: bits == 0
    case .local: true
    }
  }

  /// Such as `192.0.2.7` or `2001:db8:0:1::/64`.
  public var text: String {
    switch family {
    case .local: return "local"
    case .v4: return (0..<4).map { String(bits >> (24 - 8 * $0) & 0xff) }.joined(separator: ".")
    case .v6:
      if bits == 0 { return "::1" }
      let words = (0..<4).map { String(bits >> (48 - 16 * $0) & 0xffff, radix: 16) }
      return words.joined(separator: ":") + "::/64"
    }
  }
}

/// What is known of a request before its body is read.
public struct HTTPRequestHead: Sendable {
  /// The request's method.
  public let method: HTTPMethod
  /// As sent: the path with its query, still encoded.
  public let target: String
  /// Who asks, as the connection says.
  public let client: ClientAddress
  /// What Content-Length promises; nil where a body comes in chunks.
  public let bodyBytes: Int?
  let fields: HTTPFields

  /// First value of a header, whatever the case of its name.
  public func header(_ name: String) -> String? { fields.first(name) }
}
