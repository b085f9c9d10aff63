/// The methods this server knows (RFC 9110, RFC 5789).
public enum HTTPMethod: String, Sendable, CaseIterable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"
}

/// One whole request. A value: it may outlive the connection and move between threads.
public struct HTTPRequest: Sendable {
  /// HEAD is to be treated as GET; the server drops the answer's body.
  public let method: HTTPMethod
  /// Decoded path, always beginning with `/`, valid UTF-8, without NUL.
  public let path: String
  /// What stood after `?`, still percent-encoded; nil where there was no `?`.
  public let query: String?
  /// At most `HTTPConfiguration.maximumBodyBytes`.
  public let body: [UInt8]
  /// The client's numeric address, without port.
  public let remoteAddress: String
  /// The same as far as limits tell clients apart.
  public let client: ClientAddress
  let fields: HTTPFields

  /// First value of a header, whatever the case of its name.
  public func header(_ name: String) -> String? { fields.first(name) }

  /// First value of a query parameter, decoded (`+` is a blank); nil where it is absent or badly
  /// encoded.
  public func query(_ name: String) -> String? {
    guard let query else { return nil }
    for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard percentDecoded(parts[0], plusIsBlank: true) == name else { continue }
      return parts.count == 2 ? percentDecoded(parts[1], plusIsBlank: true) : ""
    }
    return nil
  }
}

/// Request headers in one flat buffer, so that a request costs one allocation for them and text is
/// made only of what a handler asks for.
struct HTTPFields: Sendable {
  /// For each field: 4 bytes length of the name, 4 of the value, little endian, then both.
  private var storage: [UInt8] = []

  mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    if storage.isEmpty { storage.reserveCapacity(512) }
    appendLength(name.count)
    appendLength(value.count)
    storage.append(contentsOf: name)
    storage.append(contentsOf: value)
  }

  private mutating func appendLength(_ length: Int) {
    let word = UInt32(truncatingIfNeeded: length)
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      storage.append(UInt8(truncatingIfNeeded: word >> shift))
    }
  }

  private func length(at index: Int) -> Int {
    Int(storage[index]) | Int(storage[index + 1]) << 8 | Int(storage[index + 2]) << 16
      | Int(storage[index + 3]) << 24
  }

  func first(_ name: String) -> String? {
    var found: String?
    forEach(name) { value in
      if found == nil { found = String(decoding: value, as: UTF8.self) }
    }
    return found
  }

  func all(_ name: String) -> [String] {
    var found: [String] = []
    forEach(name) { found.append(String(decoding: $0, as: UTF8.self)) }
    return found
  }

  private func forEach(_ name: String, _ body: (ArraySlice<UInt8>) -> Void) {
    var index = 0
    let wanted = name.utf8.count
    while index < storage.count {
      let nameLength = length(at: index)
      let valueLength = length(at: index + 4)
      let start = index + 8
      let end = start + nameLength + valueLength
      if nameLength == wanted
        && zip(storage[start..<start + nameLength], name.utf8)
          .allSatisfy({ lowercased($0) == lowercased($1) })
      {
        body(storage[start + nameLength..<end])
      }
      index = end
    }
  }
}

/// ASCII lower case; other bytes unchanged.
func lowercased(_ byte: UInt8) -> UInt8 {
  byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}

/// The path and query of a request target in origin form or absolute form (RFC 9112 section 3.2);
/// nil for anything else, and for a path that is badly encoded.
package func splitTarget(_ target: String) -> (path: String, query: String?)? {
  // The library below hands on none; whoever else calls this gets what the path promises.
  guard !target.utf8.contains(0) else { return nil }
  var rest = Substring(target)
  if let scheme = ["http://", "https://"].first(where: { rest.hasPrefix($0) }) {
    rest = rest.dropFirst(scheme.count)
    guard let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) else { return ("/", nil) }
    rest = rest[slash...]
  }
  guard rest.utf8.first == UInt8(ascii: "/") else { return nil }
  let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?"))
  let query = mark.map { String(rest[rest.utf8.index(after: $0)...]) }
  let path = rest[..<(mark ?? rest.endIndex)]
  guard path.utf8.contains(UInt8(ascii: "%")) else {
    return (String(path), query)
  }
  guard let decoded = percentDecoded(path.utf8, plusIsBlank: false) else { return nil }
  return (decoded, query)
}

/// RFC 3986 section 2.1. nil: a `%` without two hex digits, a NUL, or bytes that are no UTF-8.
package func percentDecoded(_ text: some Sequence<UInt8>, plusIsBlank: Bool) -> String? {
  var bytes: [UInt8] = []
  var rest = text.makeIterator()
  while let byte = rest.next() {
    switch byte {
    case UInt8(ascii: "%"):
      guard let high = rest.next().flatMap(hexValue), let low = rest.next().flatMap(hexValue),
        high | low != 0
      else { return nil }
      bytes.append(high << 4 | low)
    case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
    default: bytes.append(byte)
    }
  }
  return String(validating: bytes, as: UTF8.self)
}

/// The value of one hexadecimal digit.
func hexValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
