import Foundation
import Testing

@testable import Interface

@Suite struct FirstPageTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("page")

  @Test("The binary carries page/ as it stands; script/page puts it in")
  func embedded() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
    let embedded =
      FirstPage.assets.map { (String($0.path.dropFirst(6)), $0.text) }
      + [("index.html", PageIndexHTML.text)]
    #expect(files == embedded.map(\.0).sorted())
    for (name, text) in embedded {
      let file = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
      #expect(text + "\n" == file, "page/\(name) has changed: run script/page")
    }
  }

  @Test("The scripts load only each other, make no markup of texts, and round no amounts")
  func scripts() {
    let names = FirstPage.assets.map(\.path)
    for asset in FirstPage.assets where asset.path.hasSuffix(".js") {
      for line in asset.text.split(separator: "\n") {
        if let range = line.range(of: "from \"./") {
          let name = line[range.upperBound...].prefix { $0 != "\"" }
          #expect(names.contains("/page/\(name)"), "\(asset.path): \(line)")
        }
        for banned in [
          "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http:",
          "parseFloat", "parseInt", ".style",
        ] where line.contains(banned) && !line.contains("http://www.w3.org/2000/svg") {
          Issue.record("\(asset.path) has \(banned): \(line)")
        }
      }
    }
    #expect(Set(FirstPage.names).count == 9)
  }
}
