import Foundation
import Testing

/// Test data of others, which is not part of the repository: `$FREEHOLD_VECTORS`, else
/// ../shared/vectors beside the package.
enum Vectors {
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["FREEHOLD_VECTORS"] {
      return URL(fileURLWithPath: path, isDirectory: true)
    }
    let package = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return package.deletingLastPathComponent().appendingPathComponent("shared/vectors")
  }()

  /// The contents of a file, or nil where it is absent: a failure in CI, a loud line elsewhere.
  static func load<Contents: Decodable>(
    _ type: Contents.Type, _ path: String
  ) throws -> Contents? {
    let file = folder.appendingPathComponent(path)
    guard let data = try? Data(contentsOf: file) else {
      if ProcessInfo.processInfo.environment["CI"] != nil {
        Issue.record("no test data at \(file.path); set FREEHOLD_VECTORS")
      } else {
        print("SKIPPED, UNTESTED: no test data at \(file.path); set FREEHOLD_VECTORS")
      }
      return nil
    }
    return try JSONDecoder().decode(type, from: data)
  }
}
