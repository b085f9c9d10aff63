import Glibc

/// Synced 4 KiB writes into a preallocated file: the anchor of everything durable.
final class SyncedWriteCase: BenchCase {
  let name = "probe.sync4k"
  let unit = "syncs/s"
  let note = "synced 4 KiB write, preallocated file"
  private let path: String
  private let count: Int

  init(folder: String, plan: Plan) {
    path = folder + "/sync.probe"
    count = plan.isQuick ? 500 : 2_000
  }

  func measure() throws -> Sample {
    let size = 4_096
    let file = open(path, O_CREAT | O_RDWR | O_TRUNC, 0o600)
    guard file >= 0 else { throw BenchFailure("\(path) cannot be made: errno \(errno)") }
    defer {
      close(file)
      unlink(path)
    }
    let block = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
    for place in 0..<count where pwrite(file, block, size, off_t(place * size)) != size {
      throw BenchFailure("\(path) cannot be filled: errno \(errno)")
    }
    guard fsync(file) == 0 else { throw BenchFailure("\(path): errno \(errno)") }
    var latencies: [Double] = []
    latencies.reserveCapacity(count)
    let start = now()
    for place in 0..<count {
      let begin = now()
      guard pwrite(file, block, size, off_t(place * size)) == size, fdatasync(file) == 0 else {
        throw BenchFailure("\(path): errno \(errno)")
      }
      latencies.append((now() - begin) * 1e6)
    }
    return Sample(value: Double(count) / (now() - start), count: count, latencies: latencies)
  }
}

/// A probe of its own process: run once a round, its figures read from its lines.
final class ProbeProcess {
  private let command: String
  private var lines: [String] = []
  private var readers = 0
  private var read = 0

  init(command: String) { self.command = command }

  /// Says that one more case reads this process's figures.
  func addReader() { readers += 1 }

  /// The lines of this round's run; the first reader of a round starts it.
  func output() throws -> [String] {
    if read % max(1, readers) == 0 { lines = try Self.run(command) }
    read += 1
    return lines
  }

  static func run(_ command: String) throws -> [String] {
    guard let pipe = popen(command, "r") else {
      throw BenchFailure("\(command) cannot be started: errno \(errno)")
    }
    var text: [UInt8] = []
    while true {
      let byte = fgetc(pipe)
      guard byte >= 0 else { break }
      text.append(UInt8(truncatingIfNeeded: byte))
    }
    let status = pclose(pipe)
    guard status == 0 else { throw BenchFailure("\(command) ended with status \(status)") }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map { String($0) }
  }
}

/// One figure of a probe's output: the number behind a word on the line that holds a text.
final class ProbeCase: BenchCase {
  let name: String
  let unit: String
  let note: String
  private let process: ProbeProcess
  private let line: String
  private let word: String

  init(
    _ name: String, unit: String, note: String, process: ProbeProcess, line: String,
    word: String
  ) {
    self.name = name
    self.unit = unit
    self.note = note
    self.process = process
    self.line = line
    self.word = word
    process.addReader()
  }

  func measure() throws -> Sample {
    for text in try process.output() where text.contains(line) {
      let words = text.split { " |:;()".contains($0) }.map { String($0) }
      if let place = words.lastIndex(of: word), place + 1 < words.count {
        let digits = words[place + 1].split(separator: "/").first.map { String($0) } ?? ""
        if let value = Double(digits) { return Sample(value: value, count: 1) }
      }
    }
    throw BenchFailure("the probe \(name) printed no figure behind \"\(word)\"")
  }
}
