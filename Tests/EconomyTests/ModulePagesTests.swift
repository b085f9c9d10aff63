import Cryptography
import Foundation
import Primitives
import Testing

@testable import Economy

/// `docs/modules/` holds a page for each module: its cover comment, and what it declares.
@Suite struct ModulePagesTests {
  private static let folder = DevelopmentNetwork.root.appendingPathComponent("docs/modules")

  private static func typeName(_ module: ModuleDeclaration) -> String {
    module.name.prefix(1).uppercased() + module.name.dropFirst()
  }

  /// The comment above the module's type, without its slashes.
  private static func cover(_ module: ModuleDeclaration) throws -> [String] {
    let name = typeName(module)
    let file = DevelopmentNetwork.root.appendingPathComponent(
      "Sources/Economy/\(name)/\(name).swift")
    let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    let end = try #require(lines.firstIndex { $0.hasPrefix("public enum \(name)") })
    let comment = lines[..<end].reversed().prefix { $0.hasPrefix("///") }.reversed()
    return comment.map { String($0.dropFirst($0.hasPrefix("/// ") ? 4 : 3)) }
  }

  private static func list(_ parameters: [ParameterDescription]) -> String {
    parameters.map { "\(described($0.type))\($0.isIndexed ? " indexed" : "") \($0.name)" }
      .joined(separator: ", ")
  }

  /// The type in Solidity's words, with the names of what a tuple holds.
  private static func described(_ type: ABIType) -> String {
    switch type {
    case .tuple(let fields):
      "(" + fields.map { "\(described($0.type)) \($0.name)" }.joined(separator: ", ") + ")"
    case .array(let element): described(element) + "[]"
    case .fixedArray(let element, let count): described(element) + "[\(count)]"
    default: type.solidity
    }
  }

  private static func cell(_ text: String) -> String {
    text.replacingOccurrences(of: "|", with: "\\|")
  }

  static func page(_ module: ModuleDeclaration) throws -> String {
    var page = "# \(module.name)\n\n\(module.help)\n\n"
    page += "Address `\(module.address.checksummed)`. The page is made from the cover comment of\n"
    let name = typeName(module)
    page +=
      "[`\(name).swift`](../../Sources/Economy/\(name)/\(name).swift) and from what the module\n"
    page += "declares; it is checked with every run of the tests.\n\n"
    page += try cover(module).joined(separator: "\n") + "\n"
    if !module.calls.isEmpty {
      page += "\n## Operations\n\n| operation | selector | asks for the role | what it does |\n"
      page += "|---|---|---|---|\n"
      for call in module.calls {
        page += "| `\(call.name)(\(list(call.parameters)))` | `\(hex(call.selector))` | "
        let role = call.role.map { "`\($0.rawValue)`" } ?? ""
        page += "\(role) | \(cell(call.help)) |\n"
      }
    }
    if !module.queries.isEmpty {
      page += "\n## Queries\n\n| query | answers | selector | what it says |\n|---|---|---|---|\n"
      for query in module.queries {
        page += "| `\(query.name)(\(list(query.parameters)))` | `\(list(query.returns))` | "
        page += "`\(hex(query.selector))` | \(cell(query.help)) |\n"
      }
    }
    if !module.events.isEmpty {
      page += "\n## Events\n\n| event | when |\n|---|---|\n"
      for event in module.events {
        page += "| `\(event.name)(\(list(event.parameters)))` | \(cell(event.help)) |\n"
      }
    }
    if !module.rejections.isEmpty {
      page += "\n## Rejections, in order of precedence\n\n"
      page += "| code | error | what is wrong, and the repair |\n|---:|---|---|\n"
      for rejection in module.rejections {
        page += "| \(rejection.code) | `\(rejection.name)(\(list(rejection.parameters)))` | "
        page += "\(cell(rejection.help)) |\n"
      }
    }
    return page
  }

  private static func hex(_ selector: UInt32) -> String {
    let digits = String(selector, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }

  static func index() -> String {
    var page = """
      # The economy's modules

      | module | number | what it is | operations | queries |
      |---|---:|---|---:|---:|

      """
    for module in Registry.modules {
      page += "| [\(module.name)](\(module.name).md) | \(module.number) | \(cell(module.help)) | "
      page += "\(module.calls.count) | \(module.queries.count) |\n"
    }
    return page
  }

  @Test("docs/modules is current; FREEHOLD_WRITE_DOCS=1 writes it anew")
  func modulePagesAreUpToDate() throws {
    var pages = ["README.md": Self.index()]
    for module in Registry.modules { pages["\(module.name).md"] = try Self.page(module) }
    if ProcessInfo.processInfo.environment["FREEHOLD_WRITE_DOCS"] == "1" {
      try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      for (name, page) in pages {
        try page.write(
          to: Self.folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
      }
    }
    let present = (try? FileManager.default.contentsOfDirectory(atPath: Self.folder.path)) ?? []
    #expect(
      Set(present) == Set(pages.keys), "docs/modules holds other pages than there are modules")
    for (name, page) in pages.sorted(by: { $0.key < $1.key }) {
      let place = Self.folder.appendingPathComponent(name)
      let printed = (try? String(contentsOf: place, encoding: .utf8)) ?? ""
      #expect(
        printed == page,
        "\(name): write it anew: FREEHOLD_WRITE_DOCS=1 swift test --filter modulePagesAreUpToDate")
    }
  }
}
