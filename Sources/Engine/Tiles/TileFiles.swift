internal import Primitives
internal import Storage

/// Where the log stands in a data folder.
enum TileLayout {
  static let folder = "tiles"
  /// The signed checkpoint's name in it.
  static let checkpoint = "checkpoint"
}

/// The log's files in a data folder.
struct TileFiles<D: Disk>: Sendable {
  let disk: D
  /// Folders that are there.
  private var folders: [String] = []

  init(_ disk: D) { self.disk = disk }

  private static func path(_ name: String) -> String {
    name.isEmpty ? TileLayout.folder : "\(TileLayout.folder)/\(name)"
  }

  /// Largest first: 256 entries with their lengths.
  private static var limit: UInt64 { UInt64(TileName.fullWidth * (EntryBundle.entryLimit + 2)) }

  /// The file's bytes; nil where it is not there.
  func read(_ name: String) throws(TileFailure) -> [UInt8]? {
    do throws(StorageFailure) {
      return try disk.readWhole(Self.path(name), limit: Self.limit)
    } catch {
      if error.kind == .missing { return nil }
      throw .storage(error)
    }
  }

  /// Writes a file so that a crash leaves the old one or the new one; one that is the same already
  /// stays untouched.
  mutating func write(_ name: String, _ bytes: [UInt8]) throws(TileFailure) -> Bool {
    if let found = try read(name), found == bytes { return false }
    do throws(StorageFailure) {
      try makeFolders(of: Self.path(name))
      try disk.writeAtomically(Self.path(name), bytes)
      return true
    } catch {
      throw .storage(error)
    }
  }

  private mutating func makeFolders(of path: String) throws(StorageFailure) {
    var folder = ""
    for element in path.split(separator: "/").dropLast() {
      let parent = folder
      folder += folder.isEmpty ? String(element) : "/\(element)"
      guard !folders.contains(folder) else { continue }
      try disk.makeFolder(folder)
      try disk.syncFolder(parent)
      // Old ones are hardly met again: a few stay known.
      if folders.count >= 32 { folders.removeFirst(16) }
      folders.append(folder)
    }
  }

  /// Removes the partial forms of tiles that are full; what cannot be removed stays and harms
  /// nobody.
  func removePartials(of name: TileName) {
    let folder = Self.path(name.partialFolder)
    for width in (try? disk.list(folder)) ?? [] { try? disk.remove("\(folder)/\(width)") }
  }

  /// The paths of all files of the log, ascending, without what an interrupted write left aside.
  func all() throws(TileFailure) -> [String] {
    do throws(StorageFailure) {
      return try files(in: "")
    } catch {
      if error.kind == .missing { return [] }
      throw .storage(error)
    }
  }

  private func files(in folder: String) throws(StorageFailure) -> [String] {
    var found: [String] = []
    var last = ""
    for name in try disk.list(Self.path(folder)) {
      // A disk that has no folders of its own lists what is below as well.
      let element = name.split(separator: "/").first.map(String.init) ?? name
      guard element != last, !element.hasSuffix(".new") else { continue }
      last = element
      let path = folder.isEmpty ? element : "\(folder)/\(element)"
      if Self.isFolder(path) {
        found += try files(in: path)
      } else {
        found.append(path)
      }
    }
    return found
  }

  /// By the names that the layout gives to folders.
  private static func isFolder(_ path: String) -> Bool {
    let elements = path.split(separator: "/")
    guard let last = elements.last, elements.first == "tile" else { return false }
    return elements.count <= 2 || last.hasPrefix("x") || last.hasSuffix(".p")
  }
}
