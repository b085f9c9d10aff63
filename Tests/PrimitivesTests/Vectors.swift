import Foundation
import Testing

/// Test data of others: `$FREEHOLD_VECTORS`, or `../shared/vectors` beside the package.
enum Vectors {
  /// The JSON object in the file. Where it is absent the test fails under CI and is skipped loudly
  /// elsewhere.
  static func object(_ path: String) throws -> [String: Any] {
    let environment = ProcessInfo.processInfo.environment
    let package = URL(filePath: #filePath).appending(path: "../../..").standardized
    let folder =
      environment["FREEHOLD_VECTORS"].map { URL(filePath: $0) }
      ?? package.appending(path: "../shared/vectors").standardized
    let file = folder.appending(path: path)
    guard let data = try? Data(contentsOf: file) else {
      let message = "SKIPPED: no test data at \(file.path); set FREEHOLD_VECTORS"
      print(message)
      if environment["CI"] != nil { Issue.record("\(message): required under CI") }
      try Test.cancel("\(message)")
    }
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }
}
