internal import Cryptography
public import Primitives

/// A parameter of an operation, query or event: its name, and by its Swift type its Solidity type
/// and its meaning.
public struct Parameter<Value: ABIValue>: Sendable {
  let name: String
  let isIndexed: Bool
  let meaning: Meaning

  /// - Parameters:
  ///   - indexed: true for an event's topic.
  ///   - meaning: where it is another than the type's own, such as units that may be any number.
  public init(_ name: String, indexed: Bool = false, meaning: Meaning = Value.meaning) {
    self.name = name
    isIndexed = indexed
    self.meaning = meaning
  }

  var description: ParameterDescription {
    ParameterDescription(
      name: name, type: Value.abiType, meaning: meaning, elementMeaning: Value.elementMeaning,
      isIndexed: isIndexed)
  }
}

/// A parameter as the surfaces see it.
public struct ParameterDescription: Sendable {
  public let name: String
  public let type: ABIType
  public let meaning: Meaning
  /// What the elements of an array mean; nil for other types.
  public let elementMeaning: Meaning?
  /// True for an event's topic.
  public let isIndexed: Bool

  init(_ field: ABIField) {
    name = field.name
    type = field.type
    meaning = field.meaning
    elementMeaning = field.elementMeaning
    isIndexed = false
  }

  init(
    name: String, type: ABIType, meaning: Meaning, elementMeaning: Meaning?, isIndexed: Bool
  ) {
    self.name = name
    self.type = type
    self.meaning = meaning
    self.elementMeaning = elementMeaning
    self.isIndexed = isIndexed
  }

  /// The parameter as a field, the form that coders of values take.
  public var field: ABIField {
    ABIField(name, type, meaning: meaning, elementMeaning: elementMeaning)
  }
}

/// An operation as outsiders see it: the single source of its ABI, REST and command-line forms.
public struct CallDeclaration: Sendable {
  public let name: String
  /// One line of help.
  public let help: String
  public let parameters: [ParameterDescription]
  /// What a call returns.
  public let returns: [ParameterDescription]
  /// The role that the operation asks for, where one fixed role is asked for.
  public let role: Access.Role?
  /// Arguments of a worked example, as a person would type them.
  public let example: String
  /// What pause, emergency and block list do to the operation.
  public let compliance: CompliancePolicy
  /// True where the transaction's value may come with it: Solidity's `payable`.
  public let isPayable: Bool
  /// Solidity's canonical signature, such as `transfer(address,uint256)`.
  public let signature: String
  /// The first four bytes of the signature's keccak-256.
  public let selector: UInt32
  /// Reads the arguments of call data, from the offset behind the selector to its end.
  public let decode: @Sendable ([UInt8], Int) throws(ABIFailure) -> Operation

  public init<each Value: ABIValue>(
    _ name: String, _ help: String, example: String, returns: [ParameterDescription] = [],
    compliance: CompliancePolicy, role: Access.Role? = nil, isPayable: Bool = false,
    _ parameters: repeat Parameter<each Value>,
    make: @escaping @Sendable (repeat each Value) -> Operation
  ) {
    var descriptions: [ParameterDescription] = []
    for parameter in repeat each parameters { descriptions.append(parameter.description) }
    self.name = name
    self.help = help
    self.example = example
    self.compliance = compliance
    self.isPayable = isPayable
    self.parameters = descriptions
    self.returns = returns
    self.role = role
    signature = Signatures.text(name, descriptions)
    selector = Signatures.selector(signature)
    decode = { (data: [UInt8], offset: Int) throws(ABIFailure) -> Operation in
      let arguments = try ABIReader.decode(data, from: offset, as: repeat (each Value).self)
      return make(repeat each arguments)
    }
  }
}

/// A read-only view: its answer depends on the state alone and is bounded in size.
public struct QueryDeclaration: Sendable {
  public let name: String
  /// One line of help.
  public let help: String
  public let parameters: [ParameterDescription]
  public let returns: [ParameterDescription]
  /// Arguments of a worked example, as a person would type them.
  public let example: String
  public let signature: String
  public let selector: UInt32
  /// Reads the arguments of call data, from the offset behind the selector to its end, and returns
  /// the encoded answer.
  public let answer:
    @Sendable (borrowing EconomyState, [UInt8], Int) throws(QueryFailure) -> [UInt8]

  public init<each Value: ABIValue, Answer: ABIValue>(
    _ name: String, _ help: String, example: String, returns: Parameter<Answer>,
    _ parameters: repeat Parameter<each Value>,
    read:
      @escaping @Sendable (borrowing EconomyState, repeat each Value) throws(Rejection) -> Answer
  ) {
    var descriptions: [ParameterDescription] = []
    for parameter in repeat each parameters { descriptions.append(parameter.description) }
    self.name = name
    self.help = help
    self.example = example
    self.parameters = descriptions
    self.returns = [returns.description]
    signature = Signatures.text(name, descriptions)
    selector = Signatures.selector(signature)
    answer = {
      (state: borrowing EconomyState, data: [UInt8], offset: Int) throws(QueryFailure) in
      let arguments: (repeat each Value)
      do throws(ABIFailure) {
        arguments = try ABIReader.decode(data, from: offset, as: repeat (each Value).self)
      } catch {
        throw QueryFailure.malformed(error)
      }
      do throws(Rejection) {
        return ABIWriter.encode(try read(state, repeat each arguments))
      } catch {
        throw QueryFailure.rejected(error)
      }
    }
  }
}

extension QueryDeclaration {
  /// A view with several results: the fields of a record, each a result of its own.
  public init<each Value: ABIValue, Answer: ABIRecord>(
    _ name: String, _ help: String, example: String, results: Answer.Type,
    _ parameters: repeat Parameter<each Value>,
    read:
      @escaping @Sendable (borrowing EconomyState, repeat each Value) throws(Rejection) -> Answer
  ) {
    var descriptions: [ParameterDescription] = []
    for parameter in repeat each parameters { descriptions.append(parameter.description) }
    self.name = name
    self.help = help
    self.example = example
    self.parameters = descriptions
    returns = Answer.fields.map(ParameterDescription.init)
    signature = Signatures.text(name, descriptions)
    selector = Signatures.selector(signature)
    answer = {
      (state: borrowing EconomyState, data: [UInt8], offset: Int) throws(QueryFailure) in
      let arguments: (repeat each Value)
      do throws(ABIFailure) {
        arguments = try ABIReader.decode(data, from: offset, as: repeat (each Value).self)
      } catch {
        throw QueryFailure.malformed(error)
      }
      do throws(Rejection) {
        return ABIWriter.encode(fieldsOf: try read(state, repeat each arguments))
      } catch {
        throw QueryFailure.rejected(error)
      }
    }
  }
}

/// Why a query has no answer.
public enum QueryFailure: Error, Sendable {
  case malformed(ABIFailure)
  case rejected(Rejection)
}

/// An event as outsiders see it.
public struct EventDeclaration: Sendable {
  public let code: UInt8
  public let name: String
  /// One line of help.
  public let help: String
  public let parameters: [ParameterDescription]
  public let signature: String
  /// The keccak-256 of the signature: the log's first topic.
  public let topic: Word

  public init<each Value: ABIValue>(
    _ code: UInt8, _ name: String, _ help: String, _ parameters: repeat Parameter<each Value>
  ) {
    var descriptions: [ParameterDescription] = []
    for parameter in repeat each parameters { descriptions.append(parameter.description) }
    self.code = code
    self.name = name
    self.help = help
    self.parameters = descriptions
    signature = Signatures.text(name, descriptions)
    topic = Word(Keccak256.hash(Array(signature.utf8)))
  }
}

/// A rejection as outsiders see it: a Solidity custom error of at most three static parameters, or
/// a text as Solidity's `require` reverts with.
public struct RejectionDeclaration: Sendable {
  public let code: UInt8
  public let name: String
  /// What is wrong and how to repair it, in one sentence.
  public let help: String
  public let parameters: [ParameterDescription]
  public let signature: String
  public let selector: UInt32
  /// What it reverts with as `Error(string)`, for callers who match on a text that others made
  /// known; nil for a custom error.
  public let text: String?

  public init<each Value: ABIValue>(
    _ code: UInt8, _ name: String, _ help: String, _ parameters: repeat Parameter<each Value>
  ) {
    text = nil
    var descriptions: [ParameterDescription] = []
    for parameter in repeat each parameters { descriptions.append(parameter.description) }
    self.code = code
    self.name = name
    self.help = help
    self.parameters = descriptions
    signature = Signatures.text(name, descriptions)
    selector = Signatures.selector(signature)
  }

  /// A rejection that reverts with a text.
  public init(_ code: UInt8, _ name: String, _ help: String, text: String) {
    self.text = text
    self.code = code
    self.name = name
    self.help = help
    parameters = []
    signature = "Error(string)"
    selector = Self.textSelector
  }

  /// The selector of Solidity's `Error(string)`.
  public static let textSelector: UInt32 = 0x08c3_79a0

  /// What a person reads: the text, or name and help.
  public var message: String { text ?? "\(name): \(help)" }

  /// The revert data of a rejection with this code, of the refused call alone where it stands in a
  /// batch.
  public func revertData(_ rejection: Rejection) -> [UInt8] {
    if let text { return ABIWriter.encode(text, after: Selector(selector).bytes) }
    var bytes: [UInt8] = []
    selector.appendBigEndian(to: &bytes)
    let words = [rejection.first, rejection.second, rejection.third]
    for word in words.prefix(parameters.count) { word.append(to: &bytes) }
    return bytes
  }
}

/// Everything that outsiders rely on of one module.
public struct ModuleDeclaration: Sendable {
  /// The module's number in `Registry`; also the last bytes of its address.
  public let number: UInt8
  /// The name in addresses of documents, routes and commands, such as `token`.
  public let name: String
  /// One line of help.
  public let help: String
  public let calls: [CallDeclaration]
  public let queries: [QueryDeclaration]
  public let events: [EventDeclaration]
  public let rejections: [RejectionDeclaration]

  public init(
    number: UInt8, name: String, help: String, calls: [CallDeclaration],
    queries: [QueryDeclaration], events: [EventDeclaration], rejections: [RejectionDeclaration]
  ) {
    self.number = number
    self.name = name
    self.help = help
    self.calls = calls
    self.queries = queries
    self.events = events
    self.rejections = rejections
  }

  /// Where the module answers.
  public var address: Address { SystemAddress.module(number) }

  /// The call with that selector and its place.
  public func call(_ selector: UInt32) -> (place: Int, call: CallDeclaration)? {
    for (place, call) in calls.enumerated() where call.selector == selector {
      return (place, call)
    }
    return nil
  }

  /// The query with that selector.
  public func query(_ selector: UInt32) -> QueryDeclaration? {
    queries.first { $0.selector == selector }
  }

  /// The event with that code.
  public func event(_ code: UInt8) -> EventDeclaration? { events.first { $0.code == code } }

  /// The rejection with that code.
  public func rejection(_ code: UInt8) -> RejectionDeclaration? {
    rejections.first { $0.code == code }
  }
}

/// Solidity's canonical signatures.
enum Signatures {
  static func text(_ name: String, _ parameters: [ParameterDescription]) -> String {
    name + "(" + parameters.map(\.type.solidity).joined(separator: ",") + ")"
  }

  static func selector(_ signature: String) -> UInt32 {
    UInt32(truncatingIfNeeded: Keccak256.hash(Array(signature.utf8)).w0 >> 32)
  }
}
