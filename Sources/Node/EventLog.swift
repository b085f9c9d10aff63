internal import Engine
internal import Glibc
internal import Primitives
internal import Synchronization

/// One thing that happened, in few words.
public struct LogEvent: Sendable, Equatable {
  /// How much it matters.
  public enum Level: String, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error

    public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

    fileprivate var rank: UInt8 {
      switch self {
      case .debug: 0
      case .info: 1
      case .warning: 2
      case .error: 3
      }
    }
  }

  /// A value of a field.
  public enum Value: Sendable, Equatable {
    case text(String)
    case number(UInt64)
  }

  /// How much it matters.
  public let level: Level
  /// Always the same words for the same thing, such as `read-only`.
  public let name: String
  /// In this order; never a secret.
  public let fields: [(name: String, value: Value)]

  public init(_ level: Level, _ name: String, _ fields: [(name: String, value: Value)] = []) {
    self.level = level
    self.name = name
    self.fields = fields
  }

  public static func == (left: LogEvent, right: LogEvent) -> Bool {
    left.level == right.level && left.name == right.name
      && left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
  }

  /// The line without its line break; control characters are escaped, so that one event is always
  /// one line.
  public func line(_ form: EventLog.Form, time: String) -> String {
    switch form {
    case .json: json(time)
    case .text: text(time)
    }
  }

  private func json(_ time: String) -> String {
    var writer = JSONWriter(capacity: 256)
    writer.beginObject()
    writer.name("time")
    writer.string(time)
    writer.name("level")
    writer.string(level.rawValue)
    writer.name("event")
    writer.string(name)
    for field in fields {
      writer.name(field.name)
      switch field.value {
      case .text(let text): writer.string(text)
      case .number(let number): writer.number(number)
      }
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func text(_ time: String) -> String {
    var line = "\(time) \(level.rawValue) \(name)"
    for field in fields {
      line += " \(field.name)="
      switch field.value {
      case .number(let number): line += String(number)
      case .text(let text):
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x22 && $0 < 0x7f && $0 != 0x3d }
        line += isPlain ? text : Self.quoted(text)
      }
    }
    return line
  }

  private static func quoted(_ text: String) -> String {
    var writer = JSONWriter(capacity: text.utf8.count + 2)
    writer.string(text)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

/// Writes events to standard error, one line each, on a thread of its own: whoever tells of an
/// event never waits for the reader of the log. Where that one is too slow, events are dropped and
/// counted.
public final class EventLog: Sendable {
  /// How a line looks.
  public enum Form: String, Sendable, CaseIterable { case text, json }

  private struct Queue {
    var lines: [String] = []
    var dropped: UInt64 = 0
    var isOver = false
  }

  /// Lines that wait at most.
  private static let room = 4_096
  private let form: Form
  private let leastRank: Atomic<UInt8>
  private let queue = Mutex(Queue())
  private let descriptor: Int32
  private let worker = Mutex<Worker?>(nil)

  /// - Parameter descriptor: where the lines go; standard error but in tests.
  public init(_ form: Form, least: LogEvent.Level, descriptor: Int32 = 2) {
    self.form = form
    leastRank = Atomic(least.rank)
    self.descriptor = descriptor
    let thread = Worker("log") { [self] in
      while writeWaiting() { usleep(20_000) }
    }
    worker.withLock { $0 = thread }
  }

  /// The least that is written; may change at any time.
  public var least: LogEvent.Level {
    get {
      let rank = leastRank.load(ordering: .relaxed)
      return LogEvent.Level.allCases.first { $0.rank == rank } ?? .info
    }
    set { leastRank.store(newValue.rank, ordering: .relaxed) }
  }

  /// Whether events of a level are written.
  public func takes(_ level: LogEvent.Level) -> Bool {
    level.rank >= leastRank.load(ordering: .relaxed)
  }

  /// Has an event written soon; never waits.
  public func write(_ event: LogEvent) {
    guard takes(event.level) else { return }
    let line = event.line(form, time: Self.now())
    queue.withLock { queue in
      if queue.lines.count < Self.room {
        queue.lines.append(line)
      } else {
        queue.dropped += 1
      }
    }
  }

  /// Writes what waits and then this event before it returns: for the last words of a process.
  public func writeNow(_ event: LogEvent) {
    _ = writeWaiting()
    emit([event.line(form, time: Self.now())])
  }

  /// Writes what waits and ends the thread; call once.
  public func stop() {
    queue.withLock { $0.isOver = true }
    let thread = worker.withLock { worker in
      defer { worker = nil }
      return worker
    }
    thread?.join()
  }

  /// False once the log is over and everything is written.
  private func writeWaiting() -> Bool {
    let taken = queue.withLock { queue in
      defer {
        queue.lines = []
        queue.dropped = 0
      }
      return queue
    }
    var lines = taken.lines
    if taken.dropped > 0 {
      lines.append(
        LogEvent(.warning, "log-dropped", [("events", .number(taken.dropped))])
          .line(form, time: Self.now()))
    }
    emit(lines)
    return !taken.isOver
  }

  private func emit(_ lines: [String]) {
    guard !lines.isEmpty else { return }
    var rest = Array((lines.joined(separator: "\n") + "\n").utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      // Nobody reads any more.
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// RFC 3339 in UTC with milliseconds.
  private static func now() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let second = CalendarTime.text(LogicalTime(UInt64(clamping: time.tv_sec))).dropLast()
    let millisecond = String(time.tv_nsec / 1_000_000)
    return second + "." + String(repeating: "0", count: 3 - millisecond.utf8.count) + millisecond
      + "Z"
  }
}
