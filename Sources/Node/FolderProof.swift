internal import EconomyFile
internal import Engine
public import Interface
public import Primitives
internal import Storage

/// Why a folder gives no proof.
public enum FolderProofFailure: Error, Sendable {
  case node(NodeFailure)
  case refused(ProofRefusal)

  /// What is wrong and how to repair it.
  public var text: String {
    switch self {
    case .node(let failure): failure.text
    case .refused(let refusal): refusal.text
    }
  }
}

/// Proofs from a data folder that nobody serves.
public enum FolderProof {
  /// Replays the journal as a start does, brings the block log up to it and makes the proof.
  public static func make(
    _ folder: DataFolder, _ subject: ProofSubject, progress: (Height) -> Void
  ) throws(FolderProofFailure) -> [UInt8] {
    let lock: FolderLock<RealDisk>
    do throws(StorageFailure) {
      lock = try FolderLock(folder.disk)
    } catch {
      throw .node(
        error.kind == .missing ? .folder(DataFolderFailure.missing(folder)) : .storage(error))
    }
    return try make(folder, subject, holding: lock, progress)
  }

  private static func make(
    _ folder: DataFolder, _ subject: ProofSubject, holding lock: borrowing FolderLock<RealDisk>,
    _ progress: (Height) -> Void
  ) throws(FolderProofFailure) -> [UInt8] {
    let chain: Chain
    let log: BlockLog<RealDisk>
    do throws(NodeFailure) {
      chain = try replay(folder, progress)
      log = try Self.log(chain, folder)
    } catch {
      throw .node(error)
    }
    do throws(TileFailure) {
      try log.update()
    } catch {
      throw .refused(.failed(error.text))
    }
    let maker = ProofMaker(chain) { (height) throws(TileFailure) in
      try log.inclusion(of: height)
    }
    do throws(ProofRefusal) {
      return try maker.proof(of: subject)
    } catch {
      throw .refused(error)
    }
  }

  private static func replay(
    _ folder: DataFolder, _ progress: (Height) -> Void
  ) throws(NodeFailure) -> Chain {
    let chain: Chain
    do throws(DataFolderFailure) {
      chain = Chain(genesis: try folder.document().genesis(), secret: .random())
    } catch {
      throw .folder(error)
    }
    let machine: Machine<RealDisk>
    do throws(ReplayFailure) {
      machine = try Recovery.open(chain, disk: folder.disk, progress: progress)
    } catch {
      throw .replay(error)
    }
    do throws(StorageFailure) {
      try machine.close()
    } catch {
      throw .storage(error)
    }
    return chain
  }

  private static func log(
    _ chain: Chain, _ folder: DataFolder
  ) throws(NodeFailure) -> BlockLog<RealDisk> {
    do throws(DataFolderFailure) {
      let signer = try folder.logSigner(BlockLog<RealDisk>.origin(chain))
      // What was mended is of no account here: the log that results is checked by the proof.
      return BlockLog(chain, disk: folder.disk, signer: signer) { _ in }
    } catch {
      throw .folder(error)
    }
  }
}
