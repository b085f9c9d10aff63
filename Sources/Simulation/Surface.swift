internal import Economy
internal import Ledger
internal import Primitives

/// The economy's operations, queries and events by their declared names: scenarios and workloads
/// lean on what outsiders see, through the very encoders and decoders that outsiders use.
enum Surface {
  /// An operation. One that nobody declares becomes what the kernel makes of unknown call data.
  static func call(_ module: UInt8, _ name: String, _ arguments: [ABITree]) -> DecodedCall {
    let data = data(module, name, arguments)
    return Registry.decode(to: SystemAddress.module(module), data: data, range: 0..<data.count)
  }

  /// An operation's call data.
  static func data(_ module: UInt8, _ name: String, _ arguments: [ABITree]) -> [UInt8] {
    let calls = Registry.module(module)?.calls ?? []
    guard
      let call = calls.first(where: { $0.name == name && $0.parameters.count == arguments.count }),
      let data = encode(call.selector, call.parameters, arguments)
    else { return [0, 0, 0, 0] }
    return data
  }

  /// What a query answers; nil where it is not declared or refuses.
  static func ask(
    _ state: borrowing EconomyState, _ module: UInt8, _ name: String, _ arguments: [ABITree] = []
  ) -> Answer? {
    let queries = Registry.module(module)?.queries ?? []
    guard
      let query = queries.first(where: {
        $0.name == name && $0.parameters.count == arguments.count
      }), let data = encode(query.selector, query.parameters, arguments)
    else { return nil }
    do throws(QueryFailure) {
      return Answer(query.returns, try query.answer(state, data, 4))
    } catch {
      return nil
    }
  }

  /// The events of a stretch of the open block's log, each with its name and words.
  static func events(_ state: borrowing EconomyState, _ range: Range<Int>) -> [Happening] {
    var happenings: [Happening] = []
    for place in range {
      let record = state.ledger.events.records[place]
      guard let declaration = Registry.event(record) else { continue }
      var words: [Word] = []
      for word in Int(record.start)..<Int(record.start + record.wordCount) {
        words.append(state.ledger.events.words[word])
      }
      // Topics stand first in the log, whatever the order of the declaration.
      let names =
        declaration.parameters.filter(\.isIndexed) + declaration.parameters.filter { !$0.isIndexed }
      happenings.append(
        Happening(
          module: record.module, name: declaration.name,
          values: Array(zip(names.map(\.name), words))))
    }
    return happenings
  }

  /// A rejection's declared name.
  static func name(_ rejection: Rejection) -> String {
    Registry.rejection(rejection)?.name ?? "\(rejection.module).\(rejection.code)"
  }

  private static func encode(
    _ selector: UInt32, _ parameters: [ParameterDescription], _ arguments: [ABITree]
  ) -> [UInt8]? {
    let prefix = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: selector >> UInt32($0)) }
    do throws(ABIFailure) {
      return try ABITree.encode(arguments, as: parameters.map(\.type), after: prefix)
    } catch {
      return nil
    }
  }
}

/// An event with its values by name.
struct Happening {
  let module: UInt8
  let name: String
  let values: [(name: String, word: Word)]

  func number(_ name: String) -> UInt128? {
    values.first { $0.name == name }?.word.number
  }

  func address(_ name: String) -> Address? {
    values.first { $0.name == name }?.word.address
  }
}

/// A query's answer: a record's fields by name, or the value alone.
struct Answer {
  private let names: [String]
  private let trees: [ABITree]

  init?(_ returns: [ParameterDescription], _ bytes: [UInt8]) {
    do throws(ABIFailure) {
      let values = try ABITree.decode(bytes, as: returns.map(\.type))
      if values.count == 1, case .list(let fields) = values[0], case .tuple = returns[0].type {
        names = returns[0].type.components.map(\.name)
        trees = fields
      } else {
        names = returns.map(\.name)
        trees = values
      }
    } catch {
      return nil
    }
  }

  /// The first value, whatever its name.
  var first: ABITree? { trees.first }

  subscript(_ name: String) -> ABITree? {
    names.firstIndex(of: name).map { trees[$0] }
  }

  func number(_ name: String) -> UInt128? { self[name]?.number }
}

extension ABITree {
  /// A number below 2^128.
  var number: UInt128? {
    guard case .number(let number) = self, number.high == 0 else { return nil }
    return number.low
  }

  var address: Address? {
    if case .account(let address) = self { address } else { nil }
  }

  var elements: [ABITree] {
    if case .list(let trees) = self { trees } else { [] }
  }

  init(_ number: UInt128) { self = .number(UInt256(high: 0, low: number)) }
}
