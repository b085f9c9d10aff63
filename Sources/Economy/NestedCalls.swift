internal import Ledger
public import Primitives

/// A call that another call carries: what a batch or a multicall runs, understood before anything
/// runs, so that its gas is known.
public struct NestedCall: Sendable {
  /// What it asks.
  public enum Content: Sendable {
    case operation(DecodedCall)
    case query(NestedQuery)
  }

  /// Whom it asks.
  public let to: Address
  /// Wei; 256 bits as the wire has it.
  public let value: UInt256
  /// What it asks.
  public let content: Content

  /// Understands a call's data; it touches no state. What carries calls itself is refused, so that
  /// nothing nests deeper.
  public init(to: Address, value: UInt256, data: [UInt8]) {
    self.to = to
    self.value = value
    guard let module = Registry.module(at: to), let selector = Selector(data) else {
      content = .operation(Registry.decode(to: to, data: data, range: 0..<data.count))
      return
    }
    if let place = module.queries.firstIndex(where: { $0.selector == selector.value }) {
      content = .query(NestedQuery(module: module.number, place: place, data: data))
    } else if Registry.carriers.contains(module.number), module.call(selector.value) != nil {
      content = .operation(
        DecodedCall(
          module: 0, place: 0,
          operation: .refused(Kernel.rejection(.nestedTooDeep, Word(to)))))
    } else {
      content = .operation(Registry.decode(to: to, data: data, range: 0..<data.count))
    }
  }
}

/// A query with its place in the declarations and its call data.
public struct NestedQuery: Sendable {
  let module: UInt8
  let place: Int
  let data: [UInt8]

  var declaration: QueryDeclaration? {
    Registry.module(module).flatMap { place < $0.queries.count ? $0.queries[place] : nil }
  }
}

extension EconomyState {
  /// Runs one carried call as `sender`; what it wrote is taken back where it is refused.
  /// - Returns: what Solidity would return.
  mutating func run(
    _ nested: NestedCall, of call: TransactionCall, by sender: AccountIndex
  ) throws(Rejection) -> [UInt8] {
    switch nested.content {
    case .query(let query):
      guard nested.value == .zero else { throw Kernel.rejection(.valueNotAccepted) }
      return try answer(query)
    case .operation(let decoded):
      let unit = genesis.network.weiPerUnit
      guard let value = nested.value.narrow, value % unit == 0 else {
        throw Kernel.rejection(.fractionalValue, Word(unit))
      }
      let inner = TransactionCall(
        sender: ledger.accounts[sender].address, nonce: call.nonce, gasLimit: call.gasLimit,
        maximumPrice: call.maximumPrice, tip: call.tip, to: nested.to, value: value, call: decoded)
      let savepoint = savepoint()
      do throws(Rejection) {
        return try perform(inner, by: sender).data
      } catch {
        undo(to: savepoint)
        throw error
      }
    }
  }

  private borrowing func answer(_ query: NestedQuery) throws(Rejection) -> [UInt8] {
    guard let declaration = query.declaration else { throw Kernel.rejection(.unknownOperation) }
    do throws(QueryFailure) {
      return try declaration.answer(self, query.data, 4)
    } catch {
      switch error {
      case .rejected(let rejection): throw rejection
      case .malformed:
        throw Kernel.rejection(.malformedArguments, Word(UInt128(declaration.selector)))
      }
    }
  }

  /// Moves the value that came with a call to the account in whose name its calls run.
  mutating func advance(
    _ value: UInt128, from sender: AccountIndex, to carrier: AccountIndex
  ) throws(Rejection) {
    let units = Amount(value / genesis.network.weiPerUnit)
    let spendable = ledger.accounts[sender].spendable
    guard units <= spendable else {
      throw Token.rejection(
        .insufficientBalance, Word(ledger.accounts[sender].address), Word(spendable.units),
        Word(units.units))
    }
    if units != .zero { ledger.post(.token, units, from: sender, to: carrier) }
  }

  /// Gives back what the carrier's account holds more than before: the value of refused calls.
  mutating func giveBack(
    above before: Amount, from carrier: AccountIndex, to sender: AccountIndex
  ) {
    guard let rest = ledger.balance(.token, carrier).subtracting(before), rest != .zero else {
      return
    }
    ledger.post(.token, rest, from: carrier, to: sender)
  }
}
