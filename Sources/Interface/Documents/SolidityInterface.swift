public import Economy
internal import Primitives

/// A module as a Solidity interface, for contracts and for people who read them.
public enum SolidityInterface {
  /// The path of the text.
  public static func path(_ module: ModuleDeclaration) -> String { "/abi/\(module.name).sol" }

  /// The interface's text, such as `interface IToken { … }`.
  public static func text(_ module: ModuleDeclaration) -> String {
    var structs: [Record] = []
    var body = ""
    for error in ABIDocument.errors(module) {
      let list = parameters(error.name, error.parameters, "", &structs)
      body += entry(error.help, "error \(error.name)(\(list));")
    }
    for event in module.events {
      let list = parameters(event.name, event.parameters, "", &structs)
      body += entry(event.help, "event \(event.name)(\(list));")
    }
    for call in module.calls {
      let list = parameters(call.name, call.parameters, "calldata", &structs)
      let result = returns(call.name, call.returns, &structs)
      let mutability = call.isPayable ? "external payable" : "external"
      body += entry(call.help, "function \(call.name)(\(list)) \(mutability)\(result);")
    }
    for query in module.queries {
      let list = parameters(query.name, query.parameters, "calldata", &structs)
      let result = returns(query.name, query.returns, &structs)
      body += entry(query.help, "function \(query.name)(\(list)) external view\(result);")
    }
    return """
      pragma solidity ^0.8.4;

      /// @notice \(module.help)
      interface I\(capitalized(module.name)) {
      \(structs.map(\.text).joined())\(body)}

      """
  }

  /// A tuple, which Solidity wants under a name.
  private struct Record {
    let name: String
    let type: ABIType
    let text: String
  }

  private static func entry(_ help: String, _ declaration: String) -> String {
    "  /// @notice \(help)\n  \(declaration)\n"
  }

  private static func returns(
    _ function: String, _ results: [ParameterDescription], _ structs: inout [Record]
  ) -> String {
    guard !results.isEmpty else { return "" }
    return " returns (\(parameters(function, results, "memory", &structs)))"
  }

  private static func parameters(
    _ owner: String, _ parameters: [ParameterDescription], _ location: String,
    _ structs: inout [Record]
  ) -> String {
    var texts: [String] = []
    for parameter in parameters {
      var words = [typeName(parameter.type, owner + capitalized(parameter.name), &structs)]
      if parameter.isIndexed { words.append("indexed") }
      if !location.isEmpty, isReference(parameter.type) { words.append(location) }
      words.append(parameter.name)
      texts.append(words.joined(separator: " "))
    }
    return texts.joined(separator: ", ")
  }

  /// Solidity's name of a type; a tuple becomes a struct named after where it stands.
  private static func typeName(
    _ type: ABIType, _ place: String, _ structs: inout [Record]
  ) -> String {
    switch type {
    case .array(let element): return typeName(element, place, &structs) + "[]"
    case .fixedArray(let element, let count):
      return typeName(element, place, &structs) + "[\(count)]"
    case .tuple(let fields):
      if let known = structs.first(where: { $0.type == type }) { return known.name }
      let name = capitalized(place)
      var text = "  struct \(name) {\n"
      for field in fields {
        let member = typeName(field.type, place + capitalized(field.name), &structs)
        text += "    \(member) \(field.name);\n"
      }
      structs.append(Record(name: name, type: type, text: text + "  }\n"))
      return name
    default: return type.solidity
    }
  }

  /// True where Solidity wants to be told where the value lies.
  private static func isReference(_ type: ABIType) -> Bool {
    switch type {
    case .bytes, .string, .array, .fixedArray, .tuple: true
    default: false
    }
  }

  private static func capitalized(_ name: String) -> String {
    name.prefix(1).uppercased() + name.dropFirst()
  }
}
