public import Economy
public import Primitives

/// Call data as its module declares it.
public struct CallText: Sendable {
  public let module: ModuleDeclaration
  /// The operation's or query's name.
  public let name: String
  public let help: String
  /// In the order of the declaration.
  public let values: [ABITree]
  public let fields: [ABIField]

  /// Nil where no module is at the address, or where the data is that of none of its operations
  /// and queries.
  public init?(to address: Address, data: [UInt8]) {
    guard let module = Registry.module(at: address) else { return nil }
    self.init(module, data)
  }

  /// As above, for whichever module declares such data first.
  public init?(data: [UInt8]) {
    for module in Registry.modules {
      guard let found = CallText(module, data) else { continue }
      self = found
      return
    }
    return nil
  }

  private init?(_ module: ModuleDeclaration, _ data: [UInt8]) {
    guard let selector = Selector(data) else { return nil }
    let parameters: [ParameterDescription]
    if let call = module.call(selector.value)?.call {
      (name, help, parameters) = (call.name, call.help, call.parameters)
    } else if let query = module.query(selector.value) {
      (name, help, parameters) = (query.name, query.help, query.parameters)
    } else {
      return nil
    }
    guard let values = try? ABITree.decode(data, from: 4, as: parameters.map(\.type)) else {
      return nil
    }
    self.module = module
    self.values = values
    fields = parameters.map(\.field)
  }

  /// Such as `token.transfer: to: …, value: 12.5 DTA`.
  public func words(_ coder: TextCoder) -> String {
    let facts = coder.words(values, as: fields)
    return "\(module.name).\(name)" + (facts.isEmpty ? "" : ": \(facts)")
  }
}
