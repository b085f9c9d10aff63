internal import Engine
internal import Primitives

/// What a proof says, in one sentence made of nothing but what it proves.
enum ProofClaim {
  /// Of rows: the subject's, then those of the accounts it names.
  static func text(
    _ header: BlockHeader, _ reading: RowReading, _ name: (UInt64) -> Address?,
    _ subject: ProofSubject
  ) -> String {
    func account(_ field: String, less offset: UInt128 = 0) -> String {
      let number = reading.number(field)
      guard number >= offset else { return "nobody" }
      let row = UInt64(truncatingIfNeeded: number - offset)
      return name(row).map { Hex.text($0.bytes) } ?? "account row \(row)"
    }
    let time = "After block \(header.number) (\(UTCTime.text(header.timestamp)))"
    switch subject {
    case .balance(let address):
      return "\(time) the account \(Hex.text(address.bytes)) held \(reading.number("balance")) "
        + "base units, \(reading.number("frozen")) of them frozen, and had sent "
        + "\(reading.number("nonce")) transactions."
    case .grant(let id):
      return "\(time) grant \(id) gave \(account("beneficiary", less: 1)) "
        + "\(reading.number("total")) base units out of \(account("wallet")), "
        + "\(reading.number("released")) of them released"
        + (reading.number("flags") & 2 != 0 ? ", and was revoked." : ".")
    case .position(let number):
      return "\(time) staking position \(number) of \(account("owner")) held "
        + "\(reading.number("principal")) base units of principal, locked until "
        + "\(UTCTime.text(UInt64(truncatingIfNeeded: reading.number("lockEnd"))))."
    case .receipt: return ""
    }
  }

  /// Of a receipt.
  static func text(_ header: BlockHeader, _ receipt: ReceiptReading) -> String {
    "Block \(header.number) (\(UTCTime.text(header.timestamp))) holds the transaction "
      + "\(Hex.text(receipt.transaction.bytes)) from \(Hex.text(receipt.sender.bytes)); it "
      + (receipt.isSuccess ? "succeeded" : "was refused (\(receipt.refusalText))")
      + " and used \(receipt.gasUsed) gas."
  }
}
