public import Economy
internal import Primitives

/// A module's interface as Solidity's tools read it: the ABI's JSON and a `.sol` interface.
public enum ABIDocument {
  /// The path of the JSON document.
  public static func path(_ module: ModuleDeclaration) -> String { "/abi/\(module.name).json" }

  /// Functions, events and errors in the order of their declarations, then the kernel's errors.
  public static func json(_ module: ModuleDeclaration) -> [UInt8] {
    var writer = JSONWriter(capacity: 8_192)
    writer.beginArray()
    for call in module.calls {
      let mutability = call.isPayable ? "payable" : "nonpayable"
      function(call.name, call.parameters, call.returns, mutability, &writer)
    }
    for query in module.queries {
      function(query.name, query.parameters, query.returns, "view", &writer)
    }
    for event in module.events {
      writer.beginObject()
      writer.member("type", text: "event")
      writer.member("name", text: event.name)
      writer.member("anonymous", flag: false)
      writer.name("inputs")
      parameters(event.parameters, areIndexed: true, &writer)
      writer.endObject()
    }
    for error in errors(module) {
      writer.beginObject()
      writer.member("type", text: "error")
      writer.member("name", text: error.name)
      writer.name("inputs")
      parameters(error.parameters, &writer)
      writer.endObject()
    }
    writer.endArray()
    return writer.bytes
  }

  /// The custom errors that a call of the module may revert with: its own and the kernel's, each
  /// once. `Error(string)` is Solidity's own and stands in no interface.
  static func errors(_ module: ModuleDeclaration) -> [RejectionDeclaration] {
    var errors: [RejectionDeclaration] = []
    for error in module.rejections + Kernel.rejections
    where error.text == nil && !errors.contains(where: { $0.signature == error.signature }) {
      errors.append(error)
    }
    return errors
  }

  private static func function(
    _ name: String, _ inputs: [ParameterDescription], _ outputs: [ParameterDescription],
    _ mutability: String, _ writer: inout JSONWriter
  ) {
    writer.beginObject()
    writer.member("type", text: "function")
    writer.member("name", text: name)
    writer.member("stateMutability", text: mutability)
    writer.name("inputs")
    parameters(inputs, &writer)
    writer.name("outputs")
    parameters(outputs, &writer)
    writer.endObject()
  }

  private static func parameters(
    _ parameters: [ParameterDescription], areIndexed: Bool = false, _ writer: inout JSONWriter
  ) {
    writer.beginArray()
    for parameter in parameters {
      writer.beginObject()
      value(parameter.name, parameter.type, &writer)
      if areIndexed { writer.member("indexed", flag: parameter.isIndexed) }
      writer.endObject()
    }
    writer.endArray()
  }

  /// Name, type, and the fields of a tuple.
  private static func value(_ name: String, _ type: ABIType, _ writer: inout JSONWriter) {
    writer.member("name", text: name)
    writer.member("type", text: type.jsonName)
    guard !type.components.isEmpty else { return }
    writer.name("components")
    writer.beginArray()
    for field in type.components {
      writer.beginObject()
      value(field.name, field.type, &writer)
      writer.endObject()
    }
    writer.endArray()
  }
}
