/// What a server answered.
public struct HTTPReply: Sendable {
  /// 200 to 599.
  public let status: Int
  /// In the order they came, at most 256.
  public let headers: [HTTPHeader]
  /// Chunks already joined; at most `HTTPClient.maximumBodyBytes`.
  public let body: [UInt8]

  /// First value of a header, whatever the case of its name.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// Reads what a server says on a socket that is connected and does not block, and closes it.
  package static func read(
    fromConnected handle: Int32, within milliseconds: Int64, maximumBodyBytes: Int
  ) throws(HTTPClientFailure) -> HTTPReply {
    var socket = ClientSocket(connected: handle, until: monotonicMilliseconds() + milliseconds)
    return try read(from: &socket, maximumBodyBytes: maximumBodyBytes)
  }

  static func read(
    from socket: inout ClientSocket, maximumBodyBytes: Int
  ) throws(HTTPClientFailure) -> HTTPReply {
    var head = try readHead(from: &socket)
    // 100 Continue and 103 Early Hints come before the answer.
    var interim = 0
    while head.status < 200 {
      interim += 1
      guard interim <= 8 else { throw socket.malformed("too many interim answers") }
      head = try readHead(from: &socket)
    }
    let body = try readBody(of: head, from: &socket, maximum: maximumBodyBytes)
    return HTTPReply(status: head.status, headers: head.headers, body: body)
  }

  private static func readHead(
    from socket: inout ClientSocket
  ) throws(HTTPClientFailure) -> HTTPReply {
    let start = try socket.line(maximum: 8192)
    let words = start.split(separator: 32, maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count >= 2, words[0].starts(with: "HTTP/1.".utf8), words[1].count == 3,
      let status = Int(String(decoding: words[1], as: UTF8.self)), (100...599).contains(status)
    else { throw socket.malformed("it does not begin with an HTTP status line") }
    var headers: [HTTPHeader] = []
    while true {
      let line = try socket.line(maximum: 16 << 10)
      if line.isEmpty { break }
      guard headers.count < 256 else { throw socket.malformed("over 256 headers") }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else {
        throw socket.malformed("a header without a colon")
      }
      headers.append(
        HTTPHeader(
          String(decoding: line[..<colon], as: UTF8.self),
          String(decoding: trimmed(line[(colon + 1)...]), as: UTF8.self)))
    }
    return HTTPReply(status: status, headers: headers, body: [])
  }

  private static func readBody(
    of head: HTTPReply, from socket: inout ClientSocket, maximum: Int
  ) throws(HTTPClientFailure) -> [UInt8] {
    if head.status == 204 || head.status == 304 { return [] }
    if head.header("Transfer-Encoding")?.lowercased() == "chunked" {
      return try readChunks(from: &socket, maximum: maximum)
    }
    guard let text = head.header("Content-Length") else {
      return try readToEnd(from: &socket, maximum: maximum)
    }
    guard let length = Int(text), length >= 0 else {
      throw socket.malformed("its Content-Length is no number")
    }
    guard length <= maximum else { throw socket.tooLarge(maximum) }
    var body: [UInt8] = []
    try readExactly(length, into: &body, from: &socket)
    return body
  }

  private static func readChunks(
    from socket: inout ClientSocket, maximum: Int
  ) throws(HTTPClientFailure) -> [UInt8] {
    var body: [UInt8] = []
    while true {
      let line = try socket.line(maximum: 1024)
      let digits = trimmed(line.prefix { $0 != UInt8(ascii: ";") })
      guard (1...8).contains(digits.count),
        let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size >= 0
      else { throw socket.malformed("a chunk without a size") }
      if size == 0 { break }
      guard size <= maximum - body.count else { throw socket.tooLarge(maximum) }
      try readExactly(size, into: &body, from: &socket)
      guard try socket.line(maximum: 2).isEmpty else {
        throw socket.malformed("a chunk longer than it says")
      }
    }
    for _ in 0..<256 where try socket.line(maximum: 16 << 10).isEmpty { return body }
    throw socket.malformed("over 256 trailers")
  }

  private static func readToEnd(
    from socket: inout ClientSocket, maximum: Int
  ) throws(HTTPClientFailure) -> [UInt8] {
    var body: [UInt8] = []
    while true {
      let piece = try socket.some(upTo: 64 << 10)
      if piece.isEmpty { return body }
      guard piece.count <= maximum - body.count else { throw socket.tooLarge(maximum) }
      body += piece
    }
  }

  private static func readExactly(
    _ count: Int, into body: inout [UInt8], from socket: inout ClientSocket
  ) throws(HTTPClientFailure) {
    var left = count
    while left > 0 {
      let piece = try socket.some(upTo: left)
      if piece.isEmpty { throw .closed(host: socket.host, port: socket.port) }
      body += piece
      left -= piece.count
    }
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = bytes
    while rest.first == 32 || rest.first == 9 { rest = rest.dropFirst() }
    while rest.last == 32 || rest.last == 9 { rest = rest.dropLast() }
    return rest
  }
}

extension ClientSocket {
  fileprivate func malformed(_ reason: String) -> HTTPClientFailure {
    .malformed(host: host, port: port, reason: reason)
  }

  fileprivate func tooLarge(_ maximum: Int) -> HTTPClientFailure {
    malformed("its body is over \(maximum) bytes")
  }
}
