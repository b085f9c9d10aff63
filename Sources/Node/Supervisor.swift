internal import Glibc

/// The service manager that started this process, as systemd's notify protocol meets it: datagrams
/// of `NAME=value` lines to the socket that `NOTIFY_SOCKET` names (sd_notify(3)).
public struct Supervisor: Sendable {
  private let path: String
  /// Microseconds within which the manager wants to hear `WATCHDOG=1`; nil where it does not.
  public let watchdog: UInt64?

  /// Nil where no manager waits for news.
  /// - Parameters:
  ///   - environment: reads a variable.
  ///   - process: this process's number; a watchdog may be meant for another.
  public init?(_ environment: (String) -> String?, process: Int32? = nil) {
    guard let path = environment("NOTIFY_SOCKET"), path.utf8.count > 1,
      path.hasPrefix("/") || path.hasPrefix("@")
    else { return nil }
    self.path = path
    let isOurs = environment("WATCHDOG_PID").map { Int32($0) == process ?? getpid() } ?? true
    watchdog =
      isOurs
      ? environment("WATCHDOG_USEC").flatMap { UInt64($0) }.flatMap { $0 > 0 ? $0 : nil } : nil
  }

  /// The service is ready for work.
  @discardableResult public func ready(_ status: String) -> Bool {
    send(["READY=1", "STATUS=\(status)"])
  }

  /// Still starting: asks for so many seconds more.
  @discardableResult public func starting(_ status: String, seconds: UInt64) -> Bool {
    send(["EXTEND_TIMEOUT_USEC=\(seconds * 1_000_000)", "STATUS=\(status)"])
  }

  /// The service is ending, within so many seconds.
  @discardableResult public func stopping(_ status: String, seconds: UInt64) -> Bool {
    send(["STOPPING=1", "EXTEND_TIMEOUT_USEC=\(seconds * 1_000_000)", "STATUS=\(status)"])
  }

  /// The service is alive.
  @discardableResult public func alive() -> Bool { send(["WATCHDOG=1"]) }

  /// False where nobody took it: news for the manager are never worth a failure.
  private func send(_ lines: [String]) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    // An abstract name begins with NUL where its text has @.
    if name[0] == UInt8(ascii: "@") { name[0] = 0 }
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard name.count < room else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let handle = socket(AF_UNIX, datagramSocket, 0)
    guard handle >= 0 else { return false }
    defer { close(handle) }
    let bytes = Array(lines.map { $0.replacingBreaks }.joined(separator: "\n").utf8)
    let sent = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
        bytes.withUnsafeBytes {
          sendto(
            handle, $0.baseAddress, $0.count,
            Int32(MSG_NOSIGNAL), target, length)
        }
      }
    }
    return sent == bytes.count
  }
}

private let datagramSocket = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)

extension String {
  /// One line: a break would begin another assignment.
  fileprivate var replacingBreaks: String {
    String(decoding: utf8.map { $0 < 0x20 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
  }
}
