internal import Ledger
internal import Primitives

extension Parameters {
  /// The module remembers nothing of its own: values, bounds and what waits stand in the ledger's
  /// parameter table, the pointers' texts in its content table.
  public struct State: ~Copyable {
    init(secret: HashSecret) {}

    mutating func undoLast(of table: UInt8) {}

    mutating func visit(_ visitor: inout some TableVisitor) {}

    func images() -> [TableImage] { [] }
  }
}

extension EconomyState {
  /// The ledger declares the parameters themselves, before any module opens.
  mutating func openParameters() {}

  /// The ledger has rebuilt what there is.
  mutating func rebuildParameters() throws(ImageFailure) {}

  borrowing func parametersInvariants() -> [String] {
    var broken: [String] = []
    for row in 0..<ledger.parameters.table.count {
      let parameter = ledger.parameters.table[row]
      if parameter.value < parameter.minimum || parameter.value > parameter.maximum {
        broken.append("parameter row \(row) stands at \(parameter.value), outside its bounds")
      }
    }
    for limit in genesis.plans.parameters.limits {
      do throws(ParameterRefusal) {
        try ParametersRules.check(limit.members.map { value($0) }, limit.rule)
      } catch {
        broken.append("the limit \"\(limit.name)\" does not hold: \(error)")
      }
    }
    return broken
  }
}
