import Foundation

/// The files of the repository that the rules look at, in the order of their paths.
struct SourceTree: Sendable {
  let files: [SourceFile]
  private let places: [String: Int]

  init(_ files: [SourceFile]) {
    self.files = files.sorted { $0.path < $1.path }
    places = Dictionary(
      uniqueKeysWithValues: self.files.enumerated().map { ($0.element.path, $0.offset) })
  }

  /// A tree held in memory; scripts in it count as executable.
  init(_ texts: [String: String]) {
    self.init(
      texts.map {
        SourceFile(
          path: $0.key, bytes: Array($0.value.utf8), isExecutable: $0.key.hasPrefix("script/"))
      })
  }

  subscript(path: String) -> SourceFile? { places[path].map { files[$0] } }

  /// The Swift files of `Sources`, the C ones left out.
  var sources: [SourceFile] { files.filter { $0.isSwift && $0.target != nil } }

  /// The folder names at the top of the repository that hold files, hidden ones left out.
  var topFolders: [String] {
    Set(files.compactMap { $0.folders.first }).filter { !$0.hasPrefix(".") }.sorted()
  }

  /// The repository that this file stands in.
  static let repository = SourceTree(readRepository())

  private static let skippedFolders: Set<String> = [
    ".build", ".git", ".venv", ".freehold", "__pycache__", ".swiftpm", ".pytest_cache",
    // Bytes that decoders refuse, and no text of ours.
    "Corpus",
  ]

  private static func readRepository() -> [SourceFile] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().standardizedFileURL
    var found: [SourceFile] = []
    read(root, "", into: &found)
    return found
  }

  private static func read(_ folder: URL, _ prefix: String, into found: inout [SourceFile]) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where !skippedFolders.contains(name) {
      let place = folder.appending(path: name)
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else {
        continue
      }
      if isFolder.boolValue {
        read(place, prefix + name + "/", into: &found)
      } else if let data = try? Data(contentsOf: place), isText(name) {
        let isExecutable = FileManager.default.isExecutableFile(atPath: place.path)
        found.append(
          SourceFile(path: prefix + name, bytes: Array(data), isExecutable: isExecutable))
      }
    }
  }

  /// Files without an ending are scripts and the like; object files and pictures are left out.
  private static func isText(_ name: String) -> Bool {
    let endings = [
      "swift", "c", "h", "modulemap", "py", "sh", "md", "json", "txt", "yaml", "toml", "html",
      "css",
      "js", "gitignore", "swift-format",
    ]
    let parts = name.split(separator: ".")
    return !name.contains(".") || endings.contains(parts.last.map(String.init) ?? "")
  }
}
