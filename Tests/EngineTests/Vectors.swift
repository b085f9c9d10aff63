import Foundation
import Testing

/// Test data of others: `$FREEHOLD_VECTORS`, or `../shared/vectors` beside the package.
enum Vectors {
  /// The files of a folder with one ending, by path and in order. Where the folder is absent the
  /// test fails under CI and is skipped loudly elsewhere.
  static func files(_ path: String, ending: String) throws -> [(name: String, data: Data)] {
    let environment = ProcessInfo.processInfo.environment
    let package = URL(filePath: #filePath).appending(path: "../../..").standardized
    let root =
      environment["FREEHOLD_VECTORS"].map { URL(filePath: $0) }
      ?? package.appending(path: "../shared/vectors").standardized
    let folder = root.appending(path: path)
    guard let names = try? FileManager.default.subpathsOfDirectory(atPath: folder.path) else {
      let message = "SKIPPED: no test data at \(folder.path); set FREEHOLD_VECTORS"
      print(message)
      if environment["CI"] != nil { Issue.record("\(message): required under CI") }
      try Test.cancel("\(message)")
    }
    return try names.filter { $0.hasSuffix(ending) }.sorted().map {
      ($0, try Data(contentsOf: folder.appending(path: $0)))
    }
  }
}
