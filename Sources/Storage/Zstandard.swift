internal import CZstd

/// Zstandard (RFC 8878) over libzstd: whole frames in memory, nothing streamed.
package enum Zstandard {
  /// Level 1: measured beside level 3 on pages of accounts in decision record 5.
  package static let level: Int32 = 1

  /// The most bytes that `compress` gives for so many.
  static func bound(_ rawCount: Int) -> Int { ZSTD_compressBound(rawCount) }

  /// One frame of exactly `rawCount` bytes, which the frame itself must declare; nil for anything
  /// else. Never more than `rawCount` bytes are set aside, whatever the frame says.
  package static func decompress(_ stored: [UInt8], rawCount: Int) -> [UInt8]? {
    guard rawCount >= 0 else { return nil }
    let isOneFrame = stored.withUnsafeBytes { bytes in
      ZSTD_getFrameContentSize(bytes.baseAddress, bytes.count) == UInt64(rawCount)
        && ZSTD_findFrameCompressedSize(bytes.baseAddress, bytes.count) == bytes.count
    }
    guard isOneFrame else { return nil }
    let raw = [UInt8](unsafeUninitializedCapacity: rawCount) { buffer, filled in
      let count = stored.withUnsafeBytes { bytes in
        ZSTD_decompress(buffer.baseAddress, buffer.count, bytes.baseAddress, bytes.count)
      }
      filled = ZSTD_isError(count) == 0 ? count : 0
    }
    return raw.count == rawCount ? raw : nil
  }
}

/// Compresses one piece after another with the same working memory; for one thread.
package struct Compressor: ~Copyable {
  private let context: OpaquePointer?

  package init() { context = ZSTD_createCCtx() }

  deinit { ZSTD_freeCCtx(context) }

  /// One frame that declares its size; nil where the library finds no memory.
  package mutating func compress(_ raw: [UInt8], level: Int32 = Zstandard.level) -> [UInt8]? {
    guard let context else { return nil }
    let stored = [UInt8](unsafeUninitializedCapacity: Zstandard.bound(raw.count)) {
      buffer, filled in
      let count = raw.withUnsafeBytes { bytes in
        ZSTD_compressCCtx(
          context, buffer.baseAddress, buffer.count, bytes.baseAddress, bytes.count, level)
      }
      filled = ZSTD_isError(count) == 0 ? count : 0
    }
    return stored.isEmpty ? nil : stored
  }
}
