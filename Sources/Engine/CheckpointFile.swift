internal import Dispatch
internal import Economy
internal import Ledger
public import Primitives
public import Storage
internal import Synchronization

/// What is wrong with a checkpoint.
public enum CheckpointFault: Error, Sendable, Equatable {
  /// The file: damage, another network or version, or an error of the disk.
  case file(StorageFailure)
  /// The file is what was written, and that is no state of this network.
  case content(String)
  /// The journal has another block at that height, or none.
  case journal(String)
}

/// A checkpoint that cannot be used, and why.
public struct CheckpointFailure: Error, Sendable, Equatable {
  public let height: Height
  public let fault: CheckpointFault

  public init(height: Height, _ fault: CheckpointFault) {
    self.height = height
    self.fault = fault
  }

  /// What is wrong, where, and what to do.
  public var text: String {
    let repair =
      "The journal is the truth and is not touched; move this file away, a new one is made"
    return switch fault {
    case .file(let failure): "checkpoint of height \(height): \(failure.cause). \(repair)"
    case .content(let text), .journal(let text):
      "checkpoint of height \(height), \(Checkpoints.file(height)): \(text). \(repair)"
    }
  }
}

/// Checkpoints of a chain on a disk.
enum CheckpointFile {
  /// Writes the state after a block; durable when it returns.
  /// - Parameter written: called after each chunk; where it takes its time, so does the writing.
  static func write<D: Disk>(
    _ block: Block, _ image: StateImage, identity: Digest, disk: D,
    chunkBytes: Int = StateForm.chunkBytes, written: () -> Void = {}
  ) throws(StorageFailure) -> CheckpointManifest {
    var writer = try CheckpointWriter(
      disk, identity: identity, height: block.height, header: block.header.rlp)
    try StateForm.write(block, image, chunkBytes: chunkBytes) {
      (chunk) throws(StorageFailure) in
      try writer.append(chunk)
      written()
    }
    return try writer.finish()
  }

  /// Opens the checkpoint of a height as far as its manifest.
  static func reader<D: Disk>(
    _ height: Height, of genesis: Genesis, disk: D
  ) throws(CheckpointFailure) -> CheckpointReader<D> {
    do throws(StorageFailure) {
      return try CheckpointReader(disk, height: height, network: genesis.identity)
    } catch {
      throw CheckpointFailure(height: height, .file(error))
    }
  }

  /// Reads all of a checkpoint and believes nothing of it: digests, block, state, state root.
  ///
  /// One thread reads, hashes and decompresses; the caller's makes rows and indexes of it.
  static func load<D: Disk>(
    _ reader: CheckpointReader<D>, genesis: Genesis, secret: HashSecret,
    authenticator: Authenticator, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws(CheckpointFailure) -> LoadedState {
    let stream = ChunkStream(reader)
    // Also where the content is refused half-way: the thread is joined before the file is let go.
    defer { stream.stop() }
    do throws(CheckpointFault) {
      var state = StateReader(genesis: genesis, secret: secret)
      let count = reader.manifest.chunks.count
      for index in 0..<count {
        try state.append(stream.next())
        progress(index + 1, count)
      }
      return try state.finish(header: reader.manifest.header, authenticator: authenticator)
    } catch {
      throw CheckpointFailure(height: reader.manifest.height, error)
    }
  }
}

/// The chunks of a checkpoint in order, read ahead on a thread of its own.
private final class ChunkStream: Sendable {
  private typealias Piece = Result<[UInt8], StorageFailure>

  private final class Belt: Sendable {
    let pieces = Mutex<[Piece]>([])
    let isOver = Mutex(false)
    let filled = DispatchSemaphore(value: 0)
    let room = DispatchSemaphore(value: 8)
  }

  private let belt = Belt()
  private let worker: Worker

  init<D: Disk>(_ reader: CheckpointReader<D>) {
    let belt = belt
    worker = Worker("reading a checkpoint") {
      for index in reader.manifest.chunks.indices {
        belt.room.wait()
        if belt.isOver.withLock({ $0 }) { return }
        let piece = Piece { () throws(StorageFailure) in try reader.chunk(index) }
        belt.pieces.withLock { $0.append(piece) }
        belt.filled.signal()
        guard case .success = piece else { return }
      }
    }
  }

  /// The next chunk; to be called no more often than there are chunks, nor after a failure.
  func next() throws(CheckpointFault) -> [UInt8] {
    belt.filled.wait()
    let piece = belt.pieces.withLock { $0.removeFirst() }
    belt.room.signal()
    switch piece {
    case .success(let chunk): return chunk
    case .failure(let failure): throw .file(failure)
    }
  }

  /// Ends the thread; call once.
  func stop() {
    belt.isOver.withLock { $0 = true }
    belt.room.signal()
    worker.join()
  }
}
