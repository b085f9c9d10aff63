import Primitives

// The bytes of the journal. All integers are little-endian, as rows and records are.

/// Names of the files in the journal's folder.
enum JournalNames {
  static let folder = "journal"
  /// A zero-filled file that waits to become the next segment.
  static let spare = "journal/spare"
  /// A spare that is not zero-filled to its end yet.
  static let unfinishedSpare = "journal/spare.new"
  private static let digits = 20

  /// The segment whose first record has this height.
  static func segment(_ first: Height) -> String { "\(folder)/\(number(first)).seg" }

  /// The same while it holds nothing durable.
  static func staged(_ first: Height) -> String { "\(folder)/\(number(first)).new" }

  /// The first height a name in the folder tells; nil where it is no segment's name.
  static func firstHeight(_ name: String) -> Height? {
    guard name.hasSuffix(".seg"), name.utf8.count == digits + 4 else { return nil }
    let text = name.utf8.prefix(digits)
    guard text.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
    return Height(String(decoding: text, as: UTF8.self))
  }

  private static func number(_ height: Height) -> String {
    let text = String(height)
    return String(repeating: "0", count: digits - text.utf8.count) + text
  }
}

/// The first 512 bytes of a segment: one sector, so that writing records never touches it.
struct SegmentHeader: Equatable {
  static let byteCount = 512
  static let version: UInt32 = 1
  private static let magic: UInt64 = 0x4c4e_524a_4448_4646  // "FFHDJRNL"
  private static let checksumPlace = byteCount - 4

  var identity: Digest
  var firstHeight: Height
  /// The chain digest of the record before the first one.
  var previousDigest: Digest
  /// The whole file's size: it never changes, so a shorter file is damage and not a torn tail.
  var segmentBytes: UInt64
  /// Enters every record's checksum and mark. Nobody outside knows it, so nobody can hide bytes in
  /// a payload that the search for records behind damage would take for a record.
  var salt: UInt64

  func append(to bytes: inout [UInt8]) {
    let start = bytes.count
    Self.magic.appendLittleEndian(to: &bytes)
    Self.version.appendLittleEndian(to: &bytes)
    UInt32(Self.byteCount).appendLittleEndian(to: &bytes)
    bytes.append(contentsOf: identity.bytes)
    firstHeight.appendLittleEndian(to: &bytes)
    bytes.append(contentsOf: previousDigest.bytes)
    segmentBytes.appendLittleEndian(to: &bytes)
    salt.appendLittleEndian(to: &bytes)
    let end = start + Self.checksumPlace
    bytes.append(contentsOf: repeatElement(0, count: end - bytes.count))
    Checksum.of(bytes, start..<end).appendLittleEndian(to: &bytes)
  }

  /// Reads the header of a segment of `network`, named for `first`; `file` is for the message.
  static func read(
    _ bytes: [UInt8], first: Height, network: Digest, file: String
  ) throws(StorageFailure) -> SegmentHeader {
    func failure(_ kind: StorageFailure.Kind, _ finding: String) -> StorageFailure {
      StorageFailure(kind, .read, file: file, offset: 0, height: first, finding: finding)
    }
    guard bytes.count >= byteCount else {
      throw failure(.damaged, "the file ends within the segment's header")
    }
    guard load32(bytes, checksumPlace) == Checksum.of(bytes, 0..<checksumPlace) else {
      throw failure(.damaged, "the segment's header does not match its checksum")
    }
    guard load64(bytes, 0) == magic else { throw failure(.damaged, "this is no segment") }
    let found = load32(bytes, 8)
    guard found == version else {
      throw failure(.wrongVersion(found), "this program writes version \(version)")
    }
    guard let identity = Digest(bytes[16..<48]), let previous = Digest(bytes[56..<88]) else {
      throw failure(.damaged, "the segment's header is cut short")
    }
    guard identity == network else {
      throw failure(.wrongNetwork, "the segment's network identity is not this network's")
    }
    let header = SegmentHeader(
      identity: identity, firstHeight: load64(bytes, 48), previousDigest: previous,
      segmentBytes: load64(bytes, 88), salt: load64(bytes, 96))
    guard header.firstHeight == first else {
      throw failure(.damaged, "the header says first height \(header.firstHeight)")
    }
    return header
  }
}

/// A record in a segment: 32 bytes, the payload, zeroes up to a multiple of 8.
struct RecordForm: Equatable {
  /// What a record is for.
  enum Kind: UInt32 {
    /// A block of the chain.
    case block = 1
    /// No block: only says that all up to its height is durable (clean stop, end of recovery).
    case mark = 2
  }

  static let headerBytes = 32

  var kind: Kind
  var height: Height
  /// The highest height that was known to be durable when the record was built.
  var durableThrough: Height
  /// Where the payload stands in the bytes it was read from.
  var payload: Range<Int>
  /// Where the next record begins.
  var end: Int

  /// The bytes a record with so many payload bytes takes.
  static func byteCount(payload: Int) -> Int {
    headerBytes + (payload + 7) / 8 * 8
  }

  static func append(
    _ kind: Kind, height: Height, durableThrough: Height, payload: [UInt8], salt: UInt64,
    to bytes: inout [UInt8]
  ) {
    let start = bytes.count
    let end = start + byteCount(payload: payload.count)
    UInt32(0).appendLittleEndian(to: &bytes)
    UInt32(payload.count).appendLittleEndian(to: &bytes)
    height.appendLittleEndian(to: &bytes)
    durableThrough.appendLittleEndian(to: &bytes)
    kind.rawValue.appendLittleEndian(to: &bytes)
    mark(salt).appendLittleEndian(to: &bytes)
    bytes.append(contentsOf: payload)
    bytes.append(contentsOf: repeatElement(0, count: end - bytes.count))
    let checksum = Checksum.of(bytes, start + 4..<end, after: seed(salt))
    for index in 0..<4 {
      bytes[start + index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(index)))
    }
  }

  /// The sound record that begins at `start`, or nil.
  static func parse(_ bytes: [UInt8], at start: Int, salt: UInt64) -> RecordForm? {
    guard start >= 0, start <= bytes.count - headerBytes else { return nil }
    guard load32(bytes, start + 28) == mark(salt) else { return nil }
    guard let kind = Kind(rawValue: load32(bytes, start + 24)) else { return nil }
    let length = Int(load32(bytes, start + 4))
    let end = start + byteCount(payload: length)
    guard end <= bytes.count else { return nil }
    guard load32(bytes, start) == Checksum.of(bytes, start + 4..<end, after: seed(salt)) else {
      return nil
    }
    let payload = start + headerBytes..<start + headerBytes + length
    return RecordForm(
      kind: kind, height: load64(bytes, start + 8), durableThrough: load64(bytes, start + 16),
      payload: payload, end: end)
  }

  /// Never zero, so that zero-filled space is never a record.
  private static func mark(_ salt: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: salt) | 1 }
  private static func seed(_ salt: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: salt >> 32) }
}

func load32(_ bytes: [UInt8], _ place: Int) -> UInt32 {
  precondition(place >= 0 && place + 4 <= bytes.count)
  return bytes.withUnsafeBytes {
    UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt32.self))
  }
}

func load64(_ bytes: [UInt8], _ place: Int) -> UInt64 {
  precondition(place >= 0 && place + 8 <= bytes.count)
  return bytes.withUnsafeBytes {
    UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self))
  }
}

/// One past the last byte that is not zero at or after `start`; nil where all are zero.
func endOfContent(_ bytes: [UInt8], from start: Int) -> Int? {
  bytes.withUnsafeBytes { whole in
    var place = whole.count
    while place - 8 >= start,
      whole.loadUnaligned(fromByteOffset: place - 8, as: UInt64.self) == 0
    {
      place -= 8
    }
    while place > start, whole[place - 1] == 0 { place -= 1 }
    return place > start ? place : nil
  }
}
