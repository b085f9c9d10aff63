public import Economy
public import Primitives

/// A log of a receipt as its module declares it.
public struct EventText: Sendable {
  public let module: ModuleDeclaration
  public let event: EventDeclaration
  /// In the order of the declaration.
  public let values: [ABITree]
  public let fields: [ABIField]

  /// Nil where no module declares such an event, or the log does not have its form.
  public init?(address: Address, topics: [Word], data: [UInt8]) {
    guard let module = Registry.module(at: address), let first = topics.first,
      let event = module.events.first(where: { $0.topic == first })
    else { return nil }
    let plain = event.parameters.filter { !$0.isIndexed }
    guard let unindexed = try? ABITree.decode(data, as: plain.map(\.type)) else { return nil }
    var rest = unindexed.makeIterator()
    var words = topics.dropFirst().makeIterator()
    var values: [ABITree] = []
    var fields: [ABIField] = []
    for parameter in event.parameters {
      guard parameter.isIndexed else {
        guard let value = rest.next() else { return nil }
        values.append(value)
        fields.append(parameter.field)
        continue
      }
      // Of what has no place in a word, a topic holds the hash.
      let field =
        parameter.field.headWords == 1 && !parameter.type.isDynamic
        ? parameter.field : ABIField(parameter.name, .fixedBytes(32), meaning: .digest)
      guard let word = words.next(),
        let value = try? ABITree.decode(word.bytes, as: [field.type]).first
      else { return nil }
      values.append(value)
      fields.append(field)
    }
    guard words.next() == nil else { return nil }
    self.module = module
    self.event = event
    self.values = values
    self.fields = fields
  }

  /// Such as `token.Transfer: from: …, to: …, value: 12.5 DTA`.
  public func words(_ coder: TextCoder) -> String {
    "\(module.name).\(event.name): \(coder.words(values, as: fields))"
  }
}

/// The data of a refused call as it is declared.
public struct RejectionText: Sendable {
  public let rejection: RejectionDeclaration
  public let values: [ABITree]
  /// What refused the call of a batch; empty for what is no batch's.
  private var cause: [RejectionText] = []

  /// Looks among the kernel's rejections and those of all modules, the module at `address` first;
  /// nil where nobody declares the error.
  public init?(address: Address?, data: [UInt8]) {
    guard let selector = Selector(data) else { return nil }
    let text =
      selector.value == RejectionDeclaration.textSelector
      ? try? ABIReader.decode(data, from: 4, as: String.self) : nil
    let own = address.flatMap(Registry.module).map { [$0] } ?? []
    let all = (own + Registry.modules).flatMap(\.rejections) + Kernel.rejections
    guard
      let rejection = all.first(where: {
        $0.selector == selector.value && $0.text == text
      }),
      let values = try? ABITree.decode(data, from: 4, as: rejection.parameters.map(\.type))
    else { return nil }
    self.rejection = rejection
    self.values = values
    if rejection.name == "CallFailed", values.count == 2, case .bytes(let reason) = values[1] {
      cause = RejectionText(address: nil, data: reason).map { [$0] } ?? []
    }
  }

  /// The name, the sentence of help and the values.
  public func words(_ coder: TextCoder) -> String {
    if let cause = cause.first, case .number(let place) = values[0] {
      return "\(rejection.name): call \(place) of the batch: \(cause.words(coder))"
    }
    let facts = coder.words(values, as: rejection.parameters.map(\.field))
    return "\(rejection.name): \(rejection.help)" + (facts.isEmpty ? "" : " (\(facts))")
  }
}
