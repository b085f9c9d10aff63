internal import Cryptography
public import Primitives

// The bytes of a checkpoint file, integers little-endian:
//
//   front     magic, version, length, network identity, height, the head's header, SHA-256
//   chunks    each: stored bytes, raw bytes, SHA-256 of what is stored; then one zstd frame
//   manifest  identity, height and header again, totals, and every chunk's sizes and digest
//   trailer   magic, the file's size, the manifest's place and SHA-256; SHA-256 of all that
//
// Every byte is covered by a digest, and the trailer stands last: a cut file has none.

/// Names of the files in the checkpoints' folder.
enum CheckpointNames {
  static let folder = "checkpoints"
  private static let digits = 20

  static func file(_ height: Height) -> String { "\(folder)/\(number(height)).ckpt" }

  /// The same while it is being written.
  static func staged(_ height: Height) -> String { "\(folder)/\(number(height)).new" }

  /// The height that a name in the folder tells; nil where it is no checkpoint's name.
  static func height(_ name: String) -> Height? {
    guard name.hasSuffix(".ckpt"), name.utf8.count == digits + 5 else { return nil }
    let text = name.utf8.prefix(digits)
    guard text.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
    return Height(String(decoding: text, as: UTF8.self))
  }

  private static func number(_ height: Height) -> String {
    let text = String(height)
    return String(repeating: "0", count: digits - text.utf8.count) + text
  }
}

/// What is refused before any memory is set aside for it.
public enum CheckpointLimits {
  /// Bytes of a chunk before compression.
  public static let chunkBytes = 4 << 20
  /// Bytes of the head's header.
  public static let headerBytes = 4_096
  /// Chunks of a checkpoint.
  public static let chunks = 1 << 20

  static let storedBytes = Zstandard.bound(chunkBytes)
}

/// A chunk as the manifest knows it.
public struct CheckpointChunk: Equatable, Sendable {
  /// Bytes of the zstd frame.
  public let storedBytes: Int
  /// Bytes when decompressed.
  public let rawBytes: Int
  /// SHA-256 of the frame, so that it is checked before it is decompressed.
  public let digest: Digest
}

/// What a checkpoint is of, and the digests of its chunks: whoever trusts the manifest can take the
/// chunks from anybody.
public struct CheckpointManifest: Equatable, Sendable {
  static let version: UInt32 = 1
  static let fixedBytes = 80
  static let chunkEntryBytes = 40
  static let largestBytes =
    fixedBytes + CheckpointLimits.headerBytes + CheckpointLimits.chunks * chunkEntryBytes
  private static let magic: UInt64 = 0x5446_4e4d_4448_4646  // "FFHDMNFT"

  /// The network's identity (the hash of limits and genesis).
  public let identity: Digest
  /// The height of the block after which the state was taken.
  public let height: Height
  /// That block's header, as the caller encodes it.
  public let header: [UInt8]
  /// In the order in which they were appended.
  public let chunks: [CheckpointChunk]

  /// Bytes of all chunks before compression.
  public var rawBytes: UInt64 { chunks.reduce(0) { $0 + UInt64($1.rawBytes) } }

  /// Bytes of all chunks as they are stored.
  public var storedBytes: UInt64 { chunks.reduce(0) { $0 + UInt64($1.storedBytes) } }

  /// The manifest as it stands in the file and may be handed to others.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(
      Self.fixedBytes + header.count + chunks.count * Self.chunkEntryBytes)
    Self.magic.appendLittleEndian(to: &bytes)
    Self.version.appendLittleEndian(to: &bytes)
    UInt32(header.count).appendLittleEndian(to: &bytes)
    bytes.append(contentsOf: identity.bytes)
    height.appendLittleEndian(to: &bytes)
    UInt64(chunks.count).appendLittleEndian(to: &bytes)
    rawBytes.appendLittleEndian(to: &bytes)
    storedBytes.appendLittleEndian(to: &bytes)
    bytes.append(contentsOf: header)
    for chunk in chunks {
      UInt32(chunk.storedBytes).appendLittleEndian(to: &bytes)
      UInt32(chunk.rawBytes).appendLittleEndian(to: &bytes)
      bytes.append(contentsOf: chunk.digest.bytes)
    }
    return bytes
  }

  /// SHA-256 of `bytes`: the checkpoint's name among those who exchange it.
  public var digest: Digest { SHA256.hash(bytes) }

  init(identity: Digest, height: Height, header: [UInt8], chunks: [CheckpointChunk]) {
    self.identity = identity
    self.height = height
    self.header = header
    self.chunks = chunks
  }

  /// Reads what `bytes` wrote, strictly; nil for anything else.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.fixedBytes, load64(bytes, 0) == Self.magic,
      load32(bytes, 8) == Self.version, let identity = Digest(bytes[16..<48])
    else { return nil }
    let headerCount = Int(load32(bytes, 12))
    let chunkCount = load64(bytes, 56)
    guard headerCount <= CheckpointLimits.headerBytes,
      chunkCount <= UInt64(CheckpointLimits.chunks),
      bytes.count == Self.fixedBytes + headerCount + Int(chunkCount) * Self.chunkEntryBytes
    else { return nil }
    var chunks: [CheckpointChunk] = []
    chunks.reserveCapacity(Int(chunkCount))
    var place = Self.fixedBytes + headerCount
    while place < bytes.count {
      let chunk = CheckpointChunk(
        storedBytes: Int(load32(bytes, place)), rawBytes: Int(load32(bytes, place + 4)),
        digest: Digest(bytes[place + 8..<place + 40]) ?? .zero)
      guard (1...CheckpointLimits.storedBytes).contains(chunk.storedBytes),
        (1...CheckpointLimits.chunkBytes).contains(chunk.rawBytes)
      else { return nil }
      chunks.append(chunk)
      place += Self.chunkEntryBytes
    }
    self.init(
      identity: identity, height: load64(bytes, 48),
      header: Array(bytes[Self.fixedBytes..<Self.fixedBytes + headerCount]), chunks: chunks)
    guard rawBytes == load64(bytes, 64), storedBytes == load64(bytes, 72) else { return nil }
  }

  /// A chunk's bytes from the frame that anybody handed over; nil where the frame is not the one
  /// the manifest means. `index` must be one of the manifest's.
  public func open(chunk index: Int, _ stored: [UInt8]) -> [UInt8]? {
    guard isChunk(index, stored) else { return nil }
    return Zstandard.decompress(stored, rawCount: chunks[index].rawBytes)
  }

  /// Whether a frame is the one the manifest means.
  func isChunk(_ index: Int, _ stored: [UInt8]) -> Bool {
    stored.count == chunks[index].storedBytes && SHA256.hash(stored) == chunks[index].digest
  }
}

/// The first bytes of the file.
struct CheckpointFront: Equatable {
  static let version: UInt32 = 1
  static let fixedBytes = 64
  static let digestBytes = 32
  static let largestBytes = fixedBytes + CheckpointLimits.headerBytes + digestBytes
  private static let magic: UInt64 = 0x5450_4b43_4448_4646  // "FFHDCKPT"

  var identity: Digest
  var height: Height
  var header: [UInt8]

  var byteCount: Int { Self.fixedBytes + header.count + Self.digestBytes }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    Self.magic.appendLittleEndian(to: &bytes)
    Self.version.appendLittleEndian(to: &bytes)
    UInt32(byteCount).appendLittleEndian(to: &bytes)
    bytes.append(contentsOf: identity.bytes)
    height.appendLittleEndian(to: &bytes)
    UInt64(header.count).appendLittleEndian(to: &bytes)
    bytes.append(contentsOf: header)
    bytes.append(contentsOf: SHA256.hash(bytes).bytes)
    return bytes
  }

  /// Reads the front of a checkpoint of `network` named for `height`; `file` is for the message.
  static func read(
    _ bytes: [UInt8], height: Height, network: Digest, file: String
  ) throws(StorageFailure) -> CheckpointFront {
    func failure(_ kind: StorageFailure.Kind, _ finding: String) -> StorageFailure {
      StorageFailure(kind, .read, file: file, offset: 0, height: height, finding: finding)
    }
    guard bytes.count >= fixedBytes else {
      throw failure(.damaged, "the file ends within the checkpoint's front")
    }
    guard load64(bytes, 0) == magic else { throw failure(.damaged, "this is no checkpoint") }
    let found = load32(bytes, 8)
    let count = Int(load32(bytes, 12))
    let headerCount = load64(bytes, 56)
    guard (fixedBytes + digestBytes...largestBytes).contains(count), count <= bytes.count,
      SHA256.hash(bytes, 0..<count - digestBytes).bytes.elementsEqual(
        bytes[count - digestBytes..<count])
    else {
      throw failure(.damaged, "the checkpoint's front does not match its digest")
    }
    guard found == version else {
      throw failure(.wrongVersion(found), "this program writes version \(version)")
    }
    guard headerCount == UInt64(count - fixedBytes - digestBytes),
      let identity = Digest(bytes[16..<48])
    else {
      throw failure(.damaged, "the front's lengths contradict each other")
    }
    guard identity == network else {
      throw failure(.wrongNetwork, "the checkpoint's network identity is not this network's")
    }
    let front = CheckpointFront(
      identity: identity, height: load64(bytes, 48),
      header: Array(bytes[fixedBytes..<count - digestBytes]))
    guard front.height == height else {
      throw failure(.damaged, "the front says height \(front.height)")
    }
    return front
  }
}

/// The last bytes of the file.
struct CheckpointTrailer: Equatable {
  static let byteCount = 96
  private static let magic: UInt64 = 0x444e_4543_4448_4646  // "FFHDCEND"
  private static let digestPlace = byteCount - 32

  /// The whole file, the trailer included.
  var fileBytes: UInt64
  var manifestPlace: UInt64
  var manifestBytes: UInt64
  var manifestDigest: Digest

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    Self.magic.appendLittleEndian(to: &bytes)
    fileBytes.appendLittleEndian(to: &bytes)
    manifestPlace.appendLittleEndian(to: &bytes)
    manifestBytes.appendLittleEndian(to: &bytes)
    bytes.append(contentsOf: manifestDigest.bytes)
    bytes.append(contentsOf: SHA256.hash(bytes).bytes)
    return bytes
  }

  /// Reads what `bytes` wrote; nil for anything else.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount, load64(bytes, 0) == Self.magic,
      let digest = Digest(bytes[32..<64]),
      SHA256.hash(bytes, 0..<Self.digestPlace).bytes.elementsEqual(bytes[Self.digestPlace...])
    else { return nil }
    fileBytes = load64(bytes, 8)
    manifestPlace = load64(bytes, 16)
    manifestBytes = load64(bytes, 24)
    manifestDigest = digest
  }

  init(
    fileBytes: UInt64, manifestPlace: UInt64, manifestBytes: UInt64, manifestDigest: Digest
  ) {
    self.fileBytes = fileBytes
    self.manifestPlace = manifestPlace
    self.manifestBytes = manifestBytes
    self.manifestDigest = manifestDigest
  }
}

/// What stands before a chunk's frame.
enum CheckpointFrame {
  static let byteCount = 40

  static func append(_ chunk: CheckpointChunk, to bytes: inout [UInt8]) {
    UInt32(chunk.storedBytes).appendLittleEndian(to: &bytes)
    UInt32(chunk.rawBytes).appendLittleEndian(to: &bytes)
    bytes.append(contentsOf: chunk.digest.bytes)
  }
}
