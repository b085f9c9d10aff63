import Cryptography
import Engine
import Node
import Primitives
import Storage

/// What `verify` checks and says of the block log.
enum LogVerification {
  /// Compares tiles and checkpoint with the chain; nil where the folder has none.
  static func of(_ chain: Chain, _ folder: DataFolder) throws(NodeFailure) -> TileSummary? {
    let key: NoteKey?
    do throws(DataFolderFailure) {
      key = try folder.logKey(BlockLog<RealDisk>.origin(chain))
    } catch {
      throw .folder(error)
    }
    guard let key else { return nil }
    do throws(TileFailure) {
      return try BlockLogCheck.verify(chain, disk: folder.disk, key: key)
    } catch {
      throw .folder(DataFolderFailure(error.text))
    }
  }

  static func line(_ log: TileSummary) -> String {
    log.size == 0
      ? "  block log     \(log.files) files as the chain gives them; no checkpoint is signed yet: "
        + "the node signs one when it starts"
      : "  block log     \(log.size) blocks in \(log.files) files, signed by \(log.key.text)"
  }

  static func write(_ log: TileSummary, to writer: inout JSONWriter) {
    writer.name("log")
    writer.beginObject()
    writer.name("size")
    writer.number(log.size)
    writer.name("files")
    writer.number(log.files)
    writer.name("root")
    writer.string(Hex.text(log.root.bytes))
    writer.name("key")
    writer.string(log.key.text)
    writer.endObject()
  }
}
