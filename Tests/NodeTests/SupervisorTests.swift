import Glibc
import Testing

@testable import Node

@Suite struct SupervisorTests {
  /// A datagram socket as systemd has one.
  private final class Listener {
    let path: String
    private let handle: Int32

    init(abstract: Bool) throws {
      let base = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
      path = (abstract ? "@" : "") + "\(base)/fh-\(getpid())-\(Int32.random(in: 0...99_999))"
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      var name = Array(path.utf8)
      if abstract { name[0] = 0 }
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
      let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
      let bound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, length) }
      }
      handle = socket
      try #require(bound == 0)
    }

    deinit {
      close(handle)
      unlink(path)
    }

    func next() -> String {
      var bytes = [UInt8](repeating: 0, count: 4_096)
      let count = recv(handle, &bytes, bytes.count, Int32(MSG_DONTWAIT))
      return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
  }

  @Test("News arrive at a socket in a folder and at an abstract one", arguments: [true, false])
  func news(abstract: Bool) throws {
    let listener = try Listener(abstract: abstract)
    let environment = [
      "NOTIFY_SOCKET": listener.path, "WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "12",
    ]
    let manager = try #require(Supervisor({ environment[$0] }, process: 12))
    #expect(manager.watchdog == 2_000_000)
    #expect(manager.starting("replaying\nREADY=1", seconds: 60))
    #expect(listener.next() == "EXTEND_TIMEOUT_USEC=60000000\nSTATUS=replaying READY=1")
    #expect(manager.ready("height 3") && listener.next() == "READY=1\nSTATUS=height 3")
    #expect(manager.alive() && listener.next() == "WATCHDOG=1")
    #expect(manager.stopping("draining", seconds: 40))
    #expect(listener.next() == "STOPPING=1\nEXTEND_TIMEOUT_USEC=40000000\nSTATUS=draining")
    #expect(Supervisor({ environment[$0] }, process: 13)?.watchdog == nil)
  }

  @Test("Without a manager, or with one that is gone, nothing happens")
  func nobody() {
    #expect(Supervisor({ _ in nil }) == nil)
    for path in ["", "@", "relative", "tcp:1"] {
      #expect(Supervisor({ $0 == "NOTIFY_SOCKET" ? path : nil }) == nil)
    }
    let long = "/" + String(repeating: "x", count: 300)
    for path in ["/nonexistent/socket", long] {
      let manager = Supervisor { $0 == "NOTIFY_SOCKET" ? path : nil }
      #expect(manager?.alive() == false && manager?.watchdog == nil)
    }
  }
}
