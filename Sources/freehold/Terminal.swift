import Arguments
import Glibc
import Primitives

/// What a person or a program reads of a command.
enum Terminal {
  /// Writes a result to standard output.
  static func print(_ text: String, newline: Bool = true) {
    write(text + (newline ? "\n" : ""), to: STDOUT_FILENO)
  }

  /// Writes an error or a notice to standard error.
  static func complain(_ text: String, newline: Bool = true) {
    write(text + (newline ? "\n" : ""), to: STDERR_FILENO)
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      // Nobody reads any more: a result that cannot be written is not worth a crash.
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// True where a person watches standard error.
  static var isWatched: Bool { isatty(STDERR_FILENO) == 1 && getenv("NO_COLOR") == nil }

  /// Shows how far long work has come, on a terminal only.
  static func progress(_ text: String) {
    if isWatched { complain("\r\u{1b}[K" + text, newline: false) }
  }

  /// Clears the progress line.
  static func progressEnds() {
    if isWatched { complain("\r\u{1b}[K", newline: false) }
  }

  /// A failure in words, or as JSON where the command was asked for it.
  static func fail(_ text: String, json: Bool) {
    if json {
      var writer = JSONWriter()
      writer.beginObject()
      writer.name("error")
      writer.string(text)
      writer.endObject()
      print(String(decoding: writer.bytes, as: UTF8.self))
    } else {
      complain("error: " + text)
    }
  }

  /// One JSON object as a result.
  static func object(_ body: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    writer.beginObject()
    body(&writer)
    writer.endObject()
    print(String(decoding: writer.bytes, as: UTF8.self))
  }

  /// Facts, a line each, or one JSON object of texts; where they are `bare`, without their names.
  static func facts(_ rows: [(name: String, text: String)], json: Bool, bare: Bool = false) {
    guard json else {
      if bare { return print(rows.map(\.text).joined(separator: "\n")) }
      let width = rows.map(\.name.count).max() ?? 0
      let lines = rows.map { row in
        row.name + String(repeating: " ", count: width - row.name.count + 2) + row.text
      }
      return print(lines.joined(separator: "\n"))
    }
    object { writer in
      for row in rows {
        writer.name(row.name)
        writer.string(row.text)
      }
    }
  }

  /// A list as a table, as CSV, or as a JSON object whose one member is an array of objects.
  static func list(_ listing: Listing, as form: OutputForm, under name: String) {
    switch form {
    case .table:
      print(listing.rows.isEmpty ? "none\n" : listing.table, newline: false)
    case .csv: print(listing.csv, newline: false)
    case .json:
      object { writer in
        writer.name(name)
        write(listing, to: &writer)
      }
    }
  }

  /// An array of objects of texts.
  static func write(_ listing: Listing, to writer: inout JSONWriter) {
    writer.beginArray()
    for row in listing.rows {
      writer.beginObject()
      for (column, text) in zip(listing.columns, row) {
        writer.name(column)
        writer.string(text)
      }
      writer.endObject()
    }
    writer.endArray()
  }

  /// A file's text, or nil with a complaint.
  static func read(_ path: String, json: Bool) -> String? {
    guard let file = fopen(path, "rb") else {
      fail("\(path): \(String(cString: strerror(errno))): give the path of a file", json: json)
      return nil
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes.append(contentsOf: buffer[..<count])
      guard bytes.count <= 16 << 20 else {
        fail("\(path) is larger than 16 MiB: that is no economy file", json: json)
        return nil
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      fail("\(path) is not UTF-8: save it as UTF-8", json: json)
      return nil
    }
    return text
  }
}
