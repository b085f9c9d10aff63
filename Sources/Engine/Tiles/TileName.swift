/// A file of a tiled log (C2SP tlog-tiles): which hashes or entries it holds, and its path.
public struct TileName: Hashable, Sendable {
  /// What a file holds.
  public enum Content: Hashable, Sendable {
    /// Hashes of the level: leaves at 0, above them one for each full tile of the level below.
    case hashes(level: Int)
    /// The entries themselves.
    case entries
  }

  /// Hashes or entries of a full tile.
  public static let fullWidth = 256

  /// Hashes of a level, or entries.
  public let content: Content
  /// Counted from 0 within the level.
  public let index: UInt64
  /// Hashes or entries in it, 1 to 256.
  public let width: Int

  public init(_ content: Content, _ index: UInt64, width: Int = fullWidth) {
    self.content = content
    self.index = index
    self.width = width
  }

  /// Reads a path strictly: what `path` would not write is nil.
  public init?(path: String) {
    var parts = path.split(separator: "/", omittingEmptySubsequences: false)[...]
    guard path.utf8.count <= 64, parts.popFirst() == "tile", let kind = parts.popFirst() else {
      return nil
    }
    if kind == "entries" {
      content = .entries
    } else {
      guard let level = Int(kind), level >= 0, level <= 63 else { return nil }
      content = .hashes(level: level)
    }
    var width = Self.fullWidth
    if parts.count > 1, parts.dropLast().last?.hasSuffix(".p") == true {
      guard let last = parts.popLast(), let number = Int(last), number >= 1, number <= 255,
        let element = parts.popLast()
      else { return nil }
      width = number
      parts.append(element.dropLast(2))
    }
    var index: UInt64 = 0
    for part in parts {
      let digits = part.hasPrefix("x") ? part.dropFirst() : part
      guard let number = UInt64(digits), number <= 999, parts.count <= 6 else { return nil }
      index = index * 1_000 + number
    }
    self.index = index
    self.width = width
    guard self.path.utf8.elementsEqual(path.utf8) else { return nil }
  }

  /// Such as `tile/0/x001/x234/067` or `tile/entries/000.p/5`, relative to the log's prefix.
  public var path: String { isFull ? place : "\(partialFolder)/\(width)" }

  /// The folder with the partial forms of this tile.
  public var partialFolder: String { "\(place).p" }

  /// True where nothing will be added.
  public var isFull: Bool { width == Self.fullWidth }

  /// The full tile at the same place.
  public var full: TileName { TileName(content, index) }

  private var place: String {
    var elements = [Self.three(index % 1_000)]
    var rest = index / 1_000
    while rest > 0 {
      elements.insert("x" + Self.three(rest % 1_000), at: 0)
      rest /= 1_000
    }
    let kind =
      switch content {
      case .hashes(let level): String(level)
      case .entries: "entries"
      }
    return "tile/\(kind)/\(elements.joined(separator: "/"))"
  }

  private static func three(_ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: 3 - digits.utf8.count) + digits
  }

  /// How many hashes the tile has in a log of `size` entries; 0 where it is not there yet.
  public func width(in size: UInt64) -> Int {
    var count = size
    if case .hashes(let level) = content { count = level > 7 ? 0 : size >> (8 * UInt64(level)) }
    let before = index << 8
    return count > before ? Int(min(count - before, UInt64(Self.fullWidth))) : 0
  }
}
