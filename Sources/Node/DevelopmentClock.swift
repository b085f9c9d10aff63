internal import Engine
internal import Interface
internal import Primitives
internal import Storage
internal import Synchronization

/// The clock of a development network: the machine's, moved forward on request. How far it has been
/// moved stands in the data folder, so that it survives a restart (decisions 19).
final class DevelopmentClock: Clock {
  static let file = "clock.json"
  /// The most that one request moves the clock: every epoch in between is worked off in one block.
  static let step = Seconds(3_653 * 86_400)
  /// The most that all requests together move it.
  static let bound = Seconds(36_525 * 86_400)

  private let disk: RealDisk
  private let offset: Mutex<UInt64>

  /// Reads how far the clock was moved; throws where the file cannot be read.
  init(_ disk: RealDisk) throws(DataFolderFailure) {
    self.disk = disk
    do throws(StorageFailure) {
      guard try disk.has(Self.file) else {
        offset = Mutex(0)
        return
      }
      let bytes = try disk.readWhole(Self.file, limit: 4_096)
      guard let seconds = Self.seconds(bytes) else {
        throw StorageFailure(
          .damaged, .read, file: Self.file,
          finding:
            "no offset of 0 to \(Self.bound.count) seconds: write {\"offsetSeconds\":N} as it"
            + " was, block time must not go back")
      }
      offset = Mutex(seconds)
    } catch {
      throw DataFolderFailure(error.description)
    }
  }

  /// Seconds since 1970, moved.
  func now() -> UInt64 { SystemClock().now() + offset.withLock { $0 } }

  /// Moves the clock; durable when it returns the new time.
  func advance(by seconds: Seconds) -> Result<LogicalTime, AdvanceRefusal> {
    guard seconds.count > 0, seconds <= Self.step else {
      return .failure(
        AdvanceRefusal(
          "the clock moves by 1 to \(Self.step.count) seconds at once, not \(seconds.count)"))
    }
    return offset.withLock { offset in
      let moved = offset + seconds.count
      guard moved <= Self.bound.count else {
        return .failure(
          AdvanceRefusal(
            "the clock has been moved by \(offset) seconds; all moves together are at most"
              + " \(Self.bound.count): start a new network"))
      }
      do throws(StorageFailure) {
        try disk.writeAtomically(Self.file, Self.text(moved))
      } catch {
        return .failure(AdvanceRefusal("the clock stays: \(error.description)"))
      }
      offset = moved
      return .success(LogicalTime(SystemClock().now() + moved))
    }
  }

  private static func text(_ seconds: UInt64) -> [UInt8] {
    var writer = JSONWriter(capacity: 64)
    writer.beginObject()
    writer.name("offsetSeconds")
    writer.number(seconds)
    writer.endObject()
    return writer.bytes
  }

  private static func seconds(_ bytes: [UInt8]) -> UInt64? {
    guard let document = try? JSONParser.parse(bytes),
      let seconds = document["offsetSeconds"]?.whole, seconds <= UInt128(bound.count)
    else { return nil }
    return UInt64(seconds)
  }
}
