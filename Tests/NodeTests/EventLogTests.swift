import Engine
import Glibc
import Primitives
import Testing

@testable import Node

@Suite struct EventLogTests {
  @Test("An event is one line, whatever its texts hold")
  func lines() throws {
    let event = LogEvent(
      .warning, "read-only", [("why", .text("no\n\"space\" \u{7}=")), ("height", .number(7))])
    let time = "2026-11-21T00:00:00.000Z"
    #expect(
      event.line(.text, time: time)
        == #"\#(time) warning read-only why="no\n\"space\" \u0007=" height=7"#)
    let json = event.line(.json, time: time)
    let document = try JSONParser.parse(Array(json.utf8))
    #expect(document["event"] == .string("read-only") && document["height"]?.whole == 7)
    #expect(document["why"] == .string("no\n\"space\" \u{7}="))
    #expect(!json.contains("\n"))
  }

  @Test("Levels below the least are left out, and the last words come behind all others")
  func writing() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let log = EventLog(.text, least: .info, descriptor: ends[1])
    #expect(!log.takes(.debug) && log.takes(.error))
    log.write(LogEvent(.debug, "unseen"))
    for number in 0..<5 as Range<UInt64> {
      log.write(LogEvent(.info, "seen", [("n", .number(number))]))
    }
    log.writeNow(LogEvent(EngineNotice.failed("flush")))
    log.stop()
    close(ends[1])
    var bytes = [UInt8](repeating: 0, count: 65_536)
    var text = ""
    while true {
      let count = read(ends[0], &bytes, bytes.count)
      if count <= 0 { break }
      text += String(decoding: bytes.prefix(count), as: UTF8.self)
    }
    close(ends[0])
    let lines = text.split(separator: "\n")
    #expect(lines.count == 6 && !text.contains("unseen"))
    #expect(lines.filter { $0.contains(" info seen n=") }.count == 5)
    #expect(lines.contains { $0.contains("error disk-failed") && $0.contains("flush") })
  }
}
