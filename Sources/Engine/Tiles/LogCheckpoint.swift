public import Primitives

/// What a log's signature is over (C2SP tlog-checkpoint): which log, how many entries, which root.
public struct LogCheckpoint: Sendable, Equatable {
  /// The log's name, which no other log has.
  public let origin: String
  /// Entries.
  public let size: UInt64
  /// The RFC 6962 root over them.
  public let root: Digest

  public init(origin: String, size: UInt64, root: Digest) {
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// Reads the note's text strictly: three lines, nothing else.
  public init?(text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 4, !lines[0].isEmpty, let size = UInt64(lines[1]),
      let root = Base64.bytes(String(lines[2])).flatMap({ Digest($0) })
    else { return nil }
    self.init(origin: String(lines[0]), size: size, root: root)
    guard self.text.utf8.elementsEqual(text.utf8) else { return nil }
  }

  /// Origin, size in decimal and root in base 64, a line each.
  public var text: String { "\(origin)\n\(size)\n\(Base64.text(root.bytes))\n" }
}
