internal import Ledger
package import Primitives

extension EconomyState {
  /// Runs an operation of the open block as `execute` does, compliance and guards included, but
  /// takes no nonce and no fee: for scenarios whose balances are stated without fees, and whose
  /// members stake all that they hold.
  package mutating func executeFree(_ call: DecodedCall, by sender: Address) -> Outcome {
    let start = ledger.events.records.count
    let account = ledger.account(sender)
    let savepoint = savepoint()
    let status: Outcome.Status
    do throws(Rejection) {
      let transaction = TransactionCall(
        sender: sender, nonce: 0, gasLimit: 0, maximumPrice: 0, tip: 0,
        to: SystemAddress.module(call.module), value: 0, call: call)
      status = .success(try perform(transaction, by: account))
    } catch {
      undo(to: savepoint)
      status = .rejected(error)
    }
    closeScope()
    return Outcome(
      status: status, gasUsed: 0, effectivePrice: 0, fee: .zero,
      events: start..<ledger.events.records.count)
  }
}
