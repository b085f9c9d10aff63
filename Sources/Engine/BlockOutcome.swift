package import Ledger
package import Primitives

extension Block {
  /// What stands in a block beside its transactions: header, receipts and logs. An index keeps it
  /// with the transactions' own bytes.
  package var outcome: [UInt8] { BlockForm.bytes(self, withTransactions: false) }

  /// The block of an outcome and its signed transactions with their senders, in order. All roots
  /// are computed anew: a block comes out only where it is the one that its header vouches for.
  package static func restored(
    outcome: [UInt8], _ signed: [(sender: Address, bytes: [UInt8])], by authenticator: Authenticator
  ) throws(BlockRecordFailure) -> Block {
    try BlockForm.block(outcome, authenticator: authenticator, kept: signed)
  }

  /// The block's events as the ledger remembers them.
  package var events: [EventRecord] { records }

  /// The words of an event of this block: topics (without the signature's digest), then data.
  package func words(of event: EventRecord) -> ArraySlice<Word> {
    let start = Int(event.start)
    return words[start..<start + Int(event.wordCount)]
  }
}
