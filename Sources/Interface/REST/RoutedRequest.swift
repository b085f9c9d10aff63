/// One request as the interface sees it, whatever brought it here.
public struct RoutedRequest: Sendable {
  /// In capitals, such as `POST`.
  public let method: String
  /// Decoded, without the query.
  public let path: String
  /// What stood after `?`, still percent-encoded.
  public let query: String?
  public let body: [UInt8]
  /// What the client may still ask for; nil where it is not limited.
  public let allowance: ClientAllowance?
  /// The first value of a header, whatever the case of its name.
  public let header: @Sendable (String) -> String?

  public init(
    method: String, path: String, query: String? = nil, body: [UInt8] = [],
    allowance: ClientAllowance? = nil,
    header: @escaping @Sendable (String) -> String? = { _ in nil }
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.body = body
    self.allowance = allowance
    self.header = header
  }

  /// True for GET and HEAD.
  var isReading: Bool { method == "GET" || method == "HEAD" }

  /// The query's names and values in order, decoded; nil where it is badly encoded.
  var queryItems: [(name: String, value: String)]? {
    guard let query else { return [] }
    var items: [(name: String, value: String)] = []
    for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(parts[0]),
        let value = parts.count == 2 ? Self.decoded(parts[1]) : ""
      else { return nil }
      items.append((name, value))
    }
    return items
  }

  /// Percent-decoded, `+` a blank; nil where an escape is cut or the bytes are no UTF-8.
  private static func decoded(_ text: Substring.UTF8View.SubSequence) -> String? {
    var bytes: [UInt8] = []
    var rest = text.makeIterator()
    while let byte = rest.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else {
          return nil
        }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}
