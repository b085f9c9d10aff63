internal import Primitives

/// The rules that hold for every transaction, before any module is asked.
///
/// Order of a transaction: faults (nonce, price, gas, funds: no part of the block), then nonce and
/// fee are taken, then the operation runs in a scope of its own; where a guard refuses it, the
/// scope is undone and the fee stays.
public enum Kernel {
  /// The kernel's number among rejections.
  public static let number: UInt8 = 0
  /// Gas of any transaction; a plain value transfer costs exactly this.
  public static let intrinsicGas: UInt64 = 21_000
  /// The kind of the kernel's own timer: an epoch ends.
  static let epochTimer: UInt16 = 2

  /// Why the kernel refuses an operation, in the order in which it looks; the last two for calls
  /// that others carry. A plain transfer of value
  /// is refused by the token's codes, whose guards it runs.
  public enum Code: UInt8, CaseIterable, Sendable {
    case contractCreation = 1
    case unknownModule = 2
    case unknownOperation = 3
    case malformedArguments = 4
    case outOfGas = 5
    case valueNotAccepted = 6
    case nestedTooDeep = 7
    case fractionalValue = 8
  }

  /// The kernel's rejections as outsiders see them.
  public static let rejections: [RejectionDeclaration] = [
    RejectionDeclaration(
      Code.contractCreation.rawValue, "ContractCreationNotSupported",
      "This network runs its own modules and no contracts: send to a module's address."),
    RejectionDeclaration(
      Code.unknownModule.rawValue, "UnknownModule",
      "Call data was sent to an address that is no module: see GET /network for the modules.",
      Parameter<Address>("to")),
    RejectionDeclaration(
      Code.unknownOperation.rawValue, "UnknownOperation",
      "The module has no operation with this selector: see its ABI.",
      Parameter<UInt32>("selector")),
    RejectionDeclaration(
      Code.malformedArguments.rawValue, "MalformedArguments",
      "The call data does not decode as the operation's arguments: encode them by the ABI.",
      Parameter<UInt32>("selector")),
    RejectionDeclaration(
      Code.outOfGas.rawValue, "OutOfGas",
      "The gas limit is below what the operation uses: ask eth_estimateGas.",
      Parameter<UInt64>("limit"), Parameter<UInt64>("needed")),
    RejectionDeclaration(
      Code.valueNotAccepted.rawValue, "ValueNotAccepted",
      "The operation takes no value with it: send it with value 0."),
    RejectionDeclaration(
      Code.nestedTooDeep.rawValue, "NestedTooDeep",
      "A batch or multicall inside another is refused: put its calls side by side.",
      Parameter<Address>("to")),
    RejectionDeclaration(
      Code.fractionalValue.rawValue, "FractionalValue",
      "A call's value is no whole number of the token's units: send a multiple of this many wei.",
      Parameter<UInt128>("unit")),
  ]

  static func rejection(
    _ code: Code, _ first: Word = .zero, _ second: Word = .zero, _ third: Word = .zero
  ) -> Rejection {
    Rejection(module: number, code: code.rawValue, first, second, third)
  }
}
