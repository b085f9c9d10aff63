public import Primitives

/// Where a record stands: enough to read it again without a search.
public struct JournalPlace: Hashable, Sendable, BitwiseCopyable {
  /// The first height of the record's segment.
  public let segment: Height
  /// The record's first byte in the segment's file.
  public let offset: UInt64

  public init(segment: Height, offset: UInt64) {
    self.segment = segment
    self.offset = offset
  }
}

/// A sound record as read from the journal.
public struct JournalRecord: Equatable, Sendable {
  public let height: Height
  /// The highest height known to be durable when the record was built.
  public let durableThrough: Height
  /// The caller's bytes.
  public let payload: [UInt8]
  public let place: JournalPlace
}

/// What a journal must agree on to be this network's, and how big its files are.
public struct JournalSettings: Sendable {
  /// The network's identity (the hash of limits and genesis).
  public var identity: Digest
  /// The height of the very first record.
  public var firstHeight: Height
  /// The chain digest before the very first record.
  public var previousDigest: Digest
  /// Bytes of a segment's file; a multiple of 512, at least 1,024. An older segment keeps its own.
  public var segmentBytes: UInt64
  /// Written into the segments made from now on; a secret of this machine (see `SegmentHeader`).
  public var salt: UInt64

  /// 64 MiB: seldom enough filled that rolling over does not count.
  public static let productionSegmentBytes: UInt64 = 64 << 20

  public init(
    identity: Digest, firstHeight: Height = 1, previousDigest: Digest,
    segmentBytes: UInt64 = productionSegmentBytes, salt: UInt64 = .random(in: 0 ... .max)
  ) {
    self.identity = identity
    self.firstHeight = firstHeight
    self.previousDigest = previousDigest
    self.segmentBytes = max(1_024, segmentBytes / 512 * 512)
    self.salt = salt
  }

  /// The longest payload a record may have: it fits an empty segment together with a mark.
  public var largestPayload: Int {
    Int(min(segmentBytes, 1 << 31)) - SegmentHeader.byteCount - 2 * RecordForm.headerBytes
  }
}

/// The end of a journal that a crash left half written: above the watermark, so no promise was
/// made about it.
public struct TornTail: Equatable, Sendable {
  public let file: String
  /// The first byte that is no sound record.
  public let offset: UInt64
  /// Bytes from there to the last that is not zero.
  public let byteCount: UInt64
  /// The height that the first lost record would have had.
  public let height: Height
}

/// What a walk over the whole journal found.
public struct JournalSummary: Equatable, Sendable {
  public var segments: Int
  /// Blocks; marks do not count.
  public var records: UInt64
  /// Bytes of all blocks' records, overhead and padding included.
  public var recordBytes: UInt64
  /// The highest height; one below the first where the journal is empty.
  public var lastHeight: Height
  /// The highest height that the journal itself shows to have been durable.
  public var durableThrough: Height
  /// The chain digest of the last record.
  public var lastDigest: Digest
  public var torn: TornTail?
}
