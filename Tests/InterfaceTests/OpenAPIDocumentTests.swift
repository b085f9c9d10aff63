import Economy
import Primitives
import Testing

@testable import Interface

@Suite struct OpenAPIDocumentTests {
  private func document(_ network: TestNetwork) throws -> JSONValue {
    try JSONParser.parse(
      network.router.respond(method: "GET", path: "/openapi.json", body: []).body)
  }

  @Test("Every query, operation and other path of the node has its entry")
  func completeness() throws {
    let network = try TestNetwork()
    let paths = try #require(try document(network)["paths"])
    for module in Registry.modules {
      for (name, query) in ModuleRoutes.named(module.queries, \.name, \.parameters.count) {
        let entry = try #require(
          paths["/v1/\(module.name)/\(name)"]?["get"], "\(module.name).\(name) has no entry")
        #expect(entry["summary"] == .string(query.help))
      }
      for (name, call) in ModuleRoutes.named(module.calls, \.name, \.parameters.count) {
        let entry = try #require(
          paths["/v1/\(module.name)/\(name)"]?["post"], "\(module.name).\(name) has no entry")
        #expect(entry["summary"] == .string(call.help))
      }
    }
    for path in network.router.paths where !path.hasPrefix(Problem.prefix) {
      #expect(
        paths[path] != nil || FirstPage.assets.contains { $0.path == path },
        "\(path) answers and is not in /openapi.json: describe it in DescribedRoutes")
    }
  }

  @Test("Operations have names of their own, references lead somewhere, variables are declared")
  func soundness() throws {
    let network = try TestNetwork()
    let document = try document(network)
    var names: [String] = []
    for path in document["paths"]?.members ?? [] {
      for operation in path.value.members ?? [] {
        names.append(operation.value["operationId"]?.string ?? "")
        let declared = (operation.value["parameters"]?.elements ?? [])
          .filter { $0["in"] == .string("path") }.compactMap { $0["name"]?.string }
        let used = path.name.split(separator: "{").dropFirst().map { $0.prefix { $0 != "}" } }
        #expect(Set(declared) == Set(used.map(String.init)), "\(path.name)")
      }
    }
    #expect(names.count == Set(names).count && !names.contains(""))
    var references: Set<String> = []
    collect(document, &references)
    for reference in references {
      #expect(document.at(String(reference.dropFirst())) != nil, "\(reference)")
    }
    let schemas = document.at("/components/schemas")?.members ?? []
    for schema in schemas {
      #expect(references.contains("#/components/schemas/\(schema.name)"), "\(schema.name) is idle")
    }
  }

  private func collect(_ value: JSONValue, _ references: inout Set<String>) {
    switch value {
    case .array(let elements): for element in elements { collect(element, &references) }
    case .object(let members):
      for member in members {
        if member.name == "$ref", let text = member.value.string { references.insert(text) }
        collect(member.value, &references)
      }
    default: break
    }
  }
}
