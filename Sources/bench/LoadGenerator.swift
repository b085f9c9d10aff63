import Glibc

/// A client of one thread over some kept-alive connections: one request is under way on each.
final class LoadGenerator {
  private var connections: [Connection] = []

  init(port: UInt16, connections count: Int) throws {
    for _ in 0..<count { connections.append(try Connection(port: port)) }
  }

  /// Sends every request once and waits for all answers; an answer that is not 200 or holds an
  /// error ends the run.
  func run(_ requests: [[UInt8]]) throws {
    var sent = 0
    var answered = 0
    for connection in connections where sent < requests.count {
      try connection.send(requests[sent])
      sent += 1
    }
    while answered < requests.count {
      let connection = connections[answered % connections.count]
      try connection.receive()
      answered += 1
      if sent < requests.count {
        try connection.send(requests[sent])
        sent += 1
      }
    }
  }

  /// A POST of JSON to `/`.
  static func request(_ body: String) -> [UInt8] {
    Array(
      ("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        + "Content-Length: \(body.utf8.count)\r\n\r\n" + body).utf8)
  }
}

private final class Connection {
  private let socket: Int32
  private var buffer = [UInt8](repeating: 0, count: 1 << 14)
  private var filled = 0

  init(port: UInt16) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
    }
    guard code == 0 else { throw BenchFailure("no connection to port \(port): errno \(errno)") }
    var one: Int32 = 1
    setsockopt(
      socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(socket) }

  func send(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { part in
        Glibc.send(socket, part.baseAddress.map { $0 + done }, bytes.count - done, 0)
      }
      guard count > 0 else { throw BenchFailure("the server closed: errno \(errno)") }
      done += count
    }
  }

  /// Reads one whole answer.
  func receive() throws {
    filled = 0
    while true {
      if filled == buffer.count { buffer += [UInt8](repeating: 0, count: buffer.count) }
      let count = buffer.withUnsafeMutableBytes { part in
        recv(socket, part.baseAddress.map { $0 + filled }, part.count - filled, 0)
      }
      guard count > 0 else { throw BenchFailure("the server closed: errno \(errno)") }
      filled += count
      if let end = try answerEnd(), filled >= end { return }
    }
  }

  /// Where the answer ends, once its head is there.
  private func answerEnd() throws -> Int? {
    guard let head = find("\r\n\r\n", 0) else { return nil }
    guard find("HTTP/1.1 200", 0) == 12 else {
      throw BenchFailure(
        "an answer is not 200: " + String(decoding: buffer[0..<filled], as: UTF8.self))
    }
    guard var place = find("Content-Length: ", 0, ignoringCase: true) else {
      throw BenchFailure("an answer has no length")
    }
    var length = 0
    while place < head, buffer[place] >= 48, buffer[place] <= 57 {
      length = length * 10 + Int(buffer[place] - 48)
      place += 1
    }
    if filled >= head + length, find("\"error\"", head) != nil {
      throw BenchFailure(
        "an answer holds an error: "
          + String(decoding: buffer[head..<filled].prefix(400), as: UTF8.self))
    }
    return head + length
  }

  /// Where `text` ends, at or after `start`.
  private func find(_ text: StaticString, _ start: Int, ignoringCase: Bool = false) -> Int? {
    let count = text.utf8CodeUnitCount
    return buffer.withUnsafeBytes { part -> Int? in
      guard let first = part.baseAddress else { return nil }
      var place = start
      while place + count <= filled {
        let begin = (first + place).assumingMemoryBound(to: CChar.self)
        let wanted = UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
        let order =
          ignoringCase ? strncasecmp(begin, wanted, count) : memcmp(begin, wanted, count)
        if order == 0 { return place + count }
        place += 1
      }
      return nil
    }
  }
}
